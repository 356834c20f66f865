import { maybeTime, newest, time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['fsp_server', 'LowCardinality(String)', 'Name of the fallback status point'],
  ['last_seen_at', time, 'When it last gave a sign of life; one comes every minute'],
  ['site_code', 'String', 'Its site'],
  ['version', 'String', 'Version of its program'],
  ['taking_messages', 'Bool', 'Whether it takes messages; not where its role was removed'],
  ['role_version', 'UInt64', 'Version of the role in force; 0 for none'],
  ['waiting', 'UInt64', 'Messages that waited for the throttle'],
  ['oldest_waiting_at', maybeTime, 'When the oldest of them was received'],
  ['lag', 'UInt64', 'Entries that the destination furthest behind had not taken'],
  ['failing_sinks', 'Array(String)', 'Destinations whose last attempt failed'],
  ['quarantined', 'UInt64', 'Entries in quarantine: a destination refuses them for good'],
  ['lost_messages', 'UInt64', 'Messages and other entries that damage to the spool has cost'],
  ['damaged_pieces', 'UInt64', 'Damaged pieces of the spool that were set aside'],
];

export const receivers: View = {
  name: 'receivers',
  comment: 'One row a receiver: how it was when it last gave a sign of life',
  columns,
  select: (database) =>
    newest(`(SELECT *, at AS last_seen_at FROM ${database}.receiver_status)`, 'at', ['fsp_server'], columns),
};
