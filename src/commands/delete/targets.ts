import type { KubeList } from '../../api/meta.ts';
import { apiVersionOf, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { hasFiles } from '../shared/file-options.ts';
import { readManifests } from '../shared/manifests.ts';
import { refuseMixed } from '../shared/refuse-mixed.ts';
import { type ResourceArguments, type ResourceTarget, resolveResourceArguments } from '../shared/resource-args.ts';
import { nothingNamed } from '../shared/select-objects.ts';
import { type ObjectFilter, objectFilter } from '../shared/where.ts';
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
  /** What was looked at: nothing else of that name is to go. */
  chosenUid?: string;
}

/** Where the objects come from; types are resolved, the objects themselves not yet looked for. */
export type DeleteSource = () => AsyncGenerator<DeleteTarget | KctlError>;

/**
 * What the command line names.
 * @returns walks the objects, each time anew; what cannot be had comes as an error in its place
 * @throws KctlError `usage` in the words of kubectl's resource builder
 */
export async function resolveSource(
  options: DeleteOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<DeleteSource> {
  const { args, files, selector, fieldSelector, all, allNamespaces, where = '' } = options;
  if (all && (selector !== '' || fieldSelector !== '')) {
    throw new KctlError('usage', "setting 'all' parameter but found a non empty selector. ");
  }
  if (hasFiles(files)) {
    refuseMixed(args, files);
    if (where !== '') {
      throw new KctlError('usage', '--where chooses among objects of the cluster, not among those of files');
    }
    return () => targetsOfFiles(options, cluster, context);
  }
  const filtered = selector !== '' || fieldSelector !== '' || all || where !== '';
  if (args.length === 0) {
    if (filtered) throw new KctlError('usage', 'at least one resource must be specified to use a selector');
    throw nothingNamed();
  }
  const found = await resolveResourceArguments(args, cluster.discovery, context.tool);
  refuseContradictions(found, filtered, allNamespaces);
  if (!filtered) return () => namedTargets(found.targets, cluster);
  const resources = found.targets.map(({ resource }) => resource);
  const filter = where === '' ? undefined : await objectFilter(where, resources, cluster);
  return () => matchingTargets(found.targets, { ...options, filter }, cluster, context);
}

function refuseContradictions({ targets, byTuple }: ResourceArguments, filtered: boolean, everywhere: boolean): void {
  const named = targets.some(({ names }) => names.length > 0);
  const wrong: readonly (readonly [boolean, string])[] = [
    [filtered && byTuple, 'selectors and the all flag cannot be used when passing resource/name arguments'],
    [filtered && named, 'name cannot be provided when a selector is specified'],
    [!filtered && !named, 'resource(s) were provided, but no name was specified'],
    [
      named && everywhere && targets.some(({ resource }) => resource.namespaced),
      'a resource cannot be retrieved by name across all namespaces',
    ],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}

async function* namedTargets(targets: readonly ResourceTarget[], cluster: Cluster): AsyncGenerator<DeleteTarget> {
  for (const { resource, names } of targets) {
    const namespace = resource.namespaced ? cluster.namespace : undefined;
    for (const name of names) yield { resource, name, namespace };
  }
}

/** Each type is listed when it is its turn, as what went before may have taken objects along. */
async function* matchingTargets(
  targets: readonly ResourceTarget[],
  options: DeleteOptions & { filter: ObjectFilter | undefined },
  cluster: Cluster,
  { signal, io }: CommandContext,
): AsyncGenerator<DeleteTarget | KctlError> {
  const { filter } = options;
  const query = { labelSelector: options.selector || undefined, fieldSelector: options.fieldSelector || undefined };
  for (const { resource } of targets) {
    const namespace = resource.namespaced && !options.allNamespaces ? cluster.namespace : undefined;
    const path = resourcePath(resource, { namespace });
    try {
      for await (const page of listPages<KubeList>(cluster.transport, { path, query, signal, resource })) {
        for (const item of page.items) {
          const { name = '', namespace, uid } = item.metadata;
          if (!filter) yield { resource, name, namespace };
          else if (filter.matches({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind })) {
            yield { resource, name, namespace, ...(uid !== undefined && { chosenUid: uid }) };
          }
        }
      }
    } catch (error) {
      if (!(error instanceof KctlError) || error.code !== 'api') throw error;
      yield error;
    }
  }
  filter?.tell(io);
}

async function* targetsOfFiles(
  { files }: DeleteOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): AsyncGenerator<DeleteTarget | KctlError> {
  for await (const item of readManifests({ ...files, io, signal }, cluster)) {
    if (item instanceof KctlError) yield item;
    else {
      const { name = '', namespace } = item.object.metadata;
      yield { resource: item.resource, name, namespace, source: item.source };
    }
  }
}
