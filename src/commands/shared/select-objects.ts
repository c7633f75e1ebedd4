import type { KubeList, KubeObject } from '../../api/meta.ts';
import { apiVersionOf, parseApiVersion, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { orAbsentNamespace } from './absent-namespace.ts';
import { type FileOptions, hasFiles, readFileOptions } from './file-options.ts';
import { readManifests, readObjects } from './manifests.ts';
import { orMissingNamespace } from './missing-namespace.ts';
import { allNamespacesFlag, fieldSelectorFlag, fileFlags, selectorFlag } from './print-flags.ts';
import { resolveResourceArguments } from './resource-args.ts';
import { type ObjectFilter, objectFilter, readWhere, whereFlag } from './where.ts';

/** Which objects a verb is about that changes them one by one: `TYPE NAME...`, `-l`, `--all`, `-f`. */
export interface ObjectSelection {
  args: readonly string[];
  files: FileOptions;
  selector: string;
  fieldSelector: string;
  all: boolean;
  allNamespaces: boolean;
  /** The objects are taken as the files have them, and the server is not asked. */
  local: boolean;
  /** A type alone means all of its objects. */
  nameOptional?: boolean;
  /** `--where`: only objects of which it is true; like a label query it may stand with a type alone. */
  where?: string;
}

export interface SelectedObject {
  resource: ResourceInfo;
  object: KubeObject;
}

const ownFlags: Readonly<Record<'all' | 'field-selector' | 'all-namespaces' | 'selector' | 'where', FlagSpec>> = {
  all: { name: 'all', type: 'bool', default: false, describe: 'Every object of the type in the namespace.' },
  'field-selector': fieldSelectorFlag,
  'all-namespaces': allNamespacesFlag,
  selector: selectorFlag,
  where: whereFlag,
};

/** `-f`, `-k` and `-R` with those of the other flags that kubectl gives the verb. */
export function objectSelectionFlags(what: string, names: readonly (keyof typeof ownFlags)[]): readonly FlagSpec[] {
  return [...fileFlags(what), ...names.map((name) => ownFlags[name])];
}

/** `args` are the words that name resources; absent flags count as not given. */
export async function readObjectSelection(
  args: readonly string[],
  { flags }: Pick<Invocation, 'flags'>,
): Promise<ObjectSelection> {
  return {
    args,
    // The label query chooses among objects of the server here, not among those of files.
    files: await readFileOptions({ ...flags, selector: '' }),
    selector: String(flags.selector ?? ''),
    fieldSelector: String(flags['field-selector'] ?? ''),
    all: flags.all === true,
    allNamespaces: flags['all-namespaces'] === true,
    local: flags.local === true,
    where: await readWhere(flags),
  };
}

/** The selected objects as the server has them; what cannot be had comes as an error in its place. */
export async function* selectObjects(
  selection: ObjectSelection,
  cluster: Cluster,
  context: CommandContext,
): AsyncGenerator<SelectedObject | KctlError> {
  if (hasFiles(selection.files)) {
    const objects = objectsOfFiles(selection, cluster, context);
    yield* selection.where ? chosenOfFiles(objects, selection.where, cluster, context) : objects;
  }
  if (selection.args.length > 0) yield* objectsOfArguments(selection, cluster, context);
}

/** Of files the types are known one by one. */
async function* chosenOfFiles(
  objects: AsyncIterable<SelectedObject | KctlError>,
  where: string,
  cluster: Cluster,
  { io }: CommandContext,
): AsyncGenerator<SelectedObject | KctlError> {
  const filters = new Map<string, ObjectFilter | undefined>();
  for await (const item of objects) {
    if (item instanceof KctlError) yield item;
    else {
      const type = `${apiVersionOf(item.resource)} ${item.resource.kind}`;
      if (!filters.has(type)) filters.set(type, await objectFilter(where, [item.resource], cluster));
      if (filters.get(type)!.matches(item.object)) yield item;
    }
  }
  for (const filter of filters.values()) filter?.tell(io);
}

/** Commands that read files into the types of Go. */
const READS_TYPES = /^(?:expose|rollout|set)\b/;

async function* objectsOfFiles(
  { files, local }: ObjectSelection,
  cluster: Cluster,
  { io, signal, commandPath }: CommandContext,
): AsyncGenerator<SelectedObject | KctlError> {
  const request = { ...files, io, signal, typed: READS_TYPES.test(commandPath) };
  if (local) {
    for await (const item of readObjects(request)) {
      yield item instanceof KctlError ? item : { resource: await knownResource(item.object), object: item.object };
    }
    return;
  }
  for await (const item of readManifests(request, cluster)) {
    if (item instanceof KctlError) yield item;
    else yield await getOne(cluster, item.resource, item.object.metadata, signal);
  }
}

/** What can be said of an object's resource without a server; names and formats need no more. */
async function knownResource({ apiVersion = '', kind }: Partial<KubeObject> & { kind: string }): Promise<ResourceInfo> {
  const { findBuiltinKind } = await import('../../api/resources.ts');
  const word = kind.toLowerCase();
  return (
    findBuiltinKind(apiVersion, kind) ?? {
      ...parseApiVersion(apiVersion),
      ...{ kind, plural: word, singular: word, namespaced: true },
      ...{ shortNames: [], categories: [], verbs: [], subresources: [] },
    }
  );
}

async function* objectsOfArguments(
  selection: ObjectSelection,
  cluster: Cluster,
  { tool, signal, io }: CommandContext,
): AsyncGenerator<SelectedObject | KctlError> {
  const { targets, byTuple } = await resolveResourceArguments(selection.args, cluster.discovery, tool);
  const named = targets.some(({ names }) => names.length > 0);
  refuseContradictions(selection, named, byTuple);
  const { selector, fieldSelector, allNamespaces, where = '' } = selection;
  const resources = targets.map(({ resource }) => resource);
  const filter = where === '' ? undefined : await objectFilter(where, resources, cluster);
  const query = { labelSelector: selector || undefined, fieldSelector: fieldSelector || undefined };
  for (const { resource, names } of targets) {
    const namespace = resource.namespaced && !allNamespaces ? cluster.namespace : undefined;
    for (const name of names) {
      const item = await getOne(cluster, resource, { namespace, name }, signal);
      if (item instanceof KctlError || !filter || filter.matches(item.object)) yield item;
    }
    if (names.length > 0) continue;
    const pages = listPages<KubeList>(cluster.transport, {
      path: resourcePath(resource, { namespace }),
      query,
      signal,
    });
    for await (const { items } of pages) {
      // Items of a list come without the fields that every item would repeat.
      const shared = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      for (const item of items) {
        const object = { ...item, ...shared };
        if (!filter || filter.matches(object)) yield { resource, object };
      }
    }
  }
  filter?.tell(io);
}

/** @throws KctlError `usage` in kubectl's words */
function refuseContradictions(
  { selector, fieldSelector, all, allNamespaces, nameOptional, where = '' }: ObjectSelection,
  named: boolean,
  byTuple: boolean,
): void {
  // Beside names, --all means nothing.
  const filtered = selector !== '' || fieldSelector !== '';
  const wrong: readonly (readonly [boolean, string])[] = [
    [filtered && byTuple, 'selectors and the all flag cannot be used when passing resource/name arguments'],
    [filtered && named, 'name cannot be provided when a selector is specified'],
    [
      !filtered && !all && where === '' && !named && !nameOptional,
      'resource(s) were provided, but no name was specified',
    ],
    [named && allNamespaces, 'a resource cannot be retrieved by name across all namespaces'],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}

async function getOne(
  cluster: Cluster,
  resource: ResourceInfo,
  where: { namespace?: string | undefined; name?: string | undefined },
  signal: AbortSignal,
): Promise<SelectedObject | KctlError> {
  try {
    const path = resourcePath(resource, { namespace: where.namespace, name: where.name });
    return { resource, object: await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }) };
  } catch (failure) {
    const error = await orMissingNamespace(failure, where.namespace, cluster, signal);
    if (error instanceof KctlError && error.code === 'api') {
      return (await orAbsentNamespace(error, where.namespace, cluster)) as KctlError;
    }
    throw error;
  }
}

export { nothingNamed } from './nothing-named.ts';
