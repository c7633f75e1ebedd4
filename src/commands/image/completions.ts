import { existsSync } from 'node:fs';
import type { Completer, OwnList } from '../command.ts';

/** Names of the images that are stored, as people write them. A store that was never used is not made for this. */
const imageNames: OwnList = async ({ io }) => {
  const [{ imageStorePath, openImageStore }, { familiarName }] = await Promise.all([
    import('../../oci/store/open-store.ts'),
    import('../../oci/store/familiar-name.ts'),
  ]);
  const path = imageStorePath(io.env);
  if (!existsSync(path)) return [];
  const store = openImageStore(path);
  try {
    return store.images.list().flatMap(({ names }) => names.map(familiarName));
  } finally {
    store.close();
  }
};

/** What the shell offers behind `kctl image ...`. */
export const imageCompletion: Completer = { from: 'own', list: imageNames };
export const imagesCompletion: Completer = { from: 'own', list: imageNames, repeat: true };
