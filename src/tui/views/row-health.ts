import type { Health } from '../../api/row-health.ts';
import type { ThemeToken } from '../../theme/tokens.ts';

/** How a health looks: a sign of one cell, so that colour is never the only carrier, and a token. */
export const healthLook: Readonly<Record<Health, { sign: string; token: ThemeToken }>> = {
  ok: { sign: ' ', token: 'status.ok' },
  progress: { sign: '~', token: 'status.progress' },
  warn: { sign: '!', token: 'status.warn' },
  error: { sign: 'x', token: 'status.error' },
  done: { sign: ' ', token: 'status.done' },
  unknown: { sign: ' ', token: 'text' },
};

/** What the fault filter (ctrl-z) keeps. */
export function isFault(health: Health): boolean {
  return health === 'error' || health === 'warn' || health === 'progress';
}
