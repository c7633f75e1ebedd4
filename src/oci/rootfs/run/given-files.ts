import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAbility } from '../ability.ts';
import { runTool } from '../host-tools.ts';
import { asOwner } from '../namespaces.ts';
import { TarWriter } from '../tar/write-entries.ts';
import type { GivenFiles } from '../types.ts';

/**
 * Writes files to this machine, with the owners that there are inside.
 * @param folder in which a folder for them is made
 * @returns that folder; they are its `top`
 */
export async function unpackGiven(folder: string, given: GivenFiles, ability: HostAbility, signal: AbortSignal) {
  const { rootless, public: can, tools } = ability;
  const place = mkdtempSync(join(folder, 'given-'));
  const tar = new TarWriter();
  const writing = given.write(tar).then(
    () => tar.end(),
    (error: Error) => tar.fail(error),
  );
  const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
  const flags = ['-x', '-f', '-', '-p', '--numeric-owner', can.ids === 'own' ? '--no-same-owner' : '--same-owner'];
  const line = [...owner, tools.tar!, ...flags, '--warning=no-timestamp', '-C', place];
  await runTool(line, { input: tar.bytes, signal });
  await writing;
  return place;
}
