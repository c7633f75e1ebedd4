import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { startEmulator } from '../../../src/emulator/start.ts';

// A cluster in a process of its own that somebody will kill. It loads first and starts when it is told to,
// so that the next one is warm when this one dies.
await once(process.stdin, 'data');
const emulator = await startEmulator({
  dataDir: process.argv[2]!,
  port: 0,
  nodes: 1,
  seed: 'empty',
  name: 'killed',
});
writeSync(1, `${JSON.stringify({ port: emulator.port, kubeconfig: emulator.adminKubeconfig })}\n`);
// What this one has compiled spares the next ones the time.
flushCompileCache();
