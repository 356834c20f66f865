import '../../public-path.js';
import { PanelPlugin } from '@grafana/data';
import { withTexts } from '../with-texts.js';
import type { LogViewOptions } from '../../log-view/options.js';

export const plugin = new PanelPlugin<LogViewOptions>(withTexts(() => import('./SetupLogPanel.js'))).setPanelOptions(
  (builder) =>
    builder
      .addBooleanSwitch({ path: 'showTime', name: 'Time', defaultValue: true })
      .addBooleanSwitch({ path: 'showDelta', name: 'Time since the line before', defaultValue: true })
      .addBooleanSwitch({ path: 'showComponent', name: 'Component', defaultValue: true })
      .addBooleanSwitch({ path: 'showThread', name: 'Thread', defaultValue: false })
      .addBooleanSwitch({ path: 'showLine', name: 'Line number', defaultValue: true })
      .addBooleanSwitch({ path: 'wrap', name: 'Wrap long lines', defaultValue: false })
      .addBooleanSwitch({ path: 'follow', name: 'Follow the end', defaultValue: false })
      .addSelect({
        path: 'leastSeverity',
        name: 'Least severity',
        defaultValue: 'trace',
        settings: {
          options: [
            { value: 'trace', label: 'Trace' },
            { value: 'info', label: 'Information' },
            { value: 'warning', label: 'Warning' },
            { value: 'error', label: 'Error' },
          ],
        },
      }),
);
