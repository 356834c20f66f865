import { describeMessage } from '../catalog/describe.js';
import { decodeReport } from '../report/decode.js';
import { messageId } from '../report/message-id.js';
import type { Report } from '../report/types.js';
import type { StateMessageEntry } from '../spool/entries.js';
import type { Origin } from './rejected.js';

/**
 * A report's bytes count for each of its messages up to this size in all; beyond it only the first message carries
 * them. Otherwise one 4 MiB report of a thousand messages would take 4 GiB of disk.
 */
const rawBudget = 256 * 1024;

/**
 * A body becomes the entries that are spooled for it, one for each state message.
 * @throws FspError FSP_REPORT_… where the body is no report
 */
export function entriesOf(body: Buffer, origin: Origin): StateMessageEntry[] {
  const report: Report = decodeReport(body);
  const everywhere = body.length * report.messages.length <= rawBudget;
  return report.messages.map((message, reportIndex) => ({
    kind: 'state_message',
    messageId: messageId(report.machine, message),
    ...origin,
    machine: report.machine,
    reportTime: report.reportTime,
    message,
    failed: describeMessage(message).outcome === 'failed',
    reportIndex,
    raw: everywhere || reportIndex === 0 ? body : new Uint8Array(),
  }));
}
