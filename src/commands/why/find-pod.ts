import type { KubeObject } from '../../api/meta.ts';
import { selectorOf, selectorOfMap } from '../../lib/label-selector.ts';
import { latest, toldText } from './event-facts.ts';
import { bad, type Fact, ok, warn } from './fact.ts';
import { eventsOf, isReady } from './pod-facts.ts';
import type { World } from './world.ts';

/** What was asked about: the pod to look at, if there is one, and what is known above it. */
export interface Subject {
  /** As it was named. */
  object: KubeObject;
  pod: KubeObject | undefined;
  /** Other pods of the same owner, by how they are. */
  siblings: { ready: number; all: number };
  facts: readonly Fact[];
}

const isOver = ({ status }: KubeObject): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** The pod that has most to tell: without a node, then not ready, the newest first. */
function mostTelling(pods: readonly KubeObject[]): KubeObject | undefined {
  const rank = (pod: KubeObject): number =>
    pod.metadata.deletionTimestamp ? 4 : isReady(pod) ? 3 : isOver(pod) ? 2 : pod['spec'].nodeName ? 1 : 0;
  return pods.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '') ||
      (a.metadata.name! < b.metadata.name! ? -1 : 1),
  )[0];
}

/** Kinds that make pods, with where their template's pods are found. */
export async function subjectOf(object: KubeObject, world: World, now: number): Promise<Subject> {
  if (object.kind === 'Pod') {
    return { object, pod: object, siblings: { ready: 0, all: 0 }, facts: await ownerFacts(object, world, now) };
  }
  const { namespace } = object.metadata;
  const pods = (await world.list('pods', namespace)).filter(ownedBy(object));
  const current = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const siblings = { ready: current.filter(isReady).length, all: current.length };
  const facts = await workloadFacts(object, current, world, now);
  return { object, pod: mostTelling(pods), siblings, facts };
}

function ownedBy({ kind, metadata, spec }: KubeObject): (pod: KubeObject) => boolean {
  // A deployment's pods belong to its replica sets, a cron job's to its jobs: labels and names say whose they are.
  if (kind === 'Deployment') {
    const selector = selectorOf(spec.selector);
    return (pod) => selector.matches(pod.metadata.labels);
  }
  if (kind === 'Service') {
    const selector = selectorOfMap(spec.selector ?? {});
    return (pod) => Object.keys(spec.selector ?? {}).length > 0 && selector.matches(pod.metadata.labels);
  }
  if (kind === 'CronJob') return (pod) => pod.metadata.labels?.['job-name']?.startsWith(`${metadata.name}-`) ?? false;
  return (pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

const holds = (object: KubeObject, type: string, status: string): Condition | undefined =>
  (object['status']?.conditions ?? []).find((one: Condition) => one.type === type && one.status === status);

async function workloadFacts(
  object: KubeObject,
  pods: readonly KubeObject[],
  world: World,
  now: number,
): Promise<Fact[]> {
  const { kind, spec, status = {}, metadata } = object;
  const found: Fact[] = [];
  const wanted: number | undefined =
    kind === 'DaemonSet' ? status.desiredNumberScheduled : kind === 'Job' ? undefined : spec.replicas;
  if (spec.paused === true)
    found.push(
      warn(
        'its rollout is paused: changes of the template make no new pods',
        `kctl rollout resume ${kind.toLowerCase()}/${metadata.name}`,
      ),
    );
  if (spec.suspend === true) found.push(warn('it is suspended', 'set spec.suspend to false'));
  if (wanted === 0)
    found.push(
      warn(
        kind === 'DaemonSet'
          ? 'no node is wanted: its node selector, affinity or tolerations match none'
          : 'it is scaled to 0: no pods are wanted',
        kind === 'DaemonSet' ? undefined : `kctl scale --replicas=1 ${kind.toLowerCase()}/${metadata.name}`,
      ),
    );
  else if (wanted !== undefined)
    found.push(
      (pods.filter(isReady).length >= wanted ? ok : warn)(
        `${pods.filter(isReady).length} of ${wanted} pods are ready, ${pods.length} exist`,
      ),
    );
  const stuck = holds(object, 'Progressing', 'False');
  if (stuck) found.push(bad(`its rollout does not go on: ${stuck.reason}: ${stuck.message}`));
  const failed = holds(object, 'Failed', 'True');
  if (failed) found.push(bad(`it failed: ${failed.reason}: ${failed.message}`));
  const makers = kind === 'Deployment' ? await replicaSetsOf(object, world) : [object];
  for (const maker of makers) found.push(...(await makerFacts(maker, world, now)));
  return found;
}

async function replicaSetsOf({ metadata }: KubeObject, world: World): Promise<KubeObject[]> {
  const sets = await world.list('replicasets.apps', metadata.namespace);
  return sets.filter(
    (one) => one['spec'].replicas > 0 && one.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
  );
}

/** Who refuses the pods that a controller makes. */
const refusals: readonly [words: RegExp, next: string][] = [
  [/exceeded quota/, 'kctl describe quota shows what is used: free some, ask for less, or raise the quota'],
  [
    /must specify (limits|requests|cpu|memory)/,
    'a quota counts them: give the containers requests and limits, or the namespace a LimitRange',
  ],
  [/admission webhook/, "the webhook's owner says what it wants; its message stands above"],
  [/failed calling webhook/, 'the webhook does not answer: see its service and pods, or its failurePolicy'],
  [/violates PodSecurity/, 'change what the message names in the pod template, or the label of the namespace'],
  [/serviceaccount|service account/, 'create the service account, or correct its name in the template'],
  [/is forbidden|denied/, 'the message says what an admission rule does not allow'],
];

async function makerFacts(maker: KubeObject, world: World, now: number): Promise<Fact[]> {
  const failure = holds(maker, 'ReplicaFailure', 'True');
  const told = latest(await eventsOf(maker, world), 'FailedCreate');
  const isOpen = (maker['status']?.replicas ?? 0) < (maker['spec'].replicas ?? 0);
  if (!failure && !(told && isOpen)) return [];
  const text = failure?.message ?? told!.message;
  const next = refusals.find(([words]) => words.test(text))?.[1];
  const head = told ? toldText(told, now) : `${failure!.reason}: ${failure!.message}`;
  return [bad(`${maker.kind} ${maker.metadata.name} cannot make its pods: ${head}`, next)];
}

/** What stands above a pod may hold it up, too. */
async function ownerFacts(pod: KubeObject, world: World, now: number): Promise<Fact[]> {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind !== 'ReplicaSet' || isReady(pod)) return [];
  const set = await world.get('replicasets.apps', pod.metadata.namespace, owner.name);
  return set ? makerFacts(set, world, now) : [];
}
