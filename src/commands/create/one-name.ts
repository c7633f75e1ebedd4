import type { CommandContext } from '../command.ts';
import { usageError } from '../shared/errors.ts';

/** The one NAME of a command line; what stands behind `--` is not counted. @throws KctlError `usage` */
export function oneName(args: readonly string[], { tool, commandPath }: CommandContext): string {
  if (args.length === 1) return args[0]!;
  throw usageError(`exactly one NAME is required, got ${args.length}`, `${tool} ${commandPath}`);
}
