import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import type { Source } from '../../../api/source.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef, ViewScope } from '../view.ts';

/**
 * Where the events about an object are. A kubelet writes those of its node with the name in place of the
 * uid, so that they are asked for by name.
 */
export function eventScope({ resource, namespace, name }: ObjectRef, uid: string | undefined): ViewScope {
  const byName = [`involvedObject.kind=${resource.kind}`, `involvedObject.name=${name}`];
  const isNode = resource.kind === 'Node' && resource.group === '';
  const fields = uid === undefined || isNode ? byName : [`involvedObject.uid=${uid}`];
  return { ...(namespace ? { namespace } : {}), fieldSelector: fields.join(',') };
}

export function eventSource(services: DashboardServices, ref: ObjectRef, uid: string | undefined): Source<KubeObject> {
  return services.objectSource(findBuiltin('events')!, eventScope(ref, uid));
}
