import type { KubeObject } from '../../../api/meta.ts';
import { podStatus } from '../../../api/pod-status.ts';
import { type Reference, usedBy } from '../../../api/references.ts';
import { statusHealth } from '../../../api/row-health.ts';
import { selectorOfMap } from '../../../lib/label-selector.ts';
import { say } from '../../words/say.ts';
import { healthLook } from '../row-health.ts';
import type { ObjectRef } from '../view.ts';
import type { Kept, KindWish, LiveKinds } from './live-kinds.ts';
import type { TreeNode } from './tree-rows.ts';

/** What xray keeps of an object. */
interface XrayObject {
  owners: readonly string[];
  labels: Readonly<Record<string, string>>;
  note: string;
  sign: string;
  token: TreeNode['token'];
  references: readonly Reference[];
  /** Of a service: which pods it sends to. */
  selector?: Readonly<Record<string, string>>;
  /** Of a pod, in the order in which they start. */
  containers: readonly { name: string; note: string; isReady: boolean }[];
}

/** Kinds that a tree can begin with, and kinds between them and their pods. */
export const xrayKinds: Readonly<Record<string, readonly string[]>> = {
  pods: [],
  services: ['pods'],
  'deployments.apps': ['replicasets.apps', 'pods'],
  'statefulsets.apps': ['pods'],
  'daemonsets.apps': ['pods'],
  'replicasets.apps': ['pods'],
  'jobs.batch': ['pods'],
  'cronjobs.batch': ['jobs.batch', 'pods'],
};

/** What is only named by others: that it is there is all that has to be known of it. */
const referenceKinds: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  PersistentVolumeClaim: 'persistentvolumeclaims',
};

// biome-ignore lint/suspicious/noExplicitAny: parts of objects as they come
type Fields = Record<string, any>;

const ratio = (ready: unknown, wanted: unknown): string => `${ready ?? 0}/${wanted ?? 0}`;

const ratios: Readonly<Record<string, (object: KubeObject) => string>> = {
  Deployment: ({ spec, status }) => ratio(status?.readyReplicas, spec?.replicas ?? 1),
  ReplicaSet: ({ spec, status }) => ratio(status?.readyReplicas, spec?.replicas ?? 1),
  StatefulSet: ({ spec, status }) => ratio(status?.readyReplicas, spec?.replicas ?? 1),
  DaemonSet: ({ status }) => ratio(status?.numberReady, status?.desiredNumberScheduled),
  Job: ({ spec, status }) => ratio(status?.succeeded, spec?.completions ?? 1),
};

function keepObject(object: KubeObject): XrayObject {
  const { metadata, kind, spec } = object;
  const base = {
    owners: (metadata.ownerReferences ?? []).map(({ uid }) => uid),
    labels: metadata.labels ?? {},
    containers: [],
    references: [],
  };
  if (kind === 'Pod') {
    const { status, ready, containers } = podStatus(object);
    const health = statusHealth(status);
    const look = healthLook[health === 'ok' && ready < containers ? 'warn' : health];
    const note = `${status} ${ready}/${containers}`;
    return { ...base, note, ...look, references: usedBy(object), containers: containersOf(object) };
  }
  const note = ratios[kind]?.(object) ?? '';
  const [ready, wanted] = note.split('/');
  const isShort = note !== '' && ready !== wanted && kind !== 'Job';
  const look = isShort ? healthLook.warn : healthLook.ok;
  return { ...base, note, ...look, ...(kind === 'Service' && { selector: spec?.selector ?? {} }) };
}

function containersOf({ spec, status }: KubeObject): XrayObject['containers'] {
  const statuses = new Map<string, Fields>(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((one) => [one.name, one]),
  );
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name, image }: Fields) => {
    const { state = {}, ready } = statuses.get(name) ?? {};
    const word = state.running ? 'Running' : (state.terminated?.reason ?? state.waiting?.reason ?? 'Waiting');
    const isReady = ready === true || state.terminated?.exitCode === 0;
    return { name, note: `${word}  ${image ?? ''}`, isReady };
  });
}

/** What to follow for a tree of `kind`. */
export function xrayWishes(kind: string, namespace: string | undefined): KindWish[] {
  const scope = namespace === undefined ? {} : { namespace };
  return [
    ...[kind, ...xrayKinds[kind]!].map((one): KindWish => ({ kind: one, scope, keep: keepObject })),
    ...Object.values(referenceKinds).map((one): KindWish => ({ kind: one, scope, optional: true, rows: true })),
  ];
}

interface Growing {
  live: Pick<LiveKinds, 'items' | 'resource' | 'isKnown'>;
  byOwner: ReadonlyMap<string, readonly Kept[]>;
  podsOf: ReadonlyMap<string | undefined, readonly Kept[]>;
}

/** The objects of `kind` with all that hangs on them, as far as it is known. */
export function xrayTree(kind: string, live: Pick<LiveKinds, 'items' | 'resource' | 'isKnown'>): TreeNode[] {
  const below = xrayKinds[kind]!;
  const byOwner = new Map<string, Kept[]>();
  for (const one of below) {
    for (const kept of live.items(one).values()) {
      for (const uid of (kept.value as XrayObject).owners) {
        const siblings = byOwner.get(uid);
        if (siblings) siblings.push(kept);
        else byOwner.set(uid, [kept]);
      }
    }
  }
  const roots = sorted(live.items(kind).values());
  const places = new Set(roots.map(({ namespace }) => namespace));
  const podsOf = Map.groupBy(live.items('pods').values(), ({ namespace }) => namespace);
  return roots.map((kept) => objectNode(kept, '', { live, byOwner, podsOf }, places.size > 1));
}

function sorted(items: Iterable<Kept>): Kept[] {
  const key = ({ namespace = '', name }: Kept) => `${namespace}/${name}`;
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const refOf = ({ resource, namespace, name, uid }: Kept): ObjectRef => ({ resource, namespace, name, uid });

function objectNode(kept: Kept, path: string, growing: Growing, withNamespace = false): TreeNode {
  const { resource, namespace, name, uid } = kept;
  const { note, sign, token, containers, references, selector } = kept.value as XrayObject;
  const key = `${path}/${uid}`;
  const owned = sorted(growing.byOwner.get(uid) ?? []);
  const isOld = resource.kind === 'ReplicaSet' && note === '0/0';
  const children = [
    ...owned.map((one) => objectNode(one, key, growing)),
    ...(selector ? chosenBy(kept, selector, growing).map((one) => objectNode(one, key, growing)) : []),
    ...containers.map((container) => containerNode(container, kept, key)),
    ...references.map((reference) => referenceNode(reference, kept, key, growing.live)),
  ];
  return {
    key,
    lead: resource.singular || resource.plural,
    label: withNamespace && namespace ? `${namespace}/${name}` : name,
    sign: isOld ? ' ' : sign!,
    token: isOld ? 'text.muted' : token === 'status.ok' ? 'text' : token!,
    note,
    ref: refOf(kept),
    ...(children.length > 0 && { children, folded: isOld }),
  };
}

/** The pods that a service sends to. */
function chosenBy({ namespace }: Kept, selector: Readonly<Record<string, string>>, { podsOf }: Growing): Kept[] {
  if (Object.keys(selector).length === 0) return [];
  const chosen = selectorOfMap(selector);
  const near = podsOf.get(namespace) ?? [];
  return sorted(near.filter((pod) => chosen.matches((pod.value as XrayObject).labels)));
}

/** Keys of nodes that are containers begin so, behind the key of their pod. */
export const containerMark = '#';

function containerNode(container: XrayObject['containers'][number], pod: Kept, path: string): TreeNode {
  const { name, note, isReady } = container;
  return {
    key: `${path}${containerMark}${name}`,
    lead: 'container',
    label: name,
    note,
    ...(isReady ? {} : { sign: '!', token: 'status.warn' as const }),
    ref: refOf(pod),
  };
}

function referenceNode(reference: Reference, { namespace }: Kept, path: string, live: Growing['live']): TreeNode {
  const { kind, name, optional = false } = reference;
  const followed = referenceKinds[kind];
  const key = `${path}>${kind}/${name}`;
  const lead = kind.toLowerCase();
  const resource = followed === undefined ? undefined : live.resource(followed);
  if (followed === undefined || !resource || !live.isKnown(followed))
    return { key, lead, label: name, note: say('(not known)') };
  const found = live.items(followed).get(`${namespace}/${name}`);
  if (found) return { key, lead, label: name, ref: refOf(found) };
  return optional
    ? { key, lead, label: name, note: say('missing, but optional'), token: 'text.muted' }
    : { key, lead, label: name, sign: 'x', token: 'status.error', note: say('missing'), noteToken: 'status.error' };
}
