import type { ProcessSubstitutionPart } from 'unbash';
import { pipe } from '../../process/handle.ts';
import type { Shell } from '../context.ts';
import { toItsEnd } from './subshell.ts';

/** The descriptors that bash takes for these, from above. */
const HIGHEST = 63;

/** `<(script)` and `>(script)`: starts it, and answers with the path that its pipe has. */
export function substitute(shell: Shell, { operator, script }: ProcessSubstitutionPart): string {
  const { process, state } = shell;
  const { reader, writer } = pipe();
  const [own, others] = operator === '<' ? [reader, writer] : [writer, reader];
  const child = shell.fork(new Map([[operator === '<' ? 1 : 0, others]]));
  toItsEnd(child, (inner) => inner.statements(script?.commands ?? [])).catch(() => {});
  let number = HIGHEST;
  while (process.handles.has(number)) number--;
  process.assign(number, own);
  state.substitutions.push(number);
  return `/dev/fd/${number}`;
}

/** Closes those that came since there were `count`. */
export function endSubstitutions({ state, process }: Shell, count: number): void {
  for (const number of state.substitutions.splice(count)) process.assign(number, undefined);
}
