import { defineCommand } from '../command.ts';
import { endProcess } from '../shared/own-process.ts';
import { isLocked } from '../shared/process-lock.ts';
import { type ClusterFiles, readRecord } from './cluster-files.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** Ends the cluster's process; false when it did not run. */
export async function stopCluster(files: ClusterFiles): Promise<boolean> {
  const record = readRecord(files);
  // Only the holder of the lock is ours to signal: the recorded process id may have a new owner by now.
  if (!record || !(await isLocked(files.lock))) return false;
  await endProcess(`cluster "${files.name}"`, files.lock, record.pid);
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
