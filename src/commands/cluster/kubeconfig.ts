import { existsSync, readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** `kctl cluster kubeconfig`: the admin kubeconfig on stdout; any client can use it as it is. */
export const kubeconfigCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete(invocation, context) {
    onlyFlags(invocation);
    return filesFrom(invocation, context);
  },
  async run(files, { io, tool }) {
    requireCluster(files, io.env, tool);
    if (!existsSync(files.kubeconfig)) {
      throw new KctlError('usage', `cluster "${files.name}" was never started`, {
        hint: `start it with: ${tool} cluster start --name ${files.name}`,
      });
    }
    io.stdout.write(readFileSync(files.kubeconfig));
  },
});
