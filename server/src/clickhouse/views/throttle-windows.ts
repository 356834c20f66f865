import { maybeTime, newest, time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['window_start', time, 'Begin of the window'],
  ['fsp_server', 'LowCardinality(String)', 'Name of the fallback status point'],
  ['message_limit', 'UInt32', 'Messages that may pass in the window'],
  ['interval_seconds', 'UInt32', 'Length of the window'],
  ['received', 'UInt64', 'Messages taken during the window'],
  ['processed', 'UInt64', 'Messages that passed'],
  ['waiting', 'UInt64', 'Messages held back'],
  ['oldest_waiting_at', maybeTime, 'When the oldest of them was received'],
  ['rejected', 'UInt64', 'Bodies that were refused'],
];

export const throttleWindows: View = {
  name: 'throttle_windows',
  comment: 'One row for each window of the throttle; the running one is brought up to date each minute',
  columns,
  select: (database) =>
    newest(`${database}.throttle_window_updates`, 'updated_at', ['window_start', 'fsp_server'], columns),
};
