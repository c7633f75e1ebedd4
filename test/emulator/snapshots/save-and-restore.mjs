import { writeSync } from 'node:fs';
import { OfflineSnapshots } from '../../../src/emulator/snapshots/offline.ts';
import { putInPlace } from '../../../src/emulator/snapshots/put-in-place.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

// Restores one state and the other, and saves each over the last, until it is killed.
const dataDir = process.argv[2];
const store = new Store(dataDir);
const snapshots = new OfflineSnapshots(dataDir, Date.now);
const source = () => ({ copyTo: (file) => store.copyTo(file), wall: 0, clusterTime: 0, authority: 'x' });
const tell = (line) => writeSync(1, `${line}\n`);
for (;;) {
  for (const name of ['a', 'b']) {
    const { objects } = snapshots.read(name);
    tell('restore');
    await putInPlace(store, objects);
    tell('save');
    await snapshots.save('newest', source(), true);
    tell('done');
  }
}
