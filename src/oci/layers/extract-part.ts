import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What all parts of a destination begin with; a long name is cut, so that there is room for the rest. */
const leadOf = (path: string): string => `.${[...basename(path)].slice(0, 40).join('')}.kctl-`;

/** Where something is written until it is whole: beside its destination, hidden, with the writing process in its name. */
export const partOf = (path: string): string =>
  join(dirname(path), `${leadOf(path)}${process.pid}-${randomUUID().slice(0, 8)}`);

/** Removes what killed processes have left of the same destination. */
export async function removeDeadParts(path: string): Promise<void> {
  const folder = dirname(path);
  const lead = leadOf(path);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(lead)) continue;
    const writer = /^(\d+)-[0-9a-f]{8}(-before)?$/.exec(name.slice(lead.length));
    if (!writer || isRunning(Number(writer[1]))) continue;
    // What may not be removed is no reason to call an extraction failed.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
