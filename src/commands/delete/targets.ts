import type { KubeList } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { hasFiles } from '../shared/file-options.ts';
import { readManifests } from '../shared/manifests.ts';
import { type ResourceTarget, resolveResourceArguments } from '../shared/resource-args.ts';
import type { DeleteOptions } from './options.ts';

/** One object that is to go. */
export interface DeleteTarget {
  resource: ResourceInfo;
  name: string;
  namespace: string | undefined;
  /** The file that named it. */
  source?: string;
  /** Known once the server has answered. */
  uid?: string;
}

export interface DeleteTargets {
  targets: DeleteTarget[];
  /** What could not be looked up; the rest is deleted all the same. */
  errors: unknown[];
}

export async function findDeleteTargets(
  options: DeleteOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<DeleteTargets> {
  if (hasFiles(options.files)) return targetsOfFiles(options, cluster, context);
  const { args, selector, fieldSelector, all, allNamespaces } = options;
  const found = await resolveResourceArguments(args, cluster.discovery, context.tool);
  const filtered = selector !== '' || fieldSelector !== '' || all;
  const named = found.targets.some(({ names }) => names.length > 0);
  if (filtered && found.byTuple) {
    throw new KctlError('usage', 'selectors and the all flag cannot be used when passing resource/name arguments');
  }
  if (filtered && named) throw new KctlError('usage', 'name cannot be provided when a selector is specified');
  if (!filtered && !named) throw new KctlError('usage', 'resource(s) were provided, but no name was specified');
  if (named && allNamespaces) {
    throw new KctlError('usage', 'a resource cannot be retrieved by name across all namespaces');
  }
  if (named) return { targets: namedTargets(found.targets, cluster), errors: [] };
  return matchingTargets(found.targets, options, cluster, context.signal);
}

function namedTargets(targets: readonly ResourceTarget[], cluster: Cluster): DeleteTarget[] {
  return targets.flatMap(({ resource, names }) => {
    const namespace = resource.namespaced ? cluster.namespace : undefined;
    return names.map((name) => ({ resource, name, namespace }));
  });
}

async function matchingTargets(
  targets: readonly ResourceTarget[],
  options: DeleteOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<DeleteTargets> {
  const result: DeleteTargets = { targets: [], errors: [] };
  const query = { labelSelector: options.selector || undefined, fieldSelector: options.fieldSelector || undefined };
  for (const { resource } of targets) {
    const namespace = resource.namespaced && !options.allNamespaces ? cluster.namespace : undefined;
    try {
      const path = resourcePath(resource, { namespace });
      const list = await cluster.transport.json<KubeList>({ method: 'GET', path, query, signal });
      for (const { metadata } of list.items) {
        result.targets.push({ resource, name: metadata.name ?? '', namespace: metadata.namespace });
      }
    } catch (error) {
      if (!(options.ignoreNotFound && isApiError(error, 'NotFound'))) result.errors.push(error);
    }
  }
  return result;
}

async function targetsOfFiles(
  { files }: DeleteOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<DeleteTargets> {
  const result: DeleteTargets = { targets: [], errors: [] };
  for await (const item of readManifests({ ...files, io, signal }, cluster)) {
    if (item instanceof KctlError) {
      result.errors.push(item);
      continue;
    }
    const { name = '', namespace } = item.object.metadata;
    result.targets.push({ resource: item.resource, name, namespace, source: item.source });
  }
  return result;
}
