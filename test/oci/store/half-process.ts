import { openImageStore } from '../../../src/oci/store/open-store.ts';

/** Writes a blob and the beginning of another, and waits to be killed. */
const store = openImageStore(process.argv[2] ?? '');
const lease = store.lease('half');
await lease.put(Buffer.from('whole'));
const writer = await lease.writer({ resume: 'layer' });
await writer.write(Buffer.from('half'));
// Little is gathered first; what the disk has got is what can be gone on with.
await writer.flush();
process.stdout.write('ready\n');
setInterval(() => {}, 1000);
