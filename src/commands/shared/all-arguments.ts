import type { Invocation } from '../command.ts';

/** The words of verbs to which `--` only says that no flag follows. */
export function allArguments({ args, afterDash }: Invocation): readonly string[] {
  return afterDash ? [...args, ...afterDash] : args;
}
