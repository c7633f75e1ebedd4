import { groupResource } from '../../../api/resource.ts';
import type { DashboardServices } from '../../services.ts';
import { containersResource } from '../local/containers.ts';
import type { ObjectRef } from '../view.ts';
import { type LogTarget, usualRangeOf } from './log-query.ts';
import { LogsModel, type LogsOptions } from './logs-model.ts';

/** The logs of objects that have some, together. `parent` is the pod of containers. */
export function openLogs(
  services: DashboardServices,
  refs: readonly ObjectRef[],
  { previous, parent, look }: { previous: boolean; parent?: ObjectRef | undefined; look?: LogsOptions['look'] },
): LogsModel {
  const [first] = refs as [ObjectRef, ...ObjectRef[]];
  const areContainers = parent !== undefined && groupResource(first.resource) === groupResource(containersResource);
  const objects = areContainers ? [parent] : refs;
  const namespaces = new Set(objects.map(({ namespace }) => namespace));
  const namespace = namespaces.size === 1 ? objects[0]!.namespace : undefined;
  const targets = objects.map((ref): LogTarget => {
    const target = { kind: groupResource(ref.resource), name: ref.name };
    return namespaces.size > 1 && ref.namespace !== undefined ? { ...target, namespace: ref.namespace } : target;
  });
  const containers = areContainers ? refs.map(({ name }) => name).join(',') : '';
  return new LogsModel({
    services,
    query: { targets, namespace, contexts: [], containers, range: usualRangeOf(services), previous },
    ...(look && { look }),
    ...(objects.length === 1 ? { target: objects[0]! } : {}),
  });
}
