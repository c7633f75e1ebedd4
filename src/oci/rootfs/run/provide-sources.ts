import { join } from 'node:path';
import type { HostAbility } from '../ability.ts';
import { removeTree } from '../remove-tree.ts';
import type { RunHooks, RunMount } from '../types.ts';
import { answerIn } from './answered-socket.ts';
import { holdCache } from './cache-folders.ts';
import { unpackGiven } from './given-files.ts';
import type { PlannedMount } from './plan-mounts.ts';

interface Place {
  /** Of the root. */
  folder: string;
  /** Of caches. */
  caches: string;
  ability: HostAbility;
  /** Ends what is there for the run alone. */
  held: AsyncDisposableStack;
  on: RunHooks;
}

/** Makes what is to be mounted; all of it is there until `held` is disposed. */
export async function provideSources(
  mounts: readonly PlannedMount[],
  { folder, caches, ability, held, on }: Place,
): Promise<Map<RunMount, string>> {
  const sources = new Map<RunMount, string>();
  for (const { mount } of mounts) {
    if (mount.type === 'bind') sources.set(mount, mount.source);
    if (mount.type === 'cache') sources.set(mount, held.use(await holdCache(caches, mount, ability, on)).folder);
    if (mount.type === 'socket') sources.set(mount, held.use(await answerIn(folder, mount.connect)).file);
    if (mount.type === 'files') {
      const place = await unpackGiven(folder, mount.files, ability, on.signal);
      held.defer(() => removeTree(place, ability));
      sources.set(mount, join(place, 'top'));
    }
  }
  return sources;
}
