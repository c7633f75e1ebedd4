import { KctlError } from '../../lib/errors.ts';
import { TableModel } from '../views/table-model.ts';
import type { ViewModel } from '../views/view-model.ts';
import { say } from '../words/say.ts';
import { plainLine } from './sgr-runs.ts';
import type { Shown } from './shown.ts';

/** How often it is looked, ms. */
const lookMs = 25;

/** True until a view has what it is about to show. */
export function isLoading(model: ViewModel): boolean {
  const { count, notes } = model.title();
  return model.connection()?.phase === 'connecting' || count === '…' || notes.includes(say('connecting'));
}

/** Why a view shows nothing; undefined where it shows something, or still may. */
function failureOf(dashboard: Shown): string | undefined {
  const model = dashboard.current();
  const state = model.connection();
  if (state?.error && model instanceof TableModel && model.store.getSnapshot().total === 0) return state.error.message;
  if (model instanceof TableModel) return undefined;
  // Other views say it in their own words, behind a sign (views/error-lines.ts).
  const { columns, theme } = dashboard.getSnapshot();
  const lines = model.lines(columns, 12, theme).map((line) => plainLine(line).trim());
  const at = lines.findIndex((line) => line !== '');
  return lines[at]?.startsWith('x ') ? lines[at].slice(2) : undefined;
}

/**
 * Waits until the view that is open has its content.
 * @param options.facts the header's figures have to be there, too, or be known not to be had
 * @throws KctlError with the reason where it cannot be shown, `timeout` words after `limitMs`
 */
export async function waitUntilSeen(
  dashboard: Shown,
  { limitMs, facts, signal }: { limitMs: number; facts: boolean; signal?: AbortSignal },
): Promise<void> {
  const end = performance.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const failure = failureOf(dashboard);
    if (failure !== undefined) throw new KctlError('input', failure);
    const waitsForFacts = facts && Object.values(dashboard.facts.getSnapshot()).includes(undefined);
    const waitsForView = isLoading(dashboard.current());
    if (!waitsForView && !waitsForFacts) return;
    if (performance.now() > end) {
      // A header without figures is no reason to show nothing.
      if (!waitsForView) return;
      const { kind, scope } = dashboard.current().title();
      throw new KctlError(
        'connection',
        `${kind}${scope ? ` (${scope})` : ''} did not come within ${limitMs / 1000} s`,
        {
          hint: 'Give it more time: --wait 60s',
        },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
