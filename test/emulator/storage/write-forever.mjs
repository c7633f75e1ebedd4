import { writeSync } from 'node:fs';
import { Store } from '../../../src/emulator/storage/store.ts';

// Writes without end, and says after each write that it is acknowledged; somebody kills it.
const store = new Store(process.argv[2]);
for (let count = 0; ; count++) {
  store.put('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${count % 500}`, namespace: 'default' },
    data: { count: String(count), filling: 'x'.repeat(count % 5000) },
  });
  if (count % 7 === 0) store.delete('configmaps', 'default', `c${count % 500}`);
  // Each write alone, and several together.
  if (count % 50 > 10 && count % 4 !== 0) continue;
  store.flush();
  writeSync(1, `${store.revision} ${count}\n`);
}
