import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { type ApiStatus, isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { shellWord } from '../../lib/shell-word.ts';
import type { Asked, Said } from './explanation.ts';
import { nearNames } from './near-names.ts';

/** Names alone are enough, and cost a server little. */
const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
/** Of more objects the first are looked at. */
const MOST = 2_000;
/** So many names are read, where none is near. */
const FEW = 6;

/** Which object was not found: as the server says it, or as verbs repeat it. */
export function missingObject(
  message: string,
  status: ApiStatus | undefined,
): { type: string; name: string } | undefined {
  const { name = '', kind = '', group = '' } = status?.reason === 'NotFound' ? (status.details ?? {}) : {};
  const said = /([a-z0-9.-]+) "([^"]+)" not found$/.exec(message);
  const type = kind === '' ? (said?.[1] ?? '') : group ? `${kind}.${group}` : kind;
  // Metrics put the namespace before the name.
  const last = (name || said?.[2] || '').split('/').at(-1)!;
  return type === '' || last === '' ? undefined : { type, name: last };
}

/** Where else that name is, and what is called nearly so where it was looked for: one list. */
export async function* explainNotFound(asked: Asked): AsyncGenerator<Said> {
  const missing = missingObject(asked.error.message, asked.status);
  if (!missing) return;
  const { name, type } = missing;
  const cluster = await asked.connect();
  const resource = await cluster.discovery.resolve(type);
  const key = `names ${resource.plural}.${resource.group}`;
  const { objects, isAll } = await asked.once(key, () => namesOf(resource, cluster, asked.signal));
  const what = resource.kind;
  if (!resource.namespaced) {
    const near = nearNames(name, objects.map(nameOf));
    if (near.length > 0) yield `Near it: ${near.join(', ')}.`;
    else if (isAll && objects.length > 0 && objects.length <= FEW)
      yield `There are: ${objects.map(nameOf).join(', ')}.`;
    return;
  }
  const { namespace } = cluster;
  const here = objects.filter(({ metadata }) => metadata.namespace === namespace);
  const near = nearNames(name, here.map(nameOf));
  if (near.length > 0) yield `In namespace ${namespace} there ${near.length === 1 ? 'is' : 'are'}: ${near.join(', ')}.`;
  const elsewhere = objects.filter(({ metadata }) => metadata.name === name && metadata.namespace !== namespace);
  const [first] = elsewhere;
  if (first) {
    const places = elsewhere.map(({ metadata }) => metadata.namespace);
    const shown = places.slice(0, 5).join(', ');
    const rest = places.length > 5 ? ` and ${places.length - 5} more` : '';
    yield `A ${what} of that name is in namespace ${shown}${rest}.`;
    // What changes things is not to be typed after a program, in a namespace that nobody named.
    if (LOOKING.has(asked.commandPath)) yield { command: `${again(asked)} -n ${first.metadata.namespace}` };
  }
  if (near.length > 0 || first) return;
  if (isAll && here.length === 0) yield `There is no ${what} in namespace ${namespace}.`;
  else if (isAll) yield* otherNames(name, here, objects, what, namespace);
}

function* otherNames(
  name: string,
  here: readonly KubeObject[],
  objects: readonly KubeObject[],
  what: string,
  namespace: string,
): Generator<Said> {
  const [near] = nearNames(name, objects.map(nameOf));
  const found = objects.find(({ metadata }) => metadata.name === near);
  if (found) yield `Near it: ${near} in namespace ${found.metadata.namespace}.`;
  else if (here.length <= FEW)
    yield `In namespace ${namespace} there ${here.length === 1 ? 'is' : 'are'}: ${here.map(nameOf).join(', ')}.`;
  else yield `None of the ${here.length} of kind ${what} in namespace ${namespace} is called nearly so.`;
}

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';

/** Verbs that only look. */
const LOOKING: ReadonlySet<string> = new Set([
  ...['get', 'describe', 'logs', 'why', 'tree', 'events', 'top pod', 'wait'],
  ...['rollout status', 'rollout history', 'rollout watch'],
]);

/** The words of the command without its flags, which may have been about something else. */
function again({ tool, commandPath, args }: Asked): string {
  return [tool, commandPath, ...args.map(shellWord)].join(' ');
}

async function namesOf(
  resource: ResourceInfo,
  { transport, namespace }: Cluster,
  signal: AbortSignal,
): Promise<{ objects: readonly KubeObject[]; isAll: boolean }> {
  const list = async (where: string | undefined) => {
    const path = resourcePath(resource, { namespace: where });
    const { items, metadata } = await transport.json<KubeList>({
      ...{ method: 'GET', path, query: { limit: MOST }, accept, signal },
    });
    return { objects: items, isAll: !metadata?.continue };
  };
  try {
    return await list(undefined);
  } catch (error) {
    if (!isApiError(error, 'Forbidden') || !resource.namespaced) throw error;
    return list(namespace);
  }
}
