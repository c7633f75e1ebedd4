import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { type Command, type CommandContext, defineCommand, type FlagSpec, type Invocation } from '../command.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { type ClusterControl, clusterControl } from './control.ts';
import { dataDirFlag, filesFrom, nameFlag } from './which-cluster.ts';

const outputFlag: FlagSpec = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: '',
  describe: 'Output format: json, or what people read.',
};

/** What the run of a command that steers a cluster is given. */
export interface Steering extends CommandContext {
  /** Name of the cluster, as messages say it. */
  cluster: string;
  control: ClusterControl;
  /** Prints `value` with `-o json`; otherwise the lines that `say` makes of it. */
  show<T>(value: T, say: (value: T) => readonly string[]): void;
}

interface SteerOptions<Options> {
  files: ClusterFiles;
  isJson: boolean;
  own: Options;
}

/**
 * A command that asks a running cluster for something: with `--name`, `--data-dir` and `-o`, and the words for a
 * cluster that is not there or does not run.
 */
export function steerCommand<Options>(command: {
  flags?: readonly FlagSpec[];
  /** @throws KctlError `usage` */
  options: (invocation: Invocation) => Options;
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that has nothing to say about its exit code returns nothing
  run: (options: Options, steering: Steering) => Promise<number | void>;
}): Command<SteerOptions<Options>> {
  return defineCommand<SteerOptions<Options>>({
    flags: [...(command.flags ?? []), nameFlag, outputFlag, dataDirFlag],
    complete(invocation, context) {
      const output = invocation.flags.output as string;
      if (output !== '' && output !== 'json') {
        throw new KctlError('usage', `--output must be json, not "${output}"`);
      }
      return {
        files: filesFrom(invocation, context),
        isJson: output === 'json',
        own: command.options(invocation),
      };
    },
    async run({ files, isJson, own }, context) {
      const control = await clusterControl(files, context);
      const { stdout } = context.io;
      return command.run(own, {
        ...context,
        cluster: files.name,
        control,
        show(value, say) {
          if (isJson) stdout.write(`${JSON.stringify(value, null, 4)}\n`);
          else for (const line of say(value)) stdout.write(`${line}\n`);
        },
      });
    },
  });
}

/** Lines with columns as wide as their widest cell; cells are the cluster's text and are made safe. */
export function aligned(rows: readonly (readonly string[])[], gap = 3): string[] {
  const safe = rows.map((row) => row.map(escapeTerminal));
  const widths: number[] = [];
  for (const row of safe) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return safe.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]! + gap))
      .join('')
      .trimEnd(),
  );
}
