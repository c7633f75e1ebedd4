import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { findBuiltin, findBuiltinKind } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { findForwardObject, forwardKinds } from './find-object.ts';
import type { ForwardWish } from './forward-words.ts';
import { type KnownPort, knownPorts } from './known-ports.ts';
import { type ForwardTarget, lastingTarget, readForwardPort } from './target.ts';

/** Where it is looked for what a wish means: one namespace of one cluster. */
export interface ForwardPlace {
  contextName: string;
  namespace: string;
  resolve(type: string): Promise<ResourceInfo>;
  get(resource: ResourceInfo, namespace: string | undefined, name: string): Promise<KubeObject>;
  list(
    resource: ResourceInfo,
    scope: { namespace: string; labelSelector?: string; limit?: number },
  ): Promise<KubeObject[]>;
}

/** What a wish means. */
export interface ForwardMeaning {
  target: ForwardTarget;
  /** `service/web` */
  label: string;
  /** A local port of 0 is any free one. */
  ports: readonly { remote: string; local: number }[];
}

/**
 * Finds what a wish means, and its ports where it names none.
 *
 * @param candidates what a name alone may mean: `candidatesIn(place)`, which callers keep
 * @param tool how the program is called, for hints
 * @throws KctlError where it means nothing, or more than one thing
 */
export async function meaningOf(
  wish: ForwardWish,
  place: ForwardPlace,
  candidates: () => Promise<readonly KubeObject[]>,
  tool = 'kctl',
): Promise<ForwardMeaning> {
  const isTyped = wish.target.includes('/');
  const target = isTyped ? await byType(wish.target, place) : byName(wish.target, place, await candidates());
  const label = `${target.resource.singular || target.resource.kind.toLowerCase()}/${target.object.metadata.name}`;
  return { target, label, ports: await portsOf(wish, target, label, place, tool) };
}

async function byType(word: string, place: ForwardPlace): Promise<ForwardTarget> {
  const [type, name, ...rest] = word.split('/');
  if (rest.length > 0 || !type || !name) {
    throw new KctlError('usage', 'arguments in resource/name form must have a single resource and name');
  }
  const resource = await place.resolve(type);
  return lastingTarget(resource, await place.get(resource, place.namespace, name));
}

const resources = (): ResourceInfo[] =>
  forwardKinds.map((kind) => findBuiltinKind(kind === 'Service' || kind === 'Pod' ? 'v1' : 'apps/v1', kind)!);

/** All in a namespace that a name alone may mean. */
export async function candidatesIn(place: ForwardPlace): Promise<KubeObject[]> {
  return (await Promise.all(resources().map((resource) => listOrNothing(resource, place)))).flat();
}

/** What one may not list cannot be meant. */
async function listOrNothing(resource: ResourceInfo, { namespace, list }: ForwardPlace): Promise<KubeObject[]> {
  try {
    return (await list(resource, { namespace })).map((item) => ({ ...item, kind: resource.kind }));
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return [];
    throw error;
  }
}

function byName(word: string, { namespace }: ForwardPlace, candidates: readonly KubeObject[]): ForwardTarget {
  const answer = findForwardObject(word, candidates);
  if (answer.type === 'found') {
    const { object } = answer;
    return lastingTarget(resources().find(({ kind }) => kind === object.kind)!, object);
  }
  const shown = answer.candidates.slice(0, 10).map(escapeTerminal);
  const more = answer.candidates.length > shown.length ? `, and ${answer.candidates.length - shown.length} more` : '';
  const names = `${shown.join(', ')}${more}`;
  const where = `in namespace "${namespace}"`;
  if (answer.type === 'ambiguous') {
    throw new KctlError('input', `"${word}" fits more than one name ${where}: ${names}`, { hint: 'Say which one.' });
  }
  throw new KctlError('input', `nothing ${where} is called "${word}" or begins with it or has its letters`, {
    hint: names === '' ? 'There is nothing to forward to in this namespace.' : `There are: ${names}`,
  });
}

async function portsOf(
  wish: ForwardWish,
  target: ForwardTarget,
  label: string,
  place: ForwardPlace,
  tool: string,
): Promise<ForwardMeaning['ports']> {
  if (wish.ports.length > 0) {
    return wish.ports.map((text) => {
      // Read for its checks: a bad number or an unknown service port is told here.
      readForwardPort(text, target);
      const [first = '', remote = first] = text.split(':');
      return { remote, local: text.includes(':') ? Number(first) : 0 };
    });
  }
  const known = knownPorts(target.object, await annotatedPod(target, place));
  // k9s forwards all that this annotation names, without a question.
  const asked = known.filter(({ from }) => from === 'k9s-auto');
  const chosen: readonly KnownPort[] = asked.length > 0 ? asked : known.slice(0, 1);
  if (chosen.length > 0) return chosen.map(({ remote, local = 0 }) => ({ remote: String(remote), local }));
  throw new KctlError('input', `${label} declares no port`, { hint: `Say which: ${tool} pf ${wish.target}=8080` });
}

/**
 * One of the pods behind a service: k9s' annotations are on pods, which a service does not have at hand. Undefined for
 * other kinds, and where pods may not be listed.
 */
export async function annotatedPod(
  { object, pods: { namespace, labelSelector } }: ForwardTarget,
  { list }: Pick<ForwardPlace, 'list'>,
): Promise<KubeObject | undefined> {
  if (object.kind !== 'Service' || labelSelector === undefined) return undefined;
  try {
    return (await list(findBuiltin('pods')!, { namespace, labelSelector, limit: 1 }))[0];
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return undefined;
    throw error;
  }
}
