import type { KubeObject } from '../../../api/meta.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { KctlError } from '../../../lib/errors.ts';
import { isPastDeadline } from '../../../store/rollout/status.ts';
import { patchWorkload } from '../patch-workload.ts';
import type { Workload } from '../workloads.ts';

export interface StepOptions {
  /** Pods that are to have the new revision. */
  pods: number;
  fieldManager: string;
  /** ms; 0 is without limit. */
  timeout: number;
  signal: AbortSignal;
}

const setPaused = (workload: Workload, cluster: Cluster, paused: boolean, fieldManager: string) =>
  patchWorkload(
    workload,
    cluster,
    { type: 'strategic', body: { spec: { paused: paused ? true : null } } },
    { fieldManager },
  );

/**
 * Resumes a paused deployment and pauses it again when enough pods are new, or when that cannot be waited for: it is
 * paused however this ends, as it was before. Its controller may be quicker by what `maxSurge` and `maxUnavailable` allow.
 * @returns the deployment as it is then
 * @throws KctlError where it was paused again before the step was done
 */
export async function stepDeployment(workload: Workload, cluster: Cluster, options: StepOptions): Promise<Workload> {
  const { pods, fieldManager } = options;
  const resumed = await setPaused(workload, cluster, false, fieldManager);
  let failure: unknown;
  try {
    await enoughUpdated(resumed, cluster, options);
  } catch (error) {
    failure = error;
  }
  if (failure instanceof KctlError && failure.message === GONE) throw failure;
  const paused = await setPaused(resumed, cluster, true, fieldManager);
  if (failure === undefined) return paused;
  if (!(failure instanceof KctlError)) throw failure;
  const has = paused.object.status?.updatedReplicas ?? 0;
  throw new KctlError(failure.code, `${failure.message}; paused again with ${has} of ${pods} new pods`, {
    exitCode: failure.exitCode,
  });
}

const GONE = 'object has been deleted';

/** Resolves when enough pods are updated and available. */
async function enoughUpdated(
  { resource, object }: Workload,
  cluster: Cluster,
  { pods, timeout, signal }: StepOptions,
): Promise<void> {
  const { objectReflector } = await import('../../../kube/reflector.ts');
  const { namespace, name = '' } = object.metadata;
  const source = objectReflector(cluster.transport, resource, { ...(namespace ? { namespace } : {}), name });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const see = (now: KubeObject | undefined) => {
    if (!now) return reject(new KctlError('api', GONE));
    if ((now['status']?.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) return;
    if (isPastDeadline(now)) return reject(new KctlError('api', `deployment "${name}" exceeded its progress deadline`));
    if ((now['status']?.updatedReplicas ?? 0) >= pods) resolve();
  };
  const late = () => reject(new KctlError('api', 'timed out waiting for the condition'));
  const timer = timeout > 0 ? setTimeout(late, timeout) : undefined;
  const abort = () => reject(new KctlError('usage', 'interrupted', { exitCode: 130 }));
  signal.addEventListener('abort', abort, { once: true });
  source.start({
    replace: ([first]) => see(first),
    change: (type, changed) => see(type === 'DELETED' ? undefined : changed),
    state: (state) => {
      if (state.phase === 'failed') reject(state.error);
    },
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    source.stop();
  }
}
