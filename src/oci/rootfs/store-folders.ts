import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where root file systems keep things below the folder of the image store. */
export const storeFolders = (store: string) => ({
  /** `<form>/<chain id>`: a layer (or, in the form `tree`, all up to it) unpacked. */
  unpacked: join(store, 'unpacked'),
  /** `<lease>.<n>`: what is being made, and writable layers that go with their process. */
  live: join(store, 'live'),
  /** `<hex of the id>`: folders of `RUN --mount=type=cache`. */
  caches: join(store, 'caches'),
  /** `<id>`: containers that are kept. */
  containers: join(store, 'containers'),
});

/** What a layer is together with those below it (image-spec config.md, "Layer ChainID"), for each of the layers. */
export function chainIds(diffIds: readonly string[]): string[] {
  const ids: string[] = [];
  for (const diffId of diffIds) {
    const below = ids.at(-1);
    ids.push(
      below === undefined ? diffId : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`,
    );
  }
  return ids;
}
