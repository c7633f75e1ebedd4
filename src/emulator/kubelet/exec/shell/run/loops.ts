import type { ArithmeticFor, For, While } from 'unbash';
import { breathe } from '../../process/pace.ts';
import type { Shell } from '../context.ts';
import { arithmetic, expandWords } from '../expand.ts';
import { LoopJump } from '../state.ts';
import { asCondition } from './status.ts';

/** `for name in words; do …; done` */
export async function runFor(shell: Shell, { name, wordlist, body }: For): Promise<number> {
  const words = wordlist ? await expandWords(shell, wordlist) : [...shell.state.args];
  let next = 0;
  return loop(shell, {
    test: async () => next < words.length,
    body: () => {
      shell.assign(name.value, words[next]!);
      return shell.statements(body.commands);
    },
    after: async () => {
      next++;
    },
  });
}

/** `while list; do …; done`, and `until`. */
export function runWhile(shell: Shell, { kind, clause, body }: While): Promise<number> {
  return loop(shell, {
    async test() {
      const status = await asCondition(shell, () => shell.statements(clause.commands));
      return (status === 0) === (kind === 'while');
    },
    body: () => shell.statements(body.commands),
  });
}

/** `for ((…; …; …)); do …; done` */
export async function runArithmeticFor(shell: Shell, node: ArithmeticFor): Promise<number> {
  const value = async (part: { pos: number; end: number } | undefined): Promise<bigint> =>
    part ? arithmetic(shell, shell.state.source.slice(part.pos, part.end)) : 1n;
  await value(node.initialize);
  return loop(shell, {
    test: async () => (await value(node.test)) !== 0n,
    body: () => shell.statements(node.body.commands),
    after: async () => {
      await value(node.update);
    },
  });
}

interface Loop {
  test(): Promise<boolean>;
  body(): Promise<number>;
  after?(): Promise<void>;
}

/** Goes on while `test` holds; the status is that of the last round. */
async function loop(shell: Shell, { test, body, after }: Loop): Promise<number> {
  const { state, process } = shell;
  let status = 0;
  let isOuter = false;
  state.loops++;
  try {
    while (await test()) {
      await breathe();
      process.signal.throwIfAborted();
      try {
        await body();
        status = state.status;
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        state.status = 0;
        status = 0;
        if (error.levels > 1 && state.loops > 1) {
          error.levels--;
          isOuter = true;
          throw error;
        }
        if (error.kind === 'break') break;
      }
      await after?.();
    }
  } catch (error) {
    // `break` in the condition leaves the loop, too.
    if (isOuter || !(error instanceof LoopJump) || (error.levels > 1 && state.loops > 1)) throw error;
    status = 0;
  } finally {
    state.loops--;
  }
  state.status = status;
  return status;
}
