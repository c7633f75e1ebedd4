import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion, type ResourceInfo } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import { typeSchema } from '../../api/schema.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { readObjects } from '../shared/manifests.ts';
import { refuseMixed } from '../shared/refuse-mixed.ts';
import { nothingNamed, type ObjectSelection, type SelectedObject, selectObjects } from '../shared/select-objects.ts';

/** An object that is about to be changed; the cluster is there unless `--local` was given. */
export interface SetTarget extends SelectedObject {
  cluster: Cluster | undefined;
}

/** kubectl's own word stands in this message. */
export function localRefused(): KctlError {
  return new KctlError(
    'usage',
    "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
  );
}

/**
 * All selected objects. One that cannot be had fails the command before anything is changed.
 * @throws KctlError in kubectl's words, ErrorList
 */
export async function findTargets(selection: ObjectSelection, context: CommandContext): Promise<SetTarget[]> {
  const { args, files, local, selector } = selection;
  refuseMixed(args, files);
  if (args.length === 0 && !hasFiles(files)) {
    if (!local && selector !== '') {
      throw new KctlError('usage', 'at least one resource must be specified to use a selector');
    }
    throw nothingNamed();
  }
  const found: SetTarget[] = [];
  const errors: unknown[] = [];
  const add = (item: SelectedObject, cluster: Cluster | undefined, source?: string) => {
    if (isTyped(item.object)) found.push({ ...item, cluster });
    else errors.push(unknownType(item.object, source));
  };
  if (local) {
    for await (const item of readObjects({ ...files, io: context.io, signal: context.signal, typed: true })) {
      if (item instanceof KctlError) errors.push(item);
      else add({ resource: builtinResource(item.object), object: item.object }, undefined, item.source);
    }
  } else {
    const cluster = await context.connect();
    for await (const item of selectObjects(selection, cluster, context)) {
      if (item instanceof KctlError) errors.push(item);
      else add(item, cluster);
    }
  }
  throwCollected(errors);
  return found;
}

/** Without a server, a kind that is not built in is refused by its type, so that its resource does not matter. */
function builtinResource({ apiVersion, kind }: KubeObject): ResourceInfo {
  const word = kind.toLowerCase();
  return (
    findBuiltinKind(apiVersion, kind) ?? {
      ...parseApiVersion(apiVersion),
      ...{ kind, plural: word, singular: word, namespaced: true },
      ...{ shortNames: [], categories: [], verbs: [], subresources: [] },
    }
  );
}

/** Groups whose types kubectl does not have, built in as they are. */
const untypedGroups: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

function isTyped({ apiVersion, kind }: KubeObject): boolean {
  return !untypedGroups.has(parseApiVersion(apiVersion).group) && typeSchema(apiVersion, kind) !== undefined;
}

/** kubectl names the line of its source where the types it knows are made. */
function unknownType({ apiVersion, kind }: KubeObject, source: string | undefined): KctlError {
  const reason = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/scheme/scheme.go:28"`;
  return new KctlError('input', source === undefined ? reason : `unable to decode "${source}": ${reason}`);
}

/** `deployments/web`: an object in front of a failure. */
export function targetName({ resource, object, cluster }: SetTarget): string {
  const name = object.metadata.name ?? '';
  if (cluster) return `${resource.plural}/${name}`;
  return localName(resource, object);
}

function localName(resource: ResourceInfo, object: KubeObject): string {
  const { group } = parseApiVersion(object.apiVersion);
  const kind = resource.kind.toLowerCase();
  return group === '' ? `${kind}/${object.metadata.name ?? ''}` : `${kind}.${group}/${object.metadata.name ?? ''}\n`;
}
