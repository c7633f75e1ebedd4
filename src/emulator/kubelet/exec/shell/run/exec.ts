import type { Assignment, Command } from 'unbash';
import type { Shell } from '../context.ts';
import { handOver, notStarted } from '../launch.ts';
import { RedirectFailure, redirect } from '../redirect.ts';
import { ExitJump } from '../state.ts';
import { assign } from './assignments.ts';
import { ended } from './status.ts';

/** `exec`: redirections stay; with a command, nothing comes after it. */
export async function runExec(
  shell: Shell,
  argv: readonly string[],
  node: Command,
  assignments: readonly Assignment[],
): Promise<number> {
  const { state, process } = shell;
  if (node.redirects.length > 0) {
    try {
      await redirect(shell, node.redirects);
    } catch (error) {
      if (!(error instanceof RedirectFailure)) throw error;
      throw shell.fatal(2);
    }
  }
  if (argv.length === 0) return ended(shell, 0);
  for (const one of assignments) {
    await assign(shell, one);
    state.variables.get(one.name)!.isExported = true;
  }
  const found = process.host.which(process, argv[0]!, state.get('PATH'));
  if (!found.startsWith('/')) {
    await notStarted(shell, argv[0]!, found as 'ENOENT' | 'EACCES', node.pos);
    throw new ExitJump(found === 'EACCES' ? 126 : 127);
  }
  handOver(shell);
  state.traps.delete(0);
  throw new ExitJump(await process.host.replace(process, argv));
}
