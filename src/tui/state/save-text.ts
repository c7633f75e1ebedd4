import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';

/**
 * Writes what is on the screen into `$KCTL_HOME/dashboard/saved/CONTEXT/`, under the name of what it is and
 * the time, readable for its owner alone.
 * @param suffix with its dot: `.yaml`
 * @returns the path
 */
export function saveText(
  place: { env: Record<string, string | undefined>; context: string; now: number },
  name: string,
  suffix: string,
  text: string,
): string {
  const folder = join(dataHome(place.env), 'dashboard', 'saved', fileName(place.context || 'no-context'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const time = new Date(place.now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  const path = join(folder, `${fileName(name)}-${time}${suffix}`);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** No name of a cluster leads out of the folder or is longer than file systems take. */
function fileName(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}.-]+/gu, '_')
      .replace(/^\.+/, '_')
      .slice(0, 60) || '_'
  );
}
