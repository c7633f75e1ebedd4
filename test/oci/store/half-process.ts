import { openImageStore } from '../../../src/oci/store/open-store.ts';

/** Writes a blob and the beginning of another, and waits to be killed. */
const store = openImageStore(process.argv[2] ?? '');
const lease = store.lease('half');
await lease.put(Buffer.from('whole'));
await (await lease.writer({ resume: 'layer' })).write(Buffer.from('half'));
process.stdout.write('ready\n');
setInterval(() => {}, 1000);
