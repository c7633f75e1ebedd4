import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Record<string, string | undefined>;

/** Folders of k9s, as its documentation gives them: `K9S_CONFIG_DIR`, XDG, and those of the platform. */
export function k9sFolders(env: Environment, platform: NodeJS.Platform = process.platform): string[] {
  if (env['K9S_CONFIG_DIR']) return [env['K9S_CONFIG_DIR']];
  const home = env['HOME'] || homedir();
  const own =
    platform === 'darwin'
      ? [join(home, 'Library', 'Application Support')]
      : platform === 'win32'
        ? [env['LOCALAPPDATA'] || join(home, 'AppData', 'Local')]
        : [join(home, '.config'), join(home, '.local', 'share')];
  const xdg = [env['XDG_CONFIG_HOME'], env['XDG_DATA_HOME']].filter((folder) => folder !== undefined && folder !== '');
  return [...new Set([...(xdg as string[]), ...own])].map((folder) => join(folder, 'k9s')).filter(isFolder);
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Paths of the YAML files below `folder`, from there, in order; [] where there is no such folder. */
export function yamlFiles(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /\.ya?ml$/.test(file)).sort();
}
