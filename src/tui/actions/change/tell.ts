import { refText } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { ActionHost } from '../action.ts';

const namesShown = 8;

/** `deployments.apps shop/web`, `3 objects`. */
export function whatText(refs: readonly ObjectRef[]): string {
  return refs.length === 1 ? refText(refs[0]!) : say('{count} objects', { count: refs.length });
}

/** The objects by name, as many as can be read, and how many more. */
export function nameLines(refs: readonly ObjectRef[]): string[] {
  const more = refs.length - namesShown;
  return [...refs.slice(0, namesShown).map(refText), ...(more > 0 ? [say('and {more} more', { more })] : [])];
}

/** A message over the screen that stays until it is read, with all of its lines. */
export async function notice(
  host: ActionHost,
  title: string,
  text: string,
  commands: readonly string[] = [],
): Promise<void> {
  const lines = text.trim().split('\n');
  await host.ask({ title, lines, confirmLabel: 'Close', notice: true, danger: true, commands: () => commands });
}
