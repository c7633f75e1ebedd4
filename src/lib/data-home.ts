import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Record<string, string | undefined>;

/**
 * The folder for what kctl keeps: `$KCTL_HOME`, else `kctl` in the data folder of the platform
 * (XDG Base Directory specification; `~/Library/Application Support`; `%LOCALAPPDATA%`).
 */
export function dataHome(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (env.KCTL_HOME) return env.KCTL_HOME;
  const home = env.HOME || homedir();
  if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'kctl');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'kctl');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'kctl');
  return join(home, '.local', 'share', 'kctl');
}
