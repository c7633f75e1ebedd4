import type { CommandNode, Pipeline } from 'unbash';
import { type Handle, pipe } from '../../process/handle.ts';
import type { Shell } from '../context.ts';
import { runSimple } from './simple.ts';
import { ended } from './status.ts';
import { inSubshell } from './subshell.ts';

/** `a | b | c`: all at once, each in a subshell. */
export async function runPipeline(shell: Shell, { commands, operators }: Pipeline): Promise<number> {
  const ends: { input: Handle | undefined; output: Handle | undefined }[] = commands.map(() => ({
    input: undefined,
    output: undefined,
  }));
  for (let index = 0; index + 1 < commands.length; index++) {
    const { reader, writer } = pipe();
    ends[index]!.output = writer;
    ends[index + 1]!.input = reader;
  }
  const running = commands.map((command, index) => {
    const { input, output } = ends[index]!;
    const changes = new Map<number, Handle | undefined>();
    if (input) changes.set(0, input);
    if (output) changes.set(1, output);
    if (output && operators[index] === '|&') changes.set(2, output.share());
    return inSubshell(shell, (child) => runLast(child, command), changes);
  });
  const all = await shell.whileAlive(Promise.all(running));
  shell.state.pipeStatus = all.map(String);
  const failed = all.filter((status) => status !== 0);
  return ended(shell, shell.state.options.has('pipefail') ? (failed.at(-1) ?? 0) : all.at(-1)!);
}

/** All that is left to do in this process: a program takes its place. */
export function runLast(shell: Shell, node: CommandNode): Promise<number> {
  return node.type === 'Command' ? runSimple(shell, node, true) : shell.command(node);
}
