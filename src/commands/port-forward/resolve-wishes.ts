import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { findForwardObject, forwardKinds } from '../../store/forwards/find-object.ts';
import type { ForwardWish } from '../../store/forwards/forward-words.ts';
import { type KnownPort, knownPorts } from '../../store/forwards/known-ports.ts';
import { type ForwardTarget, lastingTarget, readForwardPort } from '../../store/forwards/target.ts';
import type { CommandContext } from '../command.ts';

/** A wish with what it means. */
export interface ResolvedWish {
  wish: ForwardWish;
  cluster: Cluster;
  target: ForwardTarget;
  /** `service/web` */
  label: string;
  ports: readonly { remote: string; local: number }[];
}

/** Finds what wishes mean, all before any is begun. @throws KctlError for the first that means nothing */
export async function resolveWishes(
  wishes: readonly ForwardWish[],
  { connect, tool }: Pick<CommandContext, 'connect' | 'tool'>,
): Promise<ResolvedWish[]> {
  const lists = new Map<string, Promise<KubeObject[]>>();
  return Promise.all(
    wishes.map(async (wish) => {
      const connected = await connect(wish.context);
      const cluster = wish.namespace === undefined ? connected : inNamespace(connected, wish.namespace);
      const find = () => {
        const key = JSON.stringify([wish.context, cluster.namespace]);
        const list = lists.get(key) ?? listCandidates(cluster);
        lists.set(key, list);
        return list;
      };
      const target = wish.target.includes('/') ? await byType(wish.target, cluster) : await byName(wish, cluster, find);
      const label = `${target.resource.singular || target.resource.kind.toLowerCase()}/${target.object.metadata.name}`;
      return { wish, cluster, target, label, ports: await portsOf(wish, target, label, cluster, tool) };
    }),
  );
}

function inNamespace(cluster: Cluster, namespace: string): Cluster {
  return Object.create(cluster, { namespace: { value: namespace }, namespaceExplicit: { value: true } }) as Cluster;
}

async function byType(word: string, cluster: Cluster): Promise<ForwardTarget> {
  const [type, name, ...rest] = word.split('/');
  if (rest.length > 0 || !type || !name) {
    throw new KctlError('usage', 'arguments in resource/name form must have a single resource and name');
  }
  const resource = await cluster.discovery.resolve(type);
  const path = resourcePath(resource, { namespace: cluster.namespace, name });
  return lastingTarget(resource, await cluster.transport.json<KubeObject>({ method: 'GET', path }));
}

const resources = (): ResourceInfo[] =>
  forwardKinds.map((kind) => findBuiltinKind(kind === 'Service' || kind === 'Pod' ? 'v1' : 'apps/v1', kind)!);

async function listCandidates(cluster: Cluster): Promise<KubeObject[]> {
  return (await Promise.all(resources().map((resource) => listOrNothing(resource, cluster)))).flat();
}

/** What one may not list cannot be meant. */
async function listOrNothing(resource: ResourceInfo, cluster: Cluster): Promise<KubeObject[]> {
  try {
    const path = resourcePath(resource, { namespace: cluster.namespace });
    const list = await cluster.transport.json<KubeList>({ method: 'GET', path });
    return list.items.map((item) => ({ ...item, kind: resource.kind }));
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return [];
    throw error;
  }
}

async function byName(
  { target: word }: ForwardWish,
  cluster: Cluster,
  list: () => Promise<KubeObject[]>,
): Promise<ForwardTarget> {
  const answer = findForwardObject(word, await list());
  if (answer.type === 'found') {
    const { object } = answer;
    return lastingTarget(resources().find(({ kind }) => kind === object.kind)!, object);
  }
  const shown = answer.candidates.slice(0, 10).map(escapeTerminal);
  const more = answer.candidates.length > shown.length ? `, and ${answer.candidates.length - shown.length} more` : '';
  const names = `${shown.join(', ')}${more}`;
  const where = `in namespace "${cluster.namespace}"`;
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
  cluster: Cluster,
  tool: string,
): Promise<ResolvedWish['ports']> {
  if (wish.ports.length > 0) {
    return wish.ports.map((text) => {
      // Read for its checks: a bad number or an unknown service port is told here.
      readForwardPort(text, target);
      const [first = '', remote = first] = text.split(':');
      return { remote, local: text.includes(':') ? Number(first) : 0 };
    });
  }
  const known = knownPorts(target.object, await annotatedPod(target, cluster));
  // k9s forwards all that this annotation names, without a question.
  const asked = known.filter(({ from }) => from === 'k9s-auto');
  const chosen: readonly KnownPort[] = asked.length > 0 ? asked : known.slice(0, 1);
  if (chosen.length > 0) return chosen.map(({ remote, local = 0 }) => ({ remote: String(remote), local }));
  throw new KctlError('input', `${label} declares no port`, { hint: `Say which: ${tool} pf ${wish.target}=8080` });
}

/** k9s' annotations are on pods, which a service does not have at hand. */
async function annotatedPod({ object, pods }: ForwardTarget, cluster: Cluster): Promise<KubeObject | undefined> {
  if (object.kind !== 'Service' || pods.labelSelector === undefined) return undefined;
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(pods.namespace)}/pods`;
    const query = { labelSelector: pods.labelSelector, limit: 1 };
    return (await cluster.transport.json<KubeList>({ method: 'GET', path, query })).items[0];
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return undefined;
    throw error;
  }
}
