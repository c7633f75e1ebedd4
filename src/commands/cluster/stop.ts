import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { type ClusterFiles, readRecord } from './cluster-files.ts';
import { isLocked } from './cluster-lock.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** How long a cluster may take to end by itself before it is killed, in ms. Nothing acknowledged is lost either way. */
const GRACE = 10_000;

/** Ends the cluster's process; false when it did not run. */
export async function stopCluster(files: ClusterFiles): Promise<boolean> {
  const record = readRecord(files);
  // Only the holder of the lock is ours to signal: the recorded process id may have a new owner by now.
  if (!record || !(await isLocked(files.lock))) return false;
  process.kill(record.pid, 'SIGTERM');
  const before = Date.now();
  let killed = false;
  while (await isLocked(files.lock)) {
    const waited = Date.now() - before;
    if (waited > GRACE && !killed) {
      process.kill(record.pid, 'SIGKILL');
      killed = true;
    }
    if (waited > 2 * GRACE)
      throw new KctlError('conflict', `process ${record.pid} of cluster "${files.name}" does not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** `kctl cluster stop`: the state is kept for the next start. */
export const stopCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete(invocation, context) {
    onlyFlags(invocation);
    return filesFrom(invocation, context);
  },
  async run(files, { io, tool }) {
    requireCluster(files, io.env, tool);
    const stopped = await stopCluster(files);
    io.stdout.write(stopped ? `cluster "${files.name}" stopped\n` : `cluster "${files.name}" is not running\n`);
  },
});
