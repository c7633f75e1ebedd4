import type { ThemeToken } from './tokens.ts';

/** How what a cell means looks (the meanings are those of `api/cell-meaning.ts`); undefined leaves it as it is. */
export const meaningTokens = {
  ok: 'status.ok',
  progress: 'status.progress',
  warn: 'status.warn',
  error: 'status.error',
  done: 'status.done',
  muted: 'text.muted',
  fresh: 'age.fresh',
  old: 'age.old',
  plain: undefined,
} as const satisfies Record<string, ThemeToken | undefined>;
