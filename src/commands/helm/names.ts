import type { OwnList } from '../command.ts';
import { newestOf, readRevisions } from './releases.ts';

/** For the shell: the releases of the namespace in use. */
export const releaseNames: OwnList = async ({ connect, signal }) => {
  const cluster = await connect();
  const kept = await readRevisions(cluster, { namespace: cluster.namespace, signal });
  return newestOf(kept).map(({ release }) => release.name);
};
