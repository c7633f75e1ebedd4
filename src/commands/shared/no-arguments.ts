import type { CommandContext } from '../command.ts';
import { usageError } from './errors.ts';

/** For verbs that take flags only. @throws KctlError `usage` */
export function refuseArguments(args: readonly string[], { tool, commandPath }: CommandContext): void {
  if (args.length === 0) return;
  throw usageError(`unexpected arguments: [${args.join(' ')}]`, `${tool} ${commandPath}`);
}
