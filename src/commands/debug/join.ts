import type { KubeList, KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { streamLogs } from '../../kube/logs.ts';
import { watchLines } from '../../kube/watch.ts';
import { KctlError } from '../../lib/errors.ts';
import { attachToPod } from '../attach/attach-to-pod.ts';
import type { CommandContext } from '../command.ts';
import { copyLog } from '../logs/copy.ts';
import { warn } from '../shared/warn.ts';
import type { DebugOptions } from './options.ts';

interface ContainerStatus {
  name: string;
  state?: { waiting?: { message?: string }; running?: object; terminated?: object };
}

/** Joins the container once it runs; of one that has ended already, the log is shown. */
export async function joinContainer(
  cluster: Cluster,
  where: { namespace: string; pod: string; container: string },
  { stdin, tty, quiet }: DebugOptions,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const pod = await runningPod(cluster, where, quiet, context);
  const showLog = async () => copyLog(await streamLogs(cluster.transport, { ...where, signal }), io.stdout, '');
  if (statusOf(pod, where.container)?.state?.terminated) {
    await showLog();
    return;
  }
  try {
    await attachToPod(cluster, pod, { container: where.container, stdin, tty, quiet }, context);
  } catch (error) {
    if (signal.aborted || !(error instanceof KctlError)) throw error;
    io.stderr.write(`warning: couldn't attach to pod/${where.pod}, falling back to streaming logs: ${error.message}\n`);
    await showLog();
  }
}

function statusOf({ status }: KubeObject, name: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const all: ContainerStatus[] = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  return all.find((each) => each.name === name);
}

/** The pod as it is when the container runs or has ended; what it waits for is said meanwhile. */
async function runningPod(
  cluster: Cluster,
  { namespace, pod: name, container }: { namespace: string; pod: string; container: string },
  quiet: boolean,
  { io, signal }: CommandContext,
): Promise<KubeObject> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const fieldSelector = `metadata.name=${name}`;
  let said = '';
  const isThere = (pod: KubeObject): boolean => {
    const state = statusOf(pod, container)?.state;
    const message = state?.waiting?.message ?? '';
    if (message !== '' && message !== said && !quiet) warn(`container ${container}: ${message}`, io);
    said = message || said;
    return state?.running !== undefined || state?.terminated !== undefined;
  };
  for (;;) {
    const list = await cluster.transport.json<KubeList>({ method: 'GET', path, query: { fieldSelector }, signal });
    const [found] = list.items as KubeObject[];
    const identity = { apiVersion: 'v1', kind: 'Pod' };
    if (found && isThere(found)) return { ...found, ...identity };
    const resourceVersion = list.metadata.resourceVersion ?? '';
    const events = watchLines<KubeObject>(cluster.transport, {
      path,
      query: { fieldSelector, resourceVersion },
      signal,
    });
    try {
      for await (const { type, object } of events) {
        if (type === 'ERROR') break;
        if (type === 'DELETED')
          throw new KctlError('api', 'pods "" not found', { prefix: 'Error from server (NotFound): ' });
        if (type !== 'BOOKMARK' && isThere(object)) return { ...object, ...identity };
      }
    } catch (error) {
      // A version that the server has forgotten meanwhile: the list tells again.
      if (!isApiError(error, 'Expired') && !isApiError(error, 'Gone')) throw error;
    }
  }
}
