import { existsSync, readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { requireCluster } from './delete.ts';
import { dataDirFlag, filesFrom, nameFlag } from './start.ts';

/** `kctl cluster kubeconfig`: the admin kubeconfig on stdout; any client can use it as it is. */
export const kubeconfigCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete: ({ flags }, context) => filesFrom(flags, context),
  async run(files, { io }) {
    requireCluster(files, io.env);
    if (!existsSync(files.kubeconfig)) {
      throw new KctlError('usage', `cluster "${files.name}" was never started`, {
        hint: `start it with: kctl cluster start --name ${files.name}`,
      });
    }
    io.stdout.write(readFileSync(files.kubeconfig));
  },
});
