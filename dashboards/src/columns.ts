import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { clockTolerance } from '../../server/src/clickhouse/views/fragments.js';
import { pick, type Language, type Text } from './language.js';
import { reached } from './common.js';
import { clientPage, expectedPage, toCauseClients, toCommon, toLastWordClients, toSubnet, toRun } from './links.js';

/** How a column of a table looks, wherever it stands: its name in queries is never shown. */
interface Column {
  title: Text;
  /** Pixels; without one it shares the room that is left. */
  width?: number;
  /** Pixels of a column without a width, at the least. */
  least?: number;
  unit?: string;
  /** Long texts are folded, not cut. */
  wraps?: boolean;
  /** Words and colours of its values. */
  values?: Record<string, { text: Text; colour?: string }>;
  /** A share between 0 and 1. */
  isShare?: boolean;
  /** Only there to be linked to. */
  isHidden?: boolean;
  /** Grafana's colour from a number on; below the first, and where there is no number, that of text. */
  from?: [number, string][];
  /** Its colour below the first of those. */
  below?: string;
  link?: (language: Language) => { title: string; url: string };
}

export const outcomes: NonNullable<Column['values']> = {
  succeeded: { text: ['Succeeded', 'Réussi'], colour: 'green' },
  failed: { text: ['Failed', 'Échec'], colour: 'red' },
  in_progress: { text: ['In progress', 'En cours'], colour: 'blue' },
  reboot_pending: { text: ['Restart pending', 'Redémarrage en attente'], colour: 'orange' },
  skipped: { text: ['Skipped', 'Ignoré'], colour: 'text' },
  unknown: { text: ['Unknown', 'Inconnu'], colour: 'text' },
  unfinished: { text: ['Unfinished', 'Inachevé'], colour: 'orange' },
};

const phases: NonNullable<Column['values']> = {
  deployment: { text: ['Deployment', 'Déploiement'] },
  assignment: { text: ['Assignment', 'Affectation'] },
  communication: { text: ['Communication', 'Communication'] },
  certificate: { text: ['Certificate', 'Certificat'] },
  health: { text: ['Health', 'Santé'] },
  comanagement: { text: ['Co-management', 'Cogestion'] },
  other: { text: ['Other', 'Autre'] },
};

const actions: NonNullable<Column['values']> = {
  install: { text: ['Installation', 'Installation'] },
  uninstall: { text: ['Removal', 'Désinstallation'] },
  repair: { text: ['Repair', 'Réparation'] },
  upgrade: { text: ['Upgrade', 'Mise à niveau'] },
};

const yesNo: NonNullable<Column['values']> = {
  yes: { text: ['Yes', 'Oui'], colour: 'green' },
  no: { text: ['No', 'Non'], colour: 'orange' },
};

const offOn: NonNullable<Column['values']> = {
  yes: { text: ['Yes', 'Oui'], colour: 'orange' },
  no: { text: ['No', 'Non'] },
};

const assignments: NonNullable<Column['values']> = {
  assigned: { text: ['Assigned', 'Affecté'], colour: 'green' },
  failed: { text: ['Failed', 'Échec'], colour: 'red' },
  in_progress: { text: ['In progress', 'En cours'], colour: 'blue' },
  not_begun: { text: ['Not begun', 'Pas commencé'], colour: 'text' },
};

const standings: NonNullable<Column['values']> = {
  never_heard: { text: ['Never a word', 'Jamais un mot'], colour: 'red' },
  never_ended: { text: ['Begun, never ended', 'Commencée, sans fin'], colour: 'orange' },
  failed: { text: ['Failed', 'Échec'], colour: 'red' },
  heard: { text: ['Heard of', 'Entendue'], colour: 'green' },
};

/** Colours of what is free on a disk. */
export const freeDisk: [number, string][] = [
  [0, 'red'],
  [0.1, 'orange'],
  [0.2, 'green'],
];

/** Without a unit some rows would have milliseconds and others not. */
const time = { width: 150, unit: 'time:YYYY-MM-DD HH:mm:ss' };
const clientLink = (language: Language) => ({
  title: pick(language, ['Open this client', 'Ouvrir ce client']),
  url: clientPage('${__value.raw:percentencode}'),
});
const clientsLink = (language: Language) => ({
  title: pick(language, ['Show these clients', 'Afficher ces clients']),
  url: toCauseClients,
});

const lastWordLink = (language: Language) => ({
  title: pick(language, ['Show these clients', 'Afficher ces clients']),
  url: toLastWordClients,
});

const expectedLink = (language: Language) => ({
  title: pick(language, ['Open the expected machines', 'Ouvrir les machines attendues']),
  url: expectedPage,
});

/** Every column that a table of a dashboard has. */
export const columns = {
  client_name: { title: ['Client', 'Client'], width: 130, link: clientLink },
  client_id: { title: ['Client GUID', 'GUID du client'], width: 290 },
  client_fqdn: { title: ['Full name', 'Nom complet'], width: 200 },
  client_version: { title: ['Version', 'Version'], width: 125 },
  site_code: { title: ['Site', 'Site'], width: 60 },
  subnet: {
    title: ['Subnet', 'Sous-réseau'],
    width: 130,
    link: (language) => ({
      title: pick(language, ['Failures of this subnet', 'Échecs de ce sous-réseau']),
      url: toSubnet(language),
    }),
  },
  phase: { title: ['Phase', 'Phase'], width: 120, values: phases },
  outcome: { title: ['Outcome', 'Résultat'], width: 110, values: outcomes },
  verdict: { title: ['Verdict', 'Verdict'], width: 105, values: outcomes },
  assignment: { title: ['Assignment', 'Affectation'], values: assignments },
  action: { title: ['Action', 'Action'], width: 100, values: actions },
  topic: { title: ['Topic', 'Sujet'], width: 140, wraps: true },
  state_id: { title: ['State', 'État'], width: 60 },
  state: { title: ['What happened', 'Ce qui s’est passé'], wraps: true },
  what_failed: { title: ['What failed', 'Ce qui a échoué'], wraps: true, link: clientsLink },
  last_state: { title: ['Last word', 'Dernier mot'], wraps: true },
  error_code: { title: ['Error', 'Erreur'], width: 105 },
  error_text: { title: ['Meaning', 'Signification'], wraps: true },
  what_to_check: { title: ['What to check', 'Que vérifier'], wraps: true, least: 215 },
  clients: { title: ['Clients', 'Clients'], width: 70 },
  clients_of_cause: { title: ['Clients', 'Clients'], width: 80, link: lastWordLink },
  still_failed: { title: ['Still failed', 'Encore'], width: 90, from: [[1, 'red']] },
  failed_clients: { title: ['Failed', 'En échec'], width: 80, from: [[1, 'red']] },
  installed: { title: ['Installed', 'Installés'], width: 90 },
  assigned: { title: ['Assigned', 'Affectés'], width: 90 },
  messages: { title: ['Messages', 'Messages'], width: 95 },
  share: { title: ['Share', 'Part'], width: 70, unit: 'percentunit', isShare: true },
  property_key: { title: ['Key', 'Clé'], isHidden: true },
  suspects: { title: ['What sets them apart', 'Ce qui les distingue'], wraps: true },
  property: { title: ['What', 'Quoi'], width: 170 },
  value: {
    title: ['In common', 'En commun'],
    values: reached,
    link: (language) => ({
      title: pick(language, ['Failures of the clients that have it', 'Échecs des clients qui l’ont']),
      url: toCommon,
    }),
  },
  share_of_failed: { title: ['Of the failed', 'Des échecs'], width: 110, unit: 'percentunit', isShare: true },
  share_of_others: { title: ['Of the others', 'Des autres'], width: 110, unit: 'percentunit', isShare: true },
  lift: { title: ['Times', 'Fois'], width: 80 },
  cause_key: { title: ['Cause', 'Cause'], isHidden: true },
  first_seen: { title: ['First seen', 'Vu d’abord'], ...time },
  last_seen: { title: ['Last seen', 'Vu en dernier'], ...time },
  received: { title: ['Received', 'Reçu'], ...time },
  client_time: { title: ['Client’s time', 'Heure du client'], ...time },
  cut_off: { title: ['Cut off', 'Coupé'], width: 70, values: offOn },
  clock_offset: {
    title: ['Clock off by', 'Décalage'],
    width: 95,
    unit: 's',
    below: 'orange',
    from: [
      [-clockTolerance, 'text'],
      [clockTolerance + 1, 'orange'],
    ],
  },
  last_said: { title: ['Last said', 'Dit en dernier'], ...time },
  for_seconds: { title: ['For', 'Durée'], width: 90, unit: 's' },
  begin: { title: ['Begin', 'Début'], ...time },
  end: { title: ['End', 'Fin'], ...time },
  took: { title: ['Took', 'A duré'], width: 85, unit: 's' },
  since_previous: { title: ['After', 'Après'], width: 85, unit: 's' },
  held: { title: ['Delay', 'Délai'], width: 85, unit: 's' },
  parameters: { title: ['Parameters', 'Paramètres'], wraps: true },
  last_parameter: { title: ['Parameter', 'Paramètre'], width: 110 },
  client_address: { title: ['Address', 'Adresse'], width: 140 },
  fsp_server: { title: ['Receiver', 'Récepteur'], width: 120 },
  last_life: { title: ['Last sign of life', 'Dernier signe de vie'], ...time },
  silent_for: {
    title: ['Silent for', 'Silencieux'],
    width: 95,
    unit: 's',
    from: [
      [120, 'orange'],
      [600, 'red'],
    ],
  },
  version: { title: ['Version', 'Version'], width: 80 },
  takes_messages: { title: ['Takes messages', 'Reçoit'], width: 120, values: yesNo },
  waiting: { title: ['Waiting', 'En attente'], width: 85 },
  lag: { title: ['Behind by', 'Retard'], width: 85 },
  failing_sinks: { title: ['Failing destinations', 'Destinations en échec'], wraps: true },
  quarantined: { title: ['In quarantine', 'En quarantaine'], width: 110, from: [[1, 'orange']] },
  lost_messages: { title: ['Lost by damage', 'Perdus'], width: 120, from: [[1, 'red']] },
  damaged_pieces: { title: ['Damaged pieces', 'Morceaux abîmés'], width: 125, from: [[1, 'red']] },
  on_machine: { title: ['Machine', 'Machine'], width: 110 },
  role_version: { title: ['Role', 'Rôle'], width: 60 },
  throttle: { title: ['Throttle', 'Limitation'], width: 105 },
  last_message: { title: ['Last message', 'Dernier message'], ...time },
  disk_free: {
    title: ['Disk free', 'Disque libre'],
    width: 90,
    unit: 'percentunit',
    from: freeDisk,
  },
  clock_ahead: {
    title: ['Clock ahead', 'Avance'],
    width: 95,
    unit: 'ms',
    below: 'orange',
    from: [
      [-4999, 'text'],
      [5000, 'orange'],
    ],
  },
  instances: { title: ['Same name', 'Même nom'], width: 90, from: [[2, 'red']] },
  reason: { title: ['Reason', 'Raison'], wraps: true },
  bodies: { title: ['Bodies', 'Corps'], width: 80 },
  host_name: { title: ['Machine', 'Machine'], width: 120 },
  standing: { title: ['Standing', 'Situation'], width: 150, values: standings, link: expectedLink },
  expected_name: { title: ['Machine', 'Machine'], width: 150, link: clientLink },
  organisational_unit: { title: ['Unit', 'Unité'] },
  last_logon: { title: ['Last logon', 'Dernière session'], width: 130 },
  log: {
    title: ['Log', 'Journal'],
    width: 150,
    link: (language) => ({
      title: pick(language, ['Read its log below', 'Lire son journal ci-dessous']),
      url: toRun(language),
    }),
  },
  product_name: { title: ['Product', 'Produit'], width: 170, wraps: true },
  exit_code: { title: ['Exit code', 'Code de sortie'], width: 110 },
  cause: { title: ['Cause', 'Cause'], wraps: true },
  suggestion: { title: ['What to check', 'Que vérifier'], wraps: true },
  runs: { title: ['Runs', 'Exécutions'], width: 80 },
  machines: { title: ['Machines', 'Machines'], width: 90 },
  run: { title: ['Run', 'Exécution'], isHidden: true },
} satisfies Record<string, Column>;

export type ColumnName = keyof typeof columns;

/** What Grafana is told of a column: title, width, unit, words, colours and where a click leads. */
export function overrideOf(name: ColumnName, language: Language): dashboard.DynamicConfigValue[] {
  const column: Column = columns[name];
  const { title, width, unit, wraps, values, isShare, isHidden, from, link } = column;
  const properties: dashboard.DynamicConfigValue[] = [{ id: 'displayName', value: pick(language, title) }];
  if (isHidden)
    return [...properties, { id: 'custom.hidden', value: true }, { id: 'custom.hideFrom.viz', value: true }];
  if (width !== undefined) properties.push({ id: 'custom.width', value: width });
  else properties.push({ id: 'custom.minWidth', value: column.least ?? 170 });
  if (unit !== undefined) properties.push({ id: 'unit', value: unit });
  if (wraps)
    properties.push(
      { id: 'custom.wrapText', value: true },
      { id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } },
    );
  if (isShare) properties.push({ id: 'min', value: 0 }, { id: 'max', value: 1 }, { id: 'decimals', value: 1 });
  if (from !== undefined)
    properties.push(
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
      {
        id: 'thresholds',
        value: {
          mode: 'absolute',
          steps: [{ value: null, color: column.below ?? 'text' }, ...from.map(([value, color]) => ({ value, color }))],
        },
      },
    );
  if (values !== undefined) {
    // Where no value has a colour a link keeps its own.
    if (Object.values(values).some(({ colour }) => colour !== undefined))
      properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } });
    properties.push({ id: 'mappings', value: [mappingOf(values, language)] });
  }
  if (link !== undefined) properties.push({ id: 'links', value: [link(language)] });
  return properties;
}

/** Words and colours of values. */
function mappingOf(values: NonNullable<Column['values']>, language: Language) {
  const options = Object.entries(values).map(([value, { text, colour }], index) => [
    value,
    { text: pick(language, text), color: colour ?? 'text', index },
  ]);
  return { type: 'value', options: Object.fromEntries(options) as object };
}
