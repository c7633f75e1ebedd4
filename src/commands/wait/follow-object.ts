import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

export interface FollowRequest {
  resource: ResourceInfo;
  namespace: string | undefined;
  name: string;
  /** Of performance.now. */
  end: number;
  signal: AbortSignal;
}

/** What is looked for in an object that is followed. */
export interface Goal {
  /** True ends the wait. @throws KctlError ends it too */
  isMet?(object: KubeObject): boolean;
  /** The object is not there, or not any more: that is what was waited for. */
  gone?: boolean;
}

/**
 * Follows one object by a watch that outlives its connection, and ends as soon as the goal is met.
 * @returns the object that met it, undefined where it is gone
 * @throws KctlError at `end`; ApiStatusError NotFound where it is not there at the start but has to be
 */
export async function followObject(
  request: FollowRequest,
  goal: Goal,
  { transport }: Cluster,
): Promise<KubeObject | undefined> {
  const { resource, namespace, name, end, signal } = request;
  const { objectReflector } = await import('../../kube/reflector.ts');
  const outcome = Promise.withResolvers<KubeObject | undefined>();
  const source = objectReflector(transport, resource, { ...(namespace ? { namespace } : {}), name });
  const look = (object: KubeObject) => {
    try {
      if (goal.isMet?.(object)) outcome.resolve(object);
    } catch (error) {
      outcome.reject(error as Error);
    }
  };
  let listed = false;
  const timer = setTimeout(
    () => outcome.reject(timedOut(request)),
    Math.max(0, Math.min(end - performance.now(), longest)),
  );
  const stop = () => outcome.reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  source.start({
    replace(objects) {
      const object = objects.find(({ metadata }) => metadata.name === name);
      if (object) look(object);
      else if (goal.gone) outcome.resolve(undefined);
      else if (!listed) outcome.reject(notFound(resource, name));
      listed = true;
    },
    change(type, object) {
      if (type !== 'DELETED') look(object);
      else if (goal.gone) outcome.resolve(undefined);
    },
    // A server that cannot be reached may be back before the time is over.
    state: () => undefined,
  });
  try {
    return await outcome.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    source.stop();
  }
}

/** What a timer can hold, in ms. */
const longest = 2 ** 31 - 1;

export function timedOut({ resource, name }: Pick<FollowRequest, 'resource' | 'name'>): KctlError {
  return new KctlError('api', `timed out waiting for the condition on ${resource.plural}/${name}`);
}

function notFound(resource: ResourceInfo, name: string): ApiStatusError {
  return new ApiStatusError({
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', code: 404 },
    details: { name, group: resource.group, kind: resource.plural },
    message: `${groupResource(resource)} "${name}" not found`,
  });
}
