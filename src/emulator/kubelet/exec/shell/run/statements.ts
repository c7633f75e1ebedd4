import type { CompoundList, PipelineNode, Statement } from 'unbash';
import { breathe } from '../../process/pace.ts';
import type { Shell } from '../context.ts';
import { runInBackground } from './background.ts';
import { runPipeline } from './pipeline.ts';
import { asCondition } from './status.ts';
import { endSubstitutions } from './substitute.ts';

/** `a; b & c`, one after the other. */
export async function runStatements(shell: Shell, list: readonly Statement[]): Promise<number> {
  const { state, process } = shell;
  for (const { command, background } of list) {
    await shell.runTraps();
    await breathe();
    process.signal.throwIfAborted();
    const open = state.substitutions.length;
    if (background) state.status = await runInBackground(shell, command, (child) => runAndOr(child, command));
    else await runAndOr(shell, command);
    if (state.substitutions.length > open) endSubstitutions(shell, open);
  }
  await shell.runTraps();
  return state.status;
}

/** `a && b || c`: only the last one counts for `set -e`. */
async function runAndOr(shell: Shell, node: Statement['command']): Promise<number> {
  const { state } = shell;
  if (node.type !== 'AndOr') return runPipelineNode(shell, node);
  for (const [index, command] of node.commands.entries()) {
    const operator = node.operators[index - 1];
    if (operator === '&&' && state.status !== 0) continue;
    if (operator === '||' && state.status === 0) continue;
    const isLast = index === node.commands.length - 1;
    const run = () => runPipelineNode(shell, command);
    await (isLast ? run() : asCondition(shell, run));
  }
  return state.status;
}

/** `! time a | b` */
async function runPipelineNode(shell: Shell, node: PipelineNode | CompoundList): Promise<number> {
  if (node.type !== 'Pipeline') return shell.command(node);
  const { state, process } = shell;
  const isNegated = node.prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1;
  const isTimed = node.prefixes.some(({ type }) => type === 'Time');
  const start = process.host.clock.now();
  const run = async () => {
    if (node.commands.length > 1) return runPipeline(shell, node);
    const status = await shell.command(node.commands[0]!);
    state.pipeStatus = [String(state.status)];
    return status;
  };
  if (isNegated) {
    await asCondition(shell, run);
    state.status = state.status === 0 ? 1 : 0;
  } else await run();
  if (isTimed) {
    const seconds = (process.host.clock.now() - start) / 1000;
    const shown = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
    await shell.say(`\nreal\t${shown}\nuser\t0m0.001s\nsys\t0m0.001s`);
  }
  return state.status;
}
