/**
 * What went wrong, as a stable word that code can compare and docs can list.
 * `usage`: the command line is wrong; `config`: kubeconfig or settings; `connection`: no usable
 * answer from a server; `auth`: the server does not accept the credentials; `api`: the server
 * answered with a failure `Status`; `input`: a file or a manifest is wrong; `conflict`: something
 * else holds what is needed (a port, a lock); `internal`: a defect of kctl.
 */
export type ErrorCode = 'usage' | 'config' | 'connection' | 'auth' | 'api' | 'input' | 'conflict' | 'internal';

export interface KctlErrorOptions {
  /** One line that says what the user can do next. */
  hint?: string;
  cause?: unknown;
  /** Process exit code; 1 unless a command has codes of its own (diff, exec). */
  exitCode?: number;
  /** Printed in front of the message: kubectl's `error: ` by default, '' where kubectl prints the bare text. */
  prefix?: string;
}

/** The one error type of kctl: a code, a message in the user's words, a hint and the cause. */
export class KctlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly prefix: string;

  constructor(code: ErrorCode, message: string, options: KctlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KctlError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
    this.prefix = options.prefix ?? 'error: ';
  }
}
