import '../../public-path.js';
import { PanelPlugin } from '@grafana/data';
import { withTexts } from '../with-texts.js';
import type { RolePanelOptions } from './RolePanel.js';

export const plugin = new PanelPlugin<RolePanelOptions>(withTexts(() => import('./RolePanel.js'))).setPanelOptions(
  (builder) =>
    builder
      .addTextInput({
        path: 'server',
        name: 'Server',
        description: 'Short name of one server, whose role is then shown and edited; empty lists all',
        defaultValue: '',
      })
      .addBooleanSwitch({
        path: 'allowEditing',
        name: 'Editing',
        description: 'Administrators may change the role here',
        defaultValue: true,
      }),
);
