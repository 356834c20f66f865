import { describeState } from '../catalog/states.js';
import { clippedMachine, clippedMessage } from '../report/clip.js';
import { decodeReport } from '../report/decode.js';
import { messageId } from '../report/message-id.js';
import type { LeftOut, Report, StateMessage } from '../report/types.js';
import type { StateMessageEntry } from '../spool/entries.js';
import type { Origin } from './rejected.js';

/**
 * A report's bytes count for each of its messages up to this size in all; beyond it only the first message carries
 * them. Otherwise one 4 MiB report of a thousand messages would take 4 GiB of disk.
 */
const rawBudget = 256 * 1024;

/** A report with what is derived from its messages: all that takes time in proportion to its size. */
export interface DecodedReport extends Omit<Report, 'messages'> {
  messages: { messageId: string; message: StateMessage; failed: boolean }[];
}

/** @throws FspError FSP_REPORT_… where the body is no report */
export function decoded(body: Uint8Array): DecodedReport {
  const { machine, reportTime, messages, leftOut } = decodeReport(body);
  return {
    machine: clippedMachine(machine),
    reportTime,
    leftOut,
    messages: messages.map((whole) => {
      // By all that it says: two that differ behind what is kept of them are two.
      const id = messageId(machine, whole, reportTime);
      const message = clippedMessage(whole);
      const { outcome } = describeState(message.topic.type, message.state.id, message.params);
      return { messageId: id, message, failed: outcome === 'failed' };
    }),
  };
}

/** The entries that are spooled for a report, one for each state message. */
export function entriesFor(report: DecodedReport, body: Buffer, origin: Origin): StateMessageEntry[] {
  const everywhere = body.length * report.messages.length <= rawBudget;
  return report.messages.map(({ messageId, message, failed }, reportIndex) => ({
    kind: 'state_message',
    messageId,
    ...origin,
    machine: report.machine,
    reportTime: report.reportTime,
    message,
    failed,
    reportIndex,
    raw: everywhere || reportIndex === 0 ? body : new Uint8Array(),
  }));
}

/** Why messages of a report were left out while so many others of it were taken. */
export function leftOutReason({ count, first }: LeftOut, taken: number): string {
  return `FSP_REPORT_INCOMPLETE: ${count} of ${count + taken} state messages were left out, the others were taken: message ${first.place} has ${first.what}`;
}

/** A body becomes entries at once. @throws FspError FSP_REPORT_… where the body is no report */
export function entriesOf(body: Buffer, origin: Origin): StateMessageEntry[] {
  return entriesFor(decoded(body), body, origin);
}
