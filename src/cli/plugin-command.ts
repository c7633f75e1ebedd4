import { findPlugin } from '../commands/plugin/plugins.ts';
import { KctlError } from '../lib/errors.ts';
import type { IoStreams } from '../lib/io.ts';
import type { FoundCommand } from './find-command.ts';

/** Commands whose sub-commands may come from plugins. */
const extensible: ReadonlySet<string> = new Set(['create']);

/**
 * Runs the plugin that a command line calls; this process then ends with it.
 * @returns the plugin's exit code; undefined where the command line calls none
 * @throws KctlError for flags in front of a command that there is not
 */
export async function runCalledPlugin(
  argv: readonly string[],
  found: FoundCommand,
  io: IoStreams,
  tool: string,
): Promise<number | undefined> {
  const least = fewestWords(argv, found, io.env);
  if (least === undefined) return undefined;
  if (argv[0]!.startsWith('-')) {
    throw new KctlError('usage', `flags cannot be placed before plugin name: ${argv[0]}`, { prefix: 'Error: ' });
  }
  const plugin = findPlugin(argv, least, tool, io);
  if (!plugin) return undefined;
  const { runPlugin } = await import('../commands/plugin/run-plugin.ts');
  try {
    return await runPlugin(plugin.path, argv.slice(plugin.words), io);
  } catch (error) {
    throw new KctlError('input', reasonOf(error), { prefix: 'Error: ', cause: error });
  }
}

/** With how many words at least a plugin may be named; undefined where the command is one of our own. */
function fewestWords(argv: readonly string[], found: FoundCommand, env: IoStreams['env']): number | undefined {
  if (!found.entry) return found.unknown === undefined ? undefined : 1;
  // Of a command that kubectl does not have, who calls `kubectl` means their plugin of that name.
  if (found.path[0] !== 'create') return argv[0] === found.path[0] ? 1 : undefined;
  const [first, second] = argv;
  const isOpen = found.path.length === 1 && extensible.has(found.entry.name) && first === found.entry.name;
  if (!isOpen || second === undefined || second.startsWith('-') || isOff(env.KUBECTL_ENABLE_CMD_SHADOW)) {
    return undefined;
  }
  return 2;
}

const isOff = (value: string | undefined): boolean => ['false', '0', 'f'].includes(value?.toLowerCase() ?? '');

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOEXEC' ? 'exec format error' : message;
}
