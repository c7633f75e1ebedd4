import { existsSync, rmSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { type ClusterFiles, clusterNames } from './cluster-files.ts';
import { dataDirFlag, filesFrom, nameFlag } from './start.ts';
import { stopCluster } from './stop.ts';

/** @throws KctlError `usage` that lists the clusters there are */
export function requireCluster(files: ClusterFiles, env: Record<string, string | undefined>): void {
  if (existsSync(files.dir)) return;
  const names = clusterNames(env);
  throw new KctlError('usage', `there is no cluster "${files.name}"`, {
    hint: names.length ? `clusters: ${names.join(', ')}` : 'start one with: kctl cluster start',
  });
}

/** `kctl cluster delete`: stops the cluster and removes everything it kept. */
export const deleteCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete: ({ flags }, context) => filesFrom(flags, context),
  async run(files, { io }) {
    requireCluster(files, io.env);
    await stopCluster(files);
    rmSync(files.dir, { recursive: true, force: true });
    io.stdout.write(`cluster "${files.name}" deleted\n`);
  },
});
