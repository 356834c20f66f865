// What Grafana gives to plugins under these names (its `sharedDependenciesMap`).
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as data from '@grafana/data';
import * as dataUnstable from '@grafana/data/unstable';
import * as runtime from '@grafana/runtime';
import * as runtimeUnstable from '@grafana/runtime/unstable';
import * as ui from '@grafana/ui';
import * as uiUnstable from '@grafana/ui/unstable';
import i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import * as ReactDOMClient from 'react-dom/client';
import * as jsxRuntime from 'react/jsx-runtime';
import * as router from '@react-router-compat';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

const withDefault = (value: object) => ({ ...value, default: value, __useDefault: true });

const shared: Record<string, object> = {
  react: withDefault(React),
  'react/jsx-runtime': jsxRuntime,
  'react-dom': withDefault(ReactDOM),
  'react-dom/client': ReactDOMClient,
  'react-router': router,
  '@grafana/data': data,
  '@grafana/data/unstable': dataUnstable,
  '@grafana/runtime': runtime,
  '@grafana/runtime/unstable': runtimeUnstable,
  '@grafana/ui': ui,
  '@grafana/ui/unstable': uiUnstable,
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  rxjs,
  'rxjs/operators': rxjsOperators,
  lodash: withDefault(lodash),
  moment: { default: moment, __useDefault: true },
  i18next: { default: i18next, __useDefault: true },
};

/** Puts the shared libraries where an AMD module of a plugin looks for them. */
export function shareModules(): void {
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(shared)) {
    imports[name] = `package:${name}`;
    System.set(`package:${name}`, module);
  }
  System.addImportMap({ imports });
}
