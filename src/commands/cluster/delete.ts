import { rmSync } from 'node:fs';
import { defineCommand } from '../command.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { stopCluster } from './stop.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** `kctl cluster delete`: stops the cluster and removes everything it kept. */
export const deleteCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete(invocation, context) {
    onlyFlags(invocation);
    return filesFrom(invocation, context);
  },
  async run(files, { io, tool }) {
    requireCluster(files, io.env, tool);
    await stopCluster(files);
    rmSync(files.dir, { recursive: true, force: true });
    io.stdout.write(`cluster "${files.name}" deleted\n`);
  },
});
