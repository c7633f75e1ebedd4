import { clusterFiles, DEFAULT_CLUSTER, readRecord } from '../commands/cluster/cluster-files.ts';
import { answeringRecord, launch } from '../commands/cluster/launch.ts';
import { withProgress } from '../commands/shared/progress.ts';
import type { IoStreams } from '../lib/io.ts';

/**
 * The kubeconfig of the bundled default cluster, started first where it does not run. Called only
 * where no kubeconfig, `--server` or in-cluster configuration was found.
 *
 * Undefined where the bundled cluster must stay out of the way: called as `kubectl`, or
 * `KCTL_NO_CLUSTER=1`.
 */
export async function ensureLocalCluster(io: IoStreams, tool: string): Promise<string | undefined> {
  if (tool === 'kubectl' || isTrue(io.env.KCTL_NO_CLUSTER)) return undefined;
  const files = clusterFiles(io.env, DEFAULT_CLUSTER);
  if (await answeringRecord(files)) return files.kubeconfig;
  const known = readRecord(files);
  const options = { port: 0, nodes: known?.nodes ?? 3, seed: known?.seed ?? ('demo' as const) };
  const { record, started } = await withProgress(
    io,
    () => 'starting the bundled cluster',
    () => launch(files, options, io.env),
  );
  if (started) {
    io.stderr.write(
      `No kubeconfig found: started the bundled cluster at ${record.url} (stop it with "${tool} cluster stop"; KCTL_NO_CLUSTER=1 turns this off).\n`,
    );
  }
  return files.kubeconfig;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}
