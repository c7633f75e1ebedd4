import { type ErrorCode, KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';

const statuses: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  401: ['auth', 'does not let these credentials read'],
  403: ['auth', 'does not let these credentials read'],
  404: ['input', 'does not have'],
  429: ['connection', 'has been asked too often, also for'],
};

/** What a registry would not answer. */
export class Refusal extends KctlError {
  readonly status: number;
  /** Of its error, where it names one: `MANIFEST_UNKNOWN`. */
  readonly reason: string;
  /** What it says, on one line, safe to print; '' where it says nothing. */
  readonly told: string;
  /** How long it asks to be left alone, in ms. */
  readonly after: number | undefined;

  constructor(status: number, body: Buffer, registry: string, what: string, after?: number) {
    const [code, says] = statuses[status] ?? (['connection', `answers ${status} for`] as const);
    const told = messageIn(body);
    super(code, `${registry} ${says} ${what}${told === '' ? '' : `: ${told}`}`);
    this.status = status;
    this.reason = errorIn(body)?.code ?? '';
    this.told = told;
    this.after = after;
  }
}

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
