import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { ApiRequest, Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { insideOfFiles, throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import type { GetOptions } from './options.ts';

/** One object to ask for by name. */
export interface NamedObject {
  name: string;
  namespace: string | undefined;
}

/** What to ask for of one resource: the objects in `names`, or the whole collection where it is undefined. */
export interface GetTarget {
  resource: ResourceInfo;
  /** Undefined means all namespaces, or a resource that has none. */
  namespace: string | undefined;
  names: readonly NamedObject[] | undefined;
}

export interface GetTargets {
  targets: readonly GetTarget[];
  /** Exactly one object was named. */
  singleItem: boolean;
}

/** @throws KctlError where the arguments contradict each other or name an unknown type */
export async function findTargets(options: GetOptions, cluster: Cluster, context: CommandContext): Promise<GetTargets> {
  const found = hasFiles(options)
    ? await targetsOfFiles(options, cluster, context)
    : await targetsOfArguments(options, cluster, context);
  if (options.subresource !== '' && found.targets.some(({ names }) => names === undefined)) {
    throw new KctlError('usage', 'subresource cannot be used when bulk resources are specified');
  }
  return found;
}

async function targetsOfArguments(options: GetOptions, cluster: Cluster, context: CommandContext): Promise<GetTargets> {
  const { resolveResourceArguments } = await import('../shared/resource-args.ts');
  const { targets, byTuple, singleItem } = await resolveResourceArguments(
    options.args,
    cluster.discovery,
    context.tool,
  );
  const filtered = options.selector !== '' || options.fieldSelector !== '';
  const named = targets.some(({ names }) => names.length > 0);
  if (filtered && byTuple) {
    throw new KctlError('usage', 'selectors and the all flag cannot be used when passing resource/name arguments');
  }
  if (filtered && named) throw new KctlError('usage', 'name cannot be provided when a selector is specified');
  if (named && options.allNamespaces) {
    throw new KctlError('usage', 'a resource cannot be retrieved by name across all namespaces');
  }
  return {
    singleItem,
    targets: targets.map(({ resource, names }) => {
      const namespace = resource.namespaced && !options.allNamespaces ? cluster.namespace : undefined;
      const objects = names.length > 0 ? names.map((name) => ({ name, namespace })) : undefined;
      return { resource, namespace, names: objects };
    }),
  };
}

async function targetsOfFiles(options: GetOptions, cluster: Cluster, context: CommandContext): Promise<GetTargets> {
  const { readManifests } = await import('../shared/manifests.ts');
  const { filenames, kustomize, recursive } = options;
  const request = { filenames, kustomize, recursive, io: context.io, signal: context.signal };
  const targets: GetTarget[] = [];
  const errors: unknown[] = [];
  let count = 0;
  for await (const item of readManifests(request, cluster)) {
    if (item instanceof KctlError) {
      errors.push(insideOfFiles(item));
      continue;
    }
    const { name = '', namespace } = item.object.metadata;
    const object = { name, namespace };
    const last = targets.at(-1);
    if (last?.resource === item.resource) targets[targets.length - 1] = { ...last, names: [...last.names!, object] };
    else targets.push({ resource: item.resource, namespace, names: [object] });
    count++;
  }
  throwCollected(errors);
  return { targets, singleItem: count === 1 && filenames.length === 1 };
}

/** The request for one named object. */
export function objectRequest(target: GetTarget, object: NamedObject, options: GetOptions): ApiRequest {
  const subresource = options.subresource === '' ? undefined : options.subresource;
  return { method: 'GET', path: resourcePath(target.resource, { ...object, subresource }) };
}

/** The request for a whole collection, without its paging. */
export function collectionRequest(target: GetTarget, options: GetOptions): ApiRequest {
  return {
    method: 'GET',
    path: resourcePath(target.resource, { namespace: target.namespace }),
    query: {
      labelSelector: options.selector || undefined,
      fieldSelector: options.fieldSelector || undefined,
    },
  };
}
