import type { KctlError } from '../../lib/errors.ts';
import { Refusal } from '../registry/refusal.ts';

const ofStatus: Readonly<Record<number, string>> = {
  401: 'no access',
  403: 'no access',
  404: 'not found',
  429: 'asked too often',
};

const ofCode: Partial<Record<KctlError['code'], string>> = {
  auth: 'no access',
  config: 'blocked',
  connection: 'unreachable',
};

/** Why an image cannot be read, in the two or three words that a cell of a table has room for. */
export function shortReason(error: KctlError): string {
  const refusal = refusalIn(error);
  if (refusal) return ofStatus[refusal.status] ?? `answers ${refusal.status}`;
  if (error.code === 'connection' && causes(error).some(isTimeout)) return 'no answer';
  return ofCode[error.code] ?? 'not readable';
}

/** What the registry answered, where that is the cause. */
export const refusalIn = (error: unknown): Refusal | undefined => causes(error).find((one) => one instanceof Refusal);

const isTimeout = (error: unknown): boolean => {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT';
};

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
