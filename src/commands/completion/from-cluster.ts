import { readdirSync } from 'node:fs';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { listPages } from '../../kube/list.ts';
import type { Completer } from '../command.ts';
import { type Candidates, directives, type Place } from './place.ts';

type Of<K extends Completer['from']> = Extract<Completer, { from: K }>;

/** How long a workload without pods is waited for, in ms, as kubectl waits here. */
const podPatience = 100;

/** Names are all that counts of objects; a server that has no such form sends them whole. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

const noFiles = (words: readonly string[], more = 0): Candidates => ({ words, directive: directives.noFiles | more });

/** `TYPE NAME...`, or `TYPE/NAME...` where the first argument has that form. */
export async function objects({ types: allowed, once }: Of<'objects'>, place: Place): Promise<Candidates> {
  const { args, word } = place;
  const [first] = args;
  if (first !== undefined && !first.includes('/')) {
    if (once && args.length > 1) return noFiles([]);
    return noFiles(without(await namesOf(first, place, word), args.slice(1)));
  }
  const slash = word.indexOf('/');
  if (slash >= 0) {
    if (once && args.length > 0) return noFiles([]);
    return noFiles(without(await slashed(place), args));
  }
  if (first === undefined) return noFiles(await typeNames(place, allowed));
  if (once) return noFiles([]);
  const types = await typeNames(place, allowed);
  return noFiles(
    types.map((type) => `${type}/`),
    directives.noSpace,
  );
}

/** Types, also behind a comma. */
export async function types(place: Place): Promise<Candidates> {
  return noFiles(place.args.length === 0 ? await typeNames(place, undefined) : []);
}

export async function names({ type, repeat }: Of<'names'>, place: Place): Promise<Candidates> {
  if (place.args.length > 0 && !repeat) return noFiles([]);
  return noFiles(without(await namesOf(type, place, place.word), place.args));
}

const withPods = [
  ...['daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services'],
  'statefulsets',
];

/** Pods, types with pods, and what follows them. */
export async function pods({ next }: Of<'pods'>, place: Place): Promise<Candidates> {
  const { args, word } = place;
  if (args.length === 1 && next === 'containers') return containers(place);
  if (args.length === 1 && next === 'ports') return noFiles(await ports(place));
  if (args.length > 0) return noFiles([]);
  if (word.includes('/')) return noFiles(await slashed(place));
  const found = await namesOf('pods', place, word);
  const kinds = withPods.filter((type) => type.startsWith(word)).map((type) => `${type}/`);
  return noFiles([...found, ...kinds], found.length === 0 ? directives.noSpace : 0);
}

/** Containers of the pod that the first argument names, those that prepare it first. */
export async function containers(place: Place): Promise<Candidates> {
  const spec = place.args[0] === undefined ? undefined : (await podOf(place.args[0], place)).spec;
  const all: { name: string }[] = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return noFiles(all.map(({ name }) => name).filter((name) => name.startsWith(place.word)));
}

/** `LOCAL:REMOTE` for each port; where LOCAL is typed, it stays. */
async function ports(place: Place): Promise<string[]> {
  const [target = ''] = place.args;
  const local = place.word === '' ? undefined : place.word.split(':')[0]!;
  const [type, name] = target.split('/');
  let found: number[];
  if (name !== undefined && ['service', 'services', 'svc'].includes(type!)) {
    const { spec } = await read('services', name, place);
    found = (spec?.ports ?? []).map(({ port }: { port: number }) => port);
  } else {
    const { spec } = await podOf(target, place);
    const open: { ports?: { containerPort: number }[] }[] = spec?.containers ?? [];
    found = open.flatMap((container) => (container.ports ?? []).map(({ containerPort }) => containerPort));
  }
  return found.map((port) => `${local ?? port}:${port}`).filter((word) => word.startsWith(place.word));
}

/** Sources and targets of `cp`: pods with a colon, namespaces with a slash, and local paths. */
export async function copies(place: Place): Promise<Candidates> {
  const { args, word, context } = place;
  const given = (words: readonly string[]) => ({ words, directive: directives.noSpace });
  if (args.length > 0 || word.includes(':') || /^[/.~]/.test(word)) return given([]);
  const slash = word.indexOf('/');
  if (slash > 0) {
    const namespace = word.slice(0, slash);
    const found = await namesOf('pods', place, word.slice(slash + 1), namespace);
    return given(found.map((name) => `${namespace}/${name}:`));
  }
  const spaces = (await namesOf('namespaces', place, word)).map((name) => `${name}/`);
  const own = (await namesOf('pods', place, word)).map((name) => `${name}:`);
  const remote = [...spaces, ...own];
  // Nothing typed: a hint that paths go, too. Nothing found: the shell offers files by itself.
  if (word === '') return given([...remote, './', '/']);
  if (remote.length === 0) return given([]);
  const local = readdirSync(context.io.cwd, { withFileTypes: true })
    .filter(({ name }) => name.startsWith(word))
    .map((file) => (file.isDirectory() ? `${file.name}/` : file.name))
    .sort();
  return given([...remote, ...local]);
}

function without(words: readonly string[], taken: readonly string[]): string[] {
  return words.filter((word) => !taken.includes(word));
}

/** Completes `TYPE/NAME` where the slash is typed. */
async function slashed(place: Place): Promise<string[]> {
  const slash = place.word.indexOf('/');
  const type = place.word.slice(0, slash);
  const found = await namesOf(type, place, place.word.slice(slash + 1));
  return found.map((name) => `${type}/${name}`);
}

/** Types that begin with the last word of a list with commas, in the order of `api-resources`. */
async function typeNames({ word, context }: Place, allowed: readonly string[] | undefined): Promise<string[]> {
  if (allowed) return allowed.filter((type) => type.startsWith(word));
  const { discovery } = await context.connect();
  const comma = word.lastIndexOf(',') + 1;
  const [before, begun] = [word.slice(0, comma), word.slice(comma)];
  const served = (await discovery.resources()).filter(({ verbs }) => verbs.includes('get'));
  served.sort((a, b) => compare(a.group, b.group) || compare(a.plural, b.plural));
  const found = new Set(served.map(groupResource).filter((type) => type.startsWith(begun)));
  return [...found].map((type) => before + type);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names of the objects of a type (`pods`, `po,svc`, `deploy.apps`) that begin so. */
async function namesOf(type: string, { context }: Place, begun: string, namespace?: string): Promise<string[]> {
  const cluster = await context.connect();
  const found: string[] = [];
  for (const resource of await resourcesOf(type, context)) {
    const path = resourcePath(resource, { namespace: namespace ?? cluster.namespace });
    const pages = listPages<KubeList>(cluster.transport, { path, accept: metadataOnly, signal: context.signal });
    for await (const { items } of pages) found.push(...items.map(({ metadata }) => metadata.name ?? ''));
  }
  return found.filter((name) => name.startsWith(begun));
}

async function resourcesOf(type: string, context: Place['context']): Promise<readonly ResourceInfo[]> {
  const { discovery } = await context.connect();
  const each = type.split(',').map(async (name) => {
    return (await discovery.expandCategory(name)) ?? [await discovery.resolve(name)];
  });
  return (await Promise.all(each)).flat();
}

async function read(type: string, name: string, { context }: Place): Promise<KubeObject> {
  const { discovery, namespace, transport } = await context.connect();
  const path = resourcePath(await discovery.resolve(type), { namespace, name });
  return transport.json<KubeObject>({ method: 'GET', path, signal: context.signal });
}

/** The pod of `POD` or `TYPE/NAME`. */
async function podOf(target: string, place: Place): Promise<KubeObject> {
  const [type, name] = target.includes('/') ? target.split('/') : ['pods', target];
  const object = await read(type!, name!, place);
  if (object.kind === 'Pod') return object;
  const { attachablePod } = await import('../shared/workload-pods.ts');
  return attachablePod(object, await place.context.connect(), podPatience, place.context.signal);
}
