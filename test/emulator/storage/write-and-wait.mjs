import { Store } from '../../../src/emulator/storage/store.ts';

// Writes, says that the writes are acknowledged, and then only waits to be killed.
const store = new Store(process.argv[2]);
for (let count = 0; count < 50; count++) {
  store.put('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${count}`, namespace: 'default' },
  });
}
store.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } });
store.delete('secrets', 'default', 's');
store.flush();
process.stdout.write(`${store.revision}\n`);
setInterval(() => {}, 1000);
