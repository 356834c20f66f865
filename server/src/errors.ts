/**
 * The catalogue of errors. Codes are stable: operators search for them, programs switch on them.
 * `status` is the HTTP answer (RFC 9457 where the answer is JSON), `exit` the exit code of a command.
 */
const catalogue = {
  FSP_CONFIG_INVALID: { exit: 2 },
  FSP_USAGE: { exit: 2 },
  FSP_PORT_TAKEN: { exit: 2 },
  FSP_DATA_DIR_LOCKED: { exit: 2 },
  FSP_DATA_DIR_UNWRITABLE: { exit: 2 },
  FSP_DATA_DIR_UNREADABLE: { exit: 2 },
  FSP_TOKENS_UNREADABLE: { exit: 2 },
  FSP_SERVER_NOT_FOUND: { exit: 1 },
  FSP_SERVER_SLOW: { exit: 1 },
  FSP_QUERY_FAILED: { exit: 1, status: 400 },
  FSP_QUERY_BUSY: { exit: 1, status: 503 },
  FSP_READER_MISSING: { exit: 1, status: 503 },
  FSP_READER_UNSAFE: { exit: 1, status: 503 },
  FSP_ENGINE_UNAVAILABLE: { exit: 1 },
  FSP_ENGINE_FAILED: { exit: 1 },
  FSP_CLICKHOUSE_UNREACHABLE: { exit: 1, status: 503 },
  FSP_CLICKHOUSE_TOO_OLD: { exit: 1 },
  FSP_CLICKHOUSE_REFUSED: { exit: 1, status: 503 },
  FSP_CLICKHOUSE_QUORUM: { exit: 1, status: 503 },
  FSP_CLOCK_WRONG: { exit: 1, status: 503 },
  FSP_SCHEMA_NEWER: { exit: 1, status: 503 },
  FSP_SCHEMA_CHANGED: { exit: 1, status: 503 },
  FSP_SCHEMA_FOREIGN: { exit: 1, status: 503 },
  FSP_SCHEMA_UNREPLICATED: { exit: 1, status: 503 },
  FSP_OTLP_FAILED: { exit: 1 },
  FSP_SITE_INBOX_FAILED: { exit: 1 },
  FSP_REPORT_EMPTY: { status: 400 },
  FSP_REPORT_ENCODING: { status: 400 },
  FSP_REPORT_NOT_XML: { status: 400 },
  FSP_REPORT_WRONG_ROOT: { status: 400 },
  FSP_REPORT_INCOMPLETE: { status: 400 },
  FSP_REPORT_TOO_DEEP: { status: 400 },
  FSP_REPORT_TOO_MANY_ATTRIBUTES: { status: 400 },
  FSP_REPORT_TOO_MANY_MESSAGES: { status: 413 },
  FSP_REPORT_TOO_LARGE: { status: 413 },
  FSP_INTAKE_BUSY: { status: 503 },
  FSP_REQUEST_STALLED: { status: 408 },
  FSP_REQUEST_INVALID: { status: 400, exit: 2 },
  FSP_NOT_FOUND: { status: 404 },
  FSP_UNAUTHORIZED: { status: 401 },
  FSP_TOO_MANY_ATTEMPTS: { status: 429 },
  FSP_FORBIDDEN: { status: 403 },
  FSP_UPLOAD_BUSY: { status: 429 },
  FSP_COLLECT_OFF: { status: 409 },
  FSP_COLLECT_SPENT: { status: 413 },
  FSP_LIST_UNREADABLE: { status: 400, exit: 2 },
  FSP_LIST_NOT_FOUND: { status: 404, exit: 1 },
  FSP_TEST_POST_BUSY: { status: 429 },
  FSP_ROLE_INVALID: { status: 422 },
  FSP_ROLE_EXISTS: { status: 409 },
  FSP_ROLE_NOT_FOUND: { status: 404 },
  FSP_ROLE_CHANGED: { status: 412 },
  FSP_ROLE_REMOVED: { status: 503 },
  FSP_DRAINING: { status: 503 },
  FSP_DRAIN_UNFINISHED: { exit: 1 },
  FSP_PRECONDITION_REQUIRED: { status: 428 },
  FSP_SPOOL_UNAVAILABLE: { status: 503 },
  FSP_SIMULATION_FAILED: { exit: 1 },
  FSP_LOG_UNREADABLE: { status: 400, exit: 2 },
  FSP_INTERNAL: { status: 500 },
} as const satisfies Record<string, { status?: number; exit?: number }>;

export type ErrorCode = keyof typeof catalogue;

/** Whether a text, as another server sent it, is a code of this catalogue. */
export function isErrorCode(text: string | undefined): text is ErrorCode {
  return text !== undefined && Object.hasOwn(catalogue, text);
}

const behaviour: Record<ErrorCode, { status?: number; exit?: number }> = catalogue;

/** An error that the product foresees. The message says what happened, to what, and what to do, on one line. */
export class FspError extends Error {
  /** What rules have against the input, one by one, where that is the reason. */
  readonly findings: readonly object[] | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions & { findings?: readonly object[] },
  ) {
    // Nobody needs the stack of what a client did, and a thousand at a time cost more than their answers.
    const { stackTraceLimit } = Error;
    if ((behaviour[code].status ?? 500) < 500) Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'FspError';
    this.findings = options?.findings;
  }

  /** The HTTP status that answers it; 500 for errors that are no client's doing. */
  get statusCode(): number {
    return behaviour[this.code].status ?? 500;
  }

  /** The exit code of a command that ends with it. */
  get exitCode(): number {
    return behaviour[this.code].exit ?? 1;
  }
}
