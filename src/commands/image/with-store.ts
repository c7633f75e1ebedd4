import type { IoStreams } from '../../lib/io.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { withProgress } from '../shared/progress.ts';

/** Opens the user's image store for some work, which a terminal is told of where it takes long. */
export function withStore<T>(
  io: IoStreams,
  what: string | (() => string),
  work: (store: ImageStore) => Promise<T>,
): Promise<T> {
  return withProgress(io, typeof what === 'string' ? () => what : what, async () => {
    const store = openImageStore(imageStorePath(io.env));
    try {
      return await work(store);
    } finally {
      store.close();
    }
  });
}
