import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import type { IoStreams } from '../../lib/io.ts';

type Surroundings = Pick<IoStreams, 'env' | 'cwd'>;

/** What plugins are called, in the order in which they are looked for: as `kubectl`, kctl knows kubectl's alone. */
function pluginPrefixes(tool: string): readonly string[] {
  return tool === 'kubectl' ? ['kubectl'] : ['kctl', 'kubectl'];
}

/** The folders of `$PATH`, each once; an empty one is the working folder. */
function folders({ env }: Surroundings): string[] {
  return [...new Set((env.PATH ?? '').split(delimiter))];
}

/** What Windows adds to the name of a program. */
const endings = (env: Surroundings['env']): readonly string[] =>
  process.platform === 'win32' ? (env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';') : [''];

/** The program called `name` on `$PATH`. */
export function findProgram(name: string, around: Surroundings): string | undefined {
  if (!around.env.PATH) return undefined;
  for (const folder of folders(around)) {
    for (const ending of endings(around.env)) {
      const path = resolve(around.cwd, folder, name + ending);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface FoundPlugin {
  path: string;
  /** How many words of the command line name it. */
  words: number;
}

/**
 * The plugin with the longest name that the first words of a command line spell: `a b-c d` is
 * `kctl-a-b_c-d`, else `kubectl-a-b_c-d`, else one named by fewer words.
 * @param least the fewest words that may name it
 */
export function findPlugin(
  argv: readonly string[],
  least: number,
  tool: string,
  around: Surroundings,
): FoundPlugin | undefined {
  const flag = argv.findIndex((word) => word.startsWith('-'));
  const named = (flag < 0 ? argv : argv.slice(0, flag)).map((word) => word.replaceAll('-', '_'));
  for (let words = named.length; words >= Math.max(least, 1); words--) {
    const name = named.slice(0, words).join('-');
    // A word with a slash would lead out of the folders of PATH.
    if (/[/\\]/.test(name)) continue;
    for (const prefix of pluginPrefixes(tool)) {
      const path = findProgram(`${prefix}-${name}`, around);
      if (path !== undefined) return { path, words };
    }
  }
  return undefined;
}

/** Files on `$PATH` that are called as plugins are, in its order. @param complain gets a line for a folder that cannot be read */
export function listPlugins(tool: string, around: Surroundings, complain: (line: string) => void): string[] {
  const prefixes = pluginPrefixes(tool);
  return folders(around)
    .filter((folder) => folder.trim() !== '')
    .flatMap((folder) => {
      try {
        return readdirSync(resolve(around.cwd, folder), { withFileTypes: true })
          .filter((file) => !file.isDirectory() && prefixes.some((prefix) => file.name.startsWith(`${prefix}-`)))
          .map(({ name }) => join(folder, name))
          .sort();
      } catch (error) {
        const reason = fileError(error, 'open', folder);
        complain(`Unable to read directory "${folder}" from your PATH: ${reason}. Skipping...`);
        return [];
      }
    });
}
