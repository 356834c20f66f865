import Type, { type TSchema } from 'typebox';

const maybe = (schema: TSchema, description: string) => Type.Union([schema, Type.Null()], { description });
const time = (description: string) => Type.Integer({ description: `${description}, in milliseconds since 1970 UTC` });
const maybeTime = (description: string) =>
  maybe(Type.Integer(), `${description}, in milliseconds since 1970 UTC; null where there is none`);
const count = (description: string) => Type.Integer({ description });

/** What `GET /api/v1/status` answers, for its description. */
export const statusSchema = Type.Object(
  {
    server: Type.Object({
      name: Type.String(),
      siteCode: Type.String(),
      version: Type.String(),
      instanceId: Type.String({ description: 'Of this data folder' }),
      hostName: Type.String(),
      sameName: Type.Array(Type.Unknown(), { description: 'Who else runs under this name: nobody, or a mistake' }),
    }),
    intake: Type.Object({ takingMessages: Type.Boolean() }),
    draining: maybe(Type.Object({ startedAt: time('Since when') }), 'Null unless it is drained for maintenance'),
    disk: maybe(
      Type.Object({}, { additionalProperties: true }),
      'Bytes of the data folder’s disk and of ClickHouse’s fullest; null until they were looked at',
    ),
    role: maybe(
      Type.Object({
        version: Type.Integer(),
        removed: Type.Boolean(),
        changedAt: time('When'),
        changedBy: Type.String(),
      }),
      'The role in force; null for none',
    ),
    spool: Type.Object({
      waiting: count('Messages that wait for the throttle'),
      waitingFailed: count('Those of them that tell a failure'),
      oldestWaitingAt: maybeTime('When the oldest of them was received'),
      oldestWaiting: Type.Object({
        failed: maybeTime('The same of failures'),
        other: maybeTime('The same of all others'),
      }),
      admitted: count('Entries that some destination has not taken yet'),
      damage: Type.Object({}, { additionalProperties: true, description: 'What damage to the spool has cost' }),
    }),
    throttle: Type.Object({
      messageLimit: count('Messages that may pass in a window'),
      intervalSeconds: count('Length of a window'),
      reserve: Type.Number({ description: 'Share of a window that is kept for failures until its end nears' }),
      order: Type.String({ description: 'failures-first or arrival' }),
      windowStart: time('Begin of the window'),
      windowEnd: time('Its end'),
      used: count('Messages that passed in it'),
      keptForFailures: count('What of it only failures may still take'),
      waiting: count('Messages that wait'),
      waitingFailed: count('Those of them that tell a failure'),
      oldestWaitingAt: maybeTime('When the oldest of them was received'),
      expectedClearanceAt: Type.Number({
        description: 'When all that waits will have passed, in milliseconds since 1970 UTC',
      }),
    }),
    clickhouse: Type.Object({
      state: Type.String({ description: 'running, or what it is instead' }),
      prepared: Type.Boolean({ description: 'Whether its schema is up to date' }),
      asking: Type.String({ description: 'on, or why SQL is not answered' }),
    }),
    sinks: Type.Array(
      Type.Object({
        sink: Type.String(),
        lag: count('Entries that it has not taken'),
        lastError: maybe(
          Type.Object({ message: Type.String(), at: time('When') }),
          'Of the last attempt; null where that succeeded',
        ),
        lastSuccessAt: maybeTime('When it last took something'),
        batches: count('Batches that it took since the start'),
        failures: count('Attempts that failed since the start'),
        dropped: count('Entries given up, as it was away for too long'),
        refused: count('Entries that it refused for good since the start: they are in quarantine'),
      }),
      { description: 'Where messages go' },
    ),
    quarantine: Type.Object({
      entries: Type.Integer(),
      bytes: Type.Integer(),
      dropped: count('Entries that went as it was full'),
      oldestAt: maybeTime('When the oldest was set aside'),
    }),
    otlp: maybe(
      Type.Object({ rejectedRecords: count('Records that the endpoint did not take') }),
      'Null without an OpenTelemetry endpoint',
    ),
    setupLogs: Type.Array(
      Type.Object({
        file: Type.String(),
        offset: count('Bytes that are stored'),
        records: count('Records since the start'),
      }),
      { description: 'Logs that are followed' },
    ),
  },
  { additionalProperties: true },
);
