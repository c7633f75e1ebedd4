import { imageSummary } from '../../../src/oci/store/image-summary.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';

/** Looks at a store that may not be written, then tries to write it; prints what it saw. */
const store = openImageStore(process.argv[2] ?? '');
const [image] = store.images.list();
const { plainSize } = await imageSummary(store, image!);
const refused = await store.images.set(image!.target, ['docker.io/library/other:1']).catch((error: unknown) => error);
process.stdout.write(JSON.stringify({ names: image!.names, plainSize, refused: (refused as Error).message }));
store.close();
