import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import type { LayerRef } from '../../../src/oci/rootfs/types.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';

/** Unpacks layers and commits what a command has written, again and again, until somebody kills it. */
const [, , path = '', refs = '[]'] = process.argv;
const layers = JSON.parse(refs) as LayerRef[];
const store = openImageStore(path);
const roots = await openRootFilesystems(store, { runtime: 'unshare' });
process.stdout.write('ready\n');
for (let round = 0; ; round++) {
  await using lease = store.lease('test');
  await using root = await roots.open(layers.slice(0, 1 + (round % layers.length)));
  await root.run(
    {
      argv: ['/bin/sh', '-c', `head -c 3000000 /dev/urandom > /data; echo ${round} > /round`],
      ...{ env: ['PATH=/bin'], cwd: '/', user: '', mounts: [], network: 'none' },
    },
    { signal: AbortSignal.timeout(60_000), output: () => {} },
  );
  await root.commit(lease);
}
