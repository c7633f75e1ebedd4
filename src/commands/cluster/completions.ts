import type { CommandContext, Completer, FlagValues, OwnList } from '../command.ts';
import { readRecord } from './cluster-files.ts';

/** The files of the cluster that `--name` and `--data-dir` name. */
async function filesOf({ io }: CommandContext, flags: FlagValues) {
  const { clusterFiles, DEFAULT_CLUSTER } = await import('./cluster-files.ts');
  const home = flags['data-dir'];
  const env = typeof home === 'string' && home !== '' ? { ...io.env, KCTL_HOME: home } : io.env;
  return clusterFiles(env, String(flags.name || DEFAULT_CLUSTER));
}

const clusterNames: OwnList = async ({ io }) => (await import('./cluster-files.ts')).clusterNames(io.env);

const snapshotNames: OwnList = async (context, flags) => {
  const { dataDir } = await filesOf(context, flags);
  return (await context.snapshots(dataDir)).list().map(({ name }) => name);
};

const storyNames: OwnList = async () => Object.keys((await import('./scenarios/stories.ts')).stories);

/** Nodes of a cluster that runs, as its own administrator sees them. */
const nodeNames: OwnList = async (context, flags) => {
  const files = await filesOf(context, flags);
  if (!readRecord(files)) return [];
  const { openCluster } = await import('../../kube/open-cluster.ts');
  const { transport } = await openCluster({ env: {}, kubeconfig: files.kubeconfig, requestTimeout: '3s' });
  const { items } = await transport.json<{ items: { metadata: { name: string } }[] }>({
    method: 'GET',
    path: '/api/v1/nodes',
    signal: context.signal,
  });
  return items.map(({ metadata }) => metadata.name);
};

/** What the shell offers behind `kctl cluster ...`. */
export const clusterCompletion: Completer = { from: 'own', list: clusterNames };
export const snapshotCompletion: Completer = { from: 'own', list: snapshotNames };
export const snapshotsCompletion: Completer = { from: 'own', list: snapshotNames, repeat: true };
export const storyCompletion: Completer = { from: 'own', list: storyNames };
export const nodesCompletion: Completer = { from: 'own', list: nodeNames, repeat: true };
