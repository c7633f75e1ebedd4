import type { KubeList, KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { hidesManagedFields, wrapList } from '../../output/print-objects.ts';
import type { CommandContext } from '../command.ts';
import { orAbsentNamespace } from '../shared/absent-namespace.ts';
import { throwCollected } from '../shared/errors.ts';
import { isFailedDiscovery } from '../shared/failed-discovery.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import { paintedOutput } from '../shared/painted-output.ts';
import type { GetOptions } from './options.ts';
import { collectionRequest, type GetTarget, type GetTargets, objectRequest } from './targets.ts';

/** Prints whole objects: one bare, several as a list. */
export async function printObjects(
  { targets, singleItem }: GetTargets,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<number> {
  const print = await objectPrinter(options, context.io, options.noHeaders);
  const hidden = options.sortBy === '' && hidesManagedFields(options.format, options);
  const errors: unknown[] = [];
  let objects: KubeObject[] = [];
  for (const target of targets) {
    try {
      for await (const object of objectsOf(target, options, cluster, context, errors)) {
        // Two fifths of a pod, and of many a long list has to be held.
        if (hidden) delete object.metadata.managedFields;
        objects.push(object);
      }
    } catch (error) {
      if (isFailedDiscovery(error, cluster)) throw error;
      errors.push(error);
    }
  }
  if (singleItem) throwCollected(errors);
  if (objects.length === 0 && options.ignoreNotFound) {
    throwCollected(errors);
    return 0;
  }
  const bare = singleItem && objects.length === 1;
  if (options.sortBy !== '' && !bare) {
    const { sortByPath } = await import('./sort.ts');
    objects = sortByPath(objects, options.sortBy, (object) => object);
  }
  const write = await paintedOutput(options.format.name, context);
  write(print(bare ? objects[0]! : wrapList(objects)));
  throwCollected(errors);
  return 0;
}

/** The objects of one target; those of named objects that fail become errors. */
export async function* objectsOf(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  { signal }: CommandContext,
  errors: unknown[],
): AsyncGenerator<KubeObject> {
  if (!target.names) {
    const request = {
      ...collectionRequest(target, options),
      limit: options.chunkSize,
      resource: target.resource,
      signal,
    };
    for await (const page of listPages<KubeList>(cluster.transport, request)) {
      for (const item of page.items ?? []) {
        const object = withType(item, target);
        if (options.filter?.matches(object) ?? true) yield object;
      }
    }
    return;
  }
  for (const object of target.names) {
    try {
      const found = await cluster.transport.json<KubeObject>({ ...objectRequest(target, object, options), signal });
      if (options.filter?.matches(found) ?? true) yield found;
    } catch (error) {
      if (!(options.ignoreNotFound && isApiError(error, 'NotFound'))) {
        errors.push(await orAbsentNamespace(error, object.namespace, cluster));
      }
    }
  }
}

/** The items of a list leave their type to the list; printed alone they need it. */
function withType(item: KubeObject, { resource }: GetTarget): KubeObject {
  return item.kind ? item : { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
}
