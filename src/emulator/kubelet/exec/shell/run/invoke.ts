import { isSystemError } from '../../fs/errors.ts';
import { OutputFailure } from '../../process/process.ts';
import { builtins, knows } from '../builtins/index.ts';
import type { Shell } from '../context.ts';
import { external } from '../launch.ts';
import { ReturnJump, type ShellFunction } from '../state.ts';

const DEEPEST_CALLS = 200;

/** Runs a function, a builtin or a program. */
export async function invoke(
  shell: Shell,
  argv: readonly string[],
  pos: number,
  { skipsFunctions = false, isLast = false }: { skipsFunctions?: boolean; isLast?: boolean },
): Promise<number> {
  const [name = '', ...args] = argv;
  const { state } = shell;
  const own = skipsFunctions ? undefined : state.functions.get(name);
  if (own) return callFunction(shell, own, args, name);
  const builtin = knows(state.dialect, name) ? builtins[name] : undefined;
  if (!builtin) return external(shell, argv, pos, isLast && state.traps.size === 0);
  try {
    return await builtin(shell, args, pos);
  } catch (error) {
    if (error instanceof OutputFailure) {
      await shell.complain(state.dialect === 'ash' ? error.message : `${name}: ${error.message}`, pos);
      return 1;
    }
    if (!isSystemError(error)) throw error;
    await shell.complain(`${name}: ${error.path ? `${error.path}: ` : ''}${error.message}`, pos);
    return 1;
  }
}

async function callFunction(shell: Shell, own: ShellFunction, args: string[], name: string): Promise<number> {
  const { state } = shell;
  if (state.functionDepth >= DEEPEST_CALLS) {
    await shell.complain(`${name}: maximum function nesting level exceeded (${DEEPEST_CALLS})`);
    throw shell.fatal(2);
  }
  const outer = { args: state.args, loops: state.loops };
  state.args = args;
  state.loops = 0;
  state.functionDepth++;
  state.calls.push(name);
  state.locals.push(new Map());
  try {
    return await shell.withSource(own.source, () => shell.command(own.body));
  } catch (error) {
    if (!(error instanceof ReturnJump)) throw error;
    return error.status;
  } finally {
    for (const [variable, value] of state.locals.pop()!) {
      if (value) state.variables.set(variable, value);
      else state.variables.delete(variable);
    }
    state.args = outer.args;
    state.loops = outer.loops;
    state.functionDepth--;
    state.calls.pop();
  }
}
