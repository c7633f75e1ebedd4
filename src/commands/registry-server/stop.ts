import { KctlError } from '../../lib/errors.ts';
import { isLocked } from '../cluster/cluster-lock.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { type RegistryFiles, readRegistryRecord, registryFiles } from './registry-files.ts';

/** How long it may take to end by itself before it is killed, in ms. Nothing acknowledged is lost either way. */
const GRACE = 10_000;

/** `kctl registry stop`: its images are kept. */
export const stopCommand = defineCommand<undefined>({
  flags: [],
  complete({ args }, context) {
    refuseArguments(args, context);
    return undefined;
  },
  async run(_options, { io, tool }) {
    const stopped = await stopRegistry(registryFiles(io.env), tool);
    io.stdout.write(stopped ? 'registry stopped\n' : 'registry is not running\n');
  },
});

/** False when it did not run. */
async function stopRegistry(files: RegistryFiles, tool: string): Promise<boolean> {
  const record = readRegistryRecord(files);
  // Only the holder of the lock is ours to signal: the recorded process id may have a new owner by now.
  if (!record || !(await isLocked(files.lock))) return false;
  if (record.cluster) {
    throw new KctlError('conflict', `the registry is served by the cluster "${record.cluster}", and ends with it`, {
      hint: `stop that: ${tool} cluster stop --name ${record.cluster}`,
    });
  }
  process.kill(record.pid, 'SIGTERM');
  const before = Date.now();
  let killed = false;
  while (await isLocked(files.lock)) {
    const waited = Date.now() - before;
    if (waited > GRACE && !killed) {
      process.kill(record.pid, 'SIGKILL');
      killed = true;
    }
    if (waited > 2 * GRACE) throw new KctlError('conflict', `process ${record.pid} of the registry does not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
