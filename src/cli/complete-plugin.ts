import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { directives } from '../commands/completion/place.ts';
import { findPlugin, findProgram, listPlugins } from '../commands/plugin/plugins.ts';
import type { Completing } from './completing.ts';

/** The first words of plugins, as lines of the protocol. */
export function pluginWords({ table, io, tool }: Omit<Completing, 'signal'>): string[] {
  const plugins = listPlugins(tool, io, () => {});
  const words = plugins.map((path) => basename(path).split('-')[1]!.replaceAll('_', '-'));
  return [...new Set(words)]
    .filter((word) => !table.some(({ name }) => name === word))
    .map((word) => `${word}\tThe command ${word} is a plugin installed by the user`);
}

/**
 * What a plugin offers for its own arguments: `kubectl-a-b` is asked through `kubectl_complete-a-b`, whose last line
 * may be a directive.
 * @returns undefined where the command line calls no plugin
 */
export async function completePlugin(
  before: readonly string[],
  word: string,
  { table, io, tool }: Completing,
): Promise<{ lines: string[]; directive: number } | undefined> {
  const [first] = before;
  if (first === undefined || first.startsWith('-')) return undefined;
  if (table.some(({ name, aliases }) => name === first || aliases?.includes(first))) return undefined;
  const plugin = findPlugin(before, 1, tool, io);
  if (!plugin) return undefined;
  const program = findProgram(basename(plugin.path).replace('-', '_complete-'), io);
  if (program === undefined) return { lines: [], directive: directives.default };
  const { stdout, status } = spawnSync(program, [...before.slice(plugin.words), word], {
    env: io.env as NodeJS.ProcessEnv,
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) return { lines: [], directive: directives.default };
  const lines = stdout.split('\n').filter((line) => line !== '');
  const directive = /^:(\d+)$/.exec(lines.at(-1) ?? '')?.[1];
  return directive === undefined
    ? { lines, directive: directives.default }
    : { lines: lines.slice(0, -1), directive: Number(directive) };
}
