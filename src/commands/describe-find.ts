import type { KubeList, KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ResourceInfo, resourcePath } from '../api/resource.ts';
import type { Cluster } from '../kube/cluster.ts';
import { listPages } from '../kube/list.ts';
import { KctlError } from '../lib/errors.ts';
import type { CommandContext } from './command.ts';
import { insideOfFiles, oneOrMore } from './shared/errors.ts';
import type { FileOptions } from './shared/file-options.ts';
import { readManifests } from './shared/manifests.ts';
import { orMissingNamespace } from './shared/missing-namespace.ts';
import { type ResourceArguments, resolveResourceArguments } from './shared/resource-args.ts';
import { objectFilter } from './shared/where.ts';

/** Which objects are described. */
export interface DescribeSelection {
  args: readonly string[];
  files: FileOptions;
  selector: string;
  allNamespaces: boolean;
  chunkSize: number;
  /** `--where`; '' chooses all. */
  where: string;
}

/** An object together with the resource it came from. */
export interface Found {
  resource: ResourceInfo;
  object: KubeObject;
  /** The object is as a file has it: what the cluster has is still to be asked for. */
  isLocal?: boolean;
}

/** True where `-f` or `-k` says which objects are meant. */
export function namesFiles({ filenames, kustomize }: FileOptions): boolean {
  return filenames.length > 0 || kustomize !== '';
}

/**
 * The objects that were named; what cannot be had of them goes to `errors`.
 * @throws KctlError for what cannot be asked at all
 */
export async function findObjects(
  options: DescribeSelection,
  cluster: Cluster,
  context: CommandContext,
  errors: unknown[],
): Promise<Found[]> {
  if (namesFiles(options.files)) return objectsOfFiles(options, cluster, context, errors);
  const wanted = await resolveResourceArguments(options.args, cluster.discovery, context.tool);
  refuseContradictions(options, wanted);
  const resources = wanted.targets.map(({ resource }) => resource);
  const filter = await objectFilter(options.where, resources, cluster);
  const found: Found[] = [];
  for (const { resource, names } of wanted.targets) {
    const namespace = resource.namespaced && !options.allNamespaces ? cluster.namespace : undefined;
    if (names.length === 0)
      await collect(errors, async () => listInto(found, resource, namespace, options, cluster, context));
    for (const name of names) {
      await collect(errors, async () => found.push(await readOne(resource, namespace, name, cluster, context)));
    }
  }
  if (!filter) return found;
  const chosen = found.filter(({ object }) => filter.matches(object));
  filter.tell(context.io);
  return chosen;
}

/** Failures of the cluster are collected; that it cannot be reached ends everything. */
async function collect(errors: unknown[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof KctlError) || error.code === 'connection') throw error;
    errors.push(error);
  }
}

/** @throws KctlError `usage` in kubectl's words */
function refuseContradictions(
  { selector, allNamespaces }: DescribeSelection,
  { targets, byTuple }: ResourceArguments,
): void {
  const named = targets.filter(({ names }) => names.length > 0);
  const wrong: readonly (readonly [boolean, string])[] = [
    [selector !== '' && byTuple, 'selectors and the all flag cannot be used when passing resource/name arguments'],
    [selector !== '' && named.length > 0, 'name cannot be provided when a selector is specified'],
    [
      allNamespaces && named.some(({ resource }) => resource.namespaced),
      'a resource cannot be retrieved by name across all namespaces',
    ],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}

async function readOne(
  resource: ResourceInfo,
  namespace: string | undefined,
  name: string,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<Found> {
  const path = resourcePath(resource, { namespace, name });
  try {
    return { resource, object: await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }) };
  } catch (error) {
    throw await orMissingNamespace(error, namespace, cluster, signal);
  }
}

async function listInto(
  found: Found[],
  resource: ResourceInfo,
  namespace: string | undefined,
  { selector, chunkSize }: Pick<DescribeSelection, 'selector' | 'chunkSize'>,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<void> {
  const pages = listPages<KubeList>(cluster.transport, {
    path: resourcePath(resource, { namespace }),
    query: { labelSelector: selector || undefined },
    limit: chunkSize,
    resource,
    signal,
  });
  const shared = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  for await (const { items } of pages) {
    // Items of a list come without the fields that every item would repeat.
    for (const item of items) found.push({ resource, object: { ...item, ...shared } });
  }
}

/**
 * kubectl's second look where `TYPE NAME` was not found: the objects of the type whose names begin so.
 * `type` may be `TYPE/NAME` too, where two of those were given.
 * @throws KctlError where there are several types, or the list fails
 */
export async function findByPrefix(
  type: string,
  prefix: string,
  { chunkSize }: DescribeSelection,
  cluster: Cluster,
  context: CommandContext,
): Promise<Found[]> {
  const { targets } = await resolveResourceArguments([type], cluster.discovery, context.tool);
  if (targets.length > 1) throw new KctlError('usage', 'you may only specify a single resource type');
  const found: Found[] = [];
  for (const { resource, names } of targets) {
    const namespace = resource.namespaced ? cluster.namespace : undefined;
    if (names.length === 0) await listInto(found, resource, namespace, { selector: '', chunkSize }, cluster, context);
    for (const name of names) found.push(await readOne(resource, namespace, name, cluster, context));
  }
  return found.filter(({ object }) => object.metadata.name?.startsWith(prefix));
}

async function objectsOfFiles(
  { files, args }: DescribeSelection,
  cluster: Cluster,
  { io, signal }: CommandContext,
  errors: unknown[],
): Promise<Found[]> {
  if (args.length > 0) {
    throw new KctlError(
      'usage',
      'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
    );
  }
  const found: Found[] = [];
  const refused: KctlError[] = [];
  for await (const item of readManifests({ ...files, io, signal }, cluster)) {
    if (!(item instanceof KctlError)) {
      found.push({ resource: item.resource, object: item.object, isLocal: true });
      continue;
    }
    const inside = insideOfFiles(item);
    if (inside === item) refused.push(item);
    else errors.push(inside);
  }
  // Names that lead to no file: then nothing is described at all.
  if (refused.length > 0) throw oneOrMore(refused);
  return found;
}

/** The object as the cluster has it. */
export async function readFound(
  { resource, object, isLocal }: Found,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject> {
  if (!isLocal) return object;
  const { namespace, name } = object.metadata;
  const path = resourcePath(resource, { namespace, name });
  return cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
}
