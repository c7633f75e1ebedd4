import type { KubeObject } from '../../api/meta.ts';
import type { Source, SourceState } from '../../api/source.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { objectReflector } from '../../kube/reflector.ts';
import { KctlError } from '../../lib/errors.ts';
import type { Progress } from '../../lib/io.ts';
import type { DeleteTarget } from './targets.ts';

/**
 * Waits until every object is gone, or another with the same name has taken its place.
 * @param timeout milliseconds for all of them together; 0 is without limit
 * @throws the first failure; who may delete but not look is not kept waiting
 */
export async function waitUntilGone(
  targets: readonly DeleteTarget[],
  timeout: number,
  cluster: Cluster,
  signal: AbortSignal,
  progress?: Progress,
): Promise<void> {
  const standing: Standing = { targets, gone: 0, finalizers: [] };
  const ended = progress?.begin(() => waitText(standing));
  try {
    await allGone(standing, timeout, cluster, signal);
  } finally {
    ended?.();
  }
}

/** How far a wait is. */
interface Standing {
  targets: readonly DeleteTarget[];
  gone: number;
  /** Of the object that is waited for now. */
  finalizers: readonly string[];
}

/** What holds an object is what people then look for. */
function waitText({ targets, gone, finalizers }: Standing): string {
  const { resource, name } = targets[gone] ?? targets.at(-1)!;
  const held = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : '';
  const count = targets.length > 1 ? ` (${gone} of ${targets.length} gone)` : '';
  return `waiting for ${resource.plural}/${name} to go${held}${count}`;
}

async function allGone(standing: Standing, timeout: number, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const deadline = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
  for (const target of standing.targets) {
    try {
      await gone(target, cluster, deadline ? AbortSignal.any([signal, deadline]) : signal, standing);
      standing.gone++;
    } catch (error) {
      if (signal.aborted) return;
      if (isApiError(error, 'Forbidden') || isApiError(error, 'MethodNotAllowed')) return;
      throw deadline?.aborted ? timedOut(target) : error;
    }
  }
}

function timedOut({ resource, name }: DeleteTarget): KctlError {
  return new KctlError('api', `timed out waiting for the condition on ${resource.plural}/${name}`);
}

/** The reflector lists first, so an object that is gone already is noticed without an event. */
function gone(
  { resource, name, namespace, uid }: DeleteTarget,
  cluster: Cluster,
  signal: AbortSignal,
  standing: Standing,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const source: Source<KubeObject> = objectReflector(cluster.transport, resource, {
      name,
      ...(namespace !== undefined && { namespace }),
    });
    const finish = (error?: unknown) => {
      signal.removeEventListener('abort', onAbort);
      source.stop();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => finish(signal.reason ?? new Error('aborted'));
    const isTheOne = (object: KubeObject) => {
      standing.finalizers = object.metadata.finalizers ?? [];
      return uid === undefined || object.metadata.uid === uid;
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    source.start({
      replace: (objects) => {
        if (!objects.some(isTheOne)) finish();
      },
      change: (type, object) => {
        if (type === 'DELETED' || !isTheOne(object)) finish();
      },
      state: ({ phase, error }: SourceState) => {
        if (phase === 'failed') finish(error);
      },
    });
  });
}
