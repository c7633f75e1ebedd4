import type { CommandContext, Invocation } from '../command.ts';
import { namesManyNamespaces } from '../shared/names-many-namespaces.ts';
import { isNamePattern } from './name-pattern.ts';
import { ownLogsFlags } from './own-flags.ts';

/**
 * Whether many logs are meant in a way that kubectl does not know: by a flag of our own; by a word that no name can
 * be (a pattern, a second `TYPE/NAME`, `-n a,b`); or on a terminal, where several logs are followed. Everything
 * else is kubectl's, to the byte.
 */
export function wantsMany(
  { args, flags, given }: Pick<Invocation, 'args' | 'flags' | 'given'>,
  { tool, io, globals }: Pick<CommandContext, 'tool' | 'io' | 'globals'>,
): boolean {
  if (ownLogsFlags.some(({ name }) => given.has(name))) return true;
  if (tool === 'kubectl') return false;
  if (namesManyNamespaces({ tool, globals })) return true;
  if ([...args, String(flags.container ?? '')].some(isNamePattern)) return true;
  if (args.slice(1).some((word) => word.includes('/'))) return true;
  const several = flags.selector !== '' || flags['all-pods'] === true || flags['all-containers'] === true;
  return io.stdout.isTTY === true && flags.follow === true && several;
}
