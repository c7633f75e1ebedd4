import { writeSync } from 'node:fs';
import { OfflineSnapshots } from '../../../src/emulator/snapshots/offline.ts';
import { restoreInto } from '../../../src/emulator/snapshots/restore.ts';
import { readVolumes } from '../../../src/emulator/snapshots/volumes.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

// Restores one state and the other, and saves each over the last, until it is killed.
const dataDir = process.argv[2];
const store = new Store(dataDir);
const snapshots = new OfflineSnapshots(dataDir, Date.now);
const source = () => ({
  copyTo: (file) => store.copyTo(file),
  volumes: async () => readVolumes(store, dataDir),
  wall: 0,
  clusterTime: 0,
  authority: 'x',
});
const tell = (line) => writeSync(1, `${line}\n`);
for (;;) {
  for (const name of ['a', 'b']) {
    const read = snapshots.read(name);
    tell('restore');
    await restoreInto({ store, dataDir, authority: 'x' }, read);
    tell('save');
    await snapshots.save('newest', source(), true);
    tell('done');
  }
}
