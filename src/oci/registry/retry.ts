import { setTimeout as sleep } from 'node:timers/promises';
import { KctlError } from '../../lib/errors.ts';

/** How often, and after which waits, what failed for now is tried again. */
export interface RetryPolicy {
  /** Tries in all, each without progress. */
  tries: number;
  /** Before the second try, in ms; doubled before each one after. */
  firstMs: number;
  mostMs: number;
  /** Waits. Injected by tests. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const patient: RetryPolicy = {
  ...{ tries: 5, firstMs: 500, mostMs: 10_000 },
  wait: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
  random: Math.random,
};

export const once: RetryPolicy = { ...patient, tries: 1 };

/** Who asks to be left alone for longer is not waited for. */
const LONGEST_AFTER_MS = 120_000;

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** True for answers that say of the moment, and not of what was asked. */
export const isPassing = (status: number): boolean => passing.has(status);

/** `Retry-After` in ms: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * Waits before another try. @param failed tries so far; @param after what the server asked for, in ms
 * @returns false where there is none left, or it would take too long
 */
export async function nextTry(
  policy: RetryPolicy,
  failed: number,
  after: number | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (failed >= policy.tries || (after ?? 0) > LONGEST_AFTER_MS) return false;
  const backOff = Math.min(policy.mostMs, policy.firstMs * 2 ** (failed - 1));
  // Half of it is luck, so that many that were thrown out at once do not come back at once.
  await policy.wait(Math.max(after ?? 0, backOff * (0.5 + policy.random() / 2)), signal).catch((cause) => {
    throw new KctlError('connection', 'stopped', { cause });
  });
  return true;
}
