import { acknowledged } from './acknowledged.js';
import { clientMessages, messagesOfClient } from './client-messages.js';
import { renamedClients } from './client-names.js';
import { clientTopics } from './client-topics.js';
import { client, clients } from './clients.js';
import { failingClients, failureCauses, messagesByDay } from './first-questions.js';
import { expectedClients } from './expected-clients.js';
import { incidents } from './incidents.js';
import { newestWords } from './newest-words.js';
import { otelLogs } from './otel-logs.js';
import { receivers } from './receivers.js';
import { ofBatch, rollUps } from './roll-ups.js';
import { setupRuns } from './setup-runs.js';
import { throttleWindows } from './throttle-windows.js';
import { statementOf, type View } from './view.js';

/** Every view, in an order in which each finds those that it reads. */
const views: readonly View[] = [
  throttleWindows,
  setupRuns,
  receivers,
  renamedClients,
  newestWords,
  clients,
  client,
  clientTopics,
  clientMessages,
  messagesOfClient,
  failingClients,
  failureCauses,
  messagesByDay,
  acknowledged,
  incidents,
  expectedClients,
  ...rollUps.map(ofBatch),
  otelLogs,
];

/** The statements that make or replace every view. */
export function viewStatements(schema: { database: string; cluster?: string }): string[] {
  return views.map((view) => statementOf(view, schema));
}
