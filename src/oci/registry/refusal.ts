import { type ErrorCode, KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { isPassing } from './retry.ts';

const statuses: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  401: ['auth', 'does not let these credentials read'],
  403: ['auth', 'does not let these credentials read'],
  404: ['input', 'does not have'],
  429: ['connection', 'has been asked too often, also for'],
};

interface Unwanted {
  status: number;
  after: number | undefined;
  hint?: string | undefined;
}

/** What Go's servers and nginx say to who asks without TLS. */
const SPEAKS_TLS = /to an HTTPS (server|port)|sent to HTTPS port/;

/** An answer other than the one that was wanted. */
class UnwantedAnswer extends KctlError {
  readonly status: number;
  /** How long the server asks to be left alone, in ms. */
  readonly after: number | undefined;

  constructor(code: ErrorCode, message: string, { status, after, hint }: Unwanted) {
    super(code, message, hint === undefined ? {} : { hint });
    this.status = status;
    this.after = after;
  }
}

/** What a token server would not answer. */
export class NoToken extends UnwantedAnswer {
  constructor(status: number, message: string, after: number | undefined) {
    super(isPassing(status) ? 'connection' : 'auth', message, { status, after });
  }
}

/** What a registry would not answer. */
export class Refusal extends UnwantedAnswer {
  /** Of its error, where it names one: `MANIFEST_UNKNOWN`. */
  readonly reason: string;
  /** What it says, on one line, safe to print; '' where it says nothing. */
  readonly told: string;

  constructor(status: number, body: Buffer, registry: string, what: string, after?: number) {
    const [code, says] = statuses[status] ?? (['connection', `answers ${status} for`] as const);
    const told = messageIn(body);
    super(code, `${registry} ${says} ${what}${told === '' ? '' : `: ${told}`}`, {
      ...{ status, after },
      hint: status === 400 && SPEAKS_TLS.test(body.toString()) ? 'It speaks TLS: leave --plain-http out.' : undefined,
    });
    this.reason = errorIn(body)?.code ?? '';
    this.told = told;
  }
}

/** Those that say of the moment, and not of what was asked. */
export const isForNow = (error: unknown): error is UnwantedAnswer =>
  error instanceof UnwantedAnswer && isPassing(error.status);

/** `{"errors":[{"code":"NAME_UNKNOWN","message":"..."}]}` (distribution-spec, error codes). */
function errorIn(body: Buffer): { code?: string; message?: string } | undefined {
  try {
    const { errors, details } = JSON.parse(body.toString()) as { errors?: unknown; details?: unknown };
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    if (typeof first === 'object' && first !== null) return first;
    return typeof details === 'string' ? { message: details } : undefined;
  } catch {
    return undefined;
  }
}

export function messageIn(body: Buffer): string {
  const { message, code } = errorIn(body) ?? {};
  return escapeTerminal(String(message || code || '')).slice(0, 200);
}
