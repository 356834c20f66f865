// Spools full of reports, as clients send them: each of a machine of its own, said within the last day.
import { readFileSync } from 'node:fs';
import { entriesOf } from '../../server/dist/intake/accept.js';
import { openSpool } from '../../server/dist/spool/open.js';

const template = readFileSync(new URL('../fixtures/reports/installed-client.utf16le.smx', import.meta.url)).toString(
  'utf16le',
);
/** A throttle's window without a limit. */
export const window = { start: 0, limit: 1e9, intervalMs: 3_600_000, used: 0, received: 0, rejected: 0 };

let minutes = 0;

/** What a report of a machine of that name becomes. */
export function entriesNamed(name) {
  const said = new Date(Date.now() - (minutes++ % 1_440) * 60_000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const text = template
    .replace(/<NetBIOSName>[^<]*/, `<NetBIOSName>${name}`)
    .replaceAll(/\d{14}(?=\.\d{6}[+-]\d{3})/g, said);
  return entriesOf(Buffer.from(text, 'utf16le'), { receivedAt: Date.now(), clientAddress: '10.1.2.3' });
}

/** A new spool in which so many messages wait. */
export async function filledSpool(dir, prefix, messages, sinks) {
  const spool = await openSpool({ dir });
  await spool.sinks.register(sinks);
  let under = [];
  for (let number = 0; number < messages; number++) {
    under.push(spool.append(entriesNamed(`${prefix}${number}`)));
    if (under.length < 500) continue;
    await Promise.all(under);
    under = [];
  }
  await Promise.all(under);
  return spool;
}
