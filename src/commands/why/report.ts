import type { KubeObject } from '../../api/meta.ts';
import { podStatus } from '../../api/pod-status.ts';
import { amountText } from '../../api/scheduling/explain.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';
import { type PodVerdicts, verdictsFor } from '../../api/scheduling/verdicts.ts';
import { type Fact, guess, warn } from './fact.ts';
import type { Subject } from './find-pod.ts';
import { claimFacts, gatedFacts, placedPodFacts } from './pod-facts.ts';
import { sceneFor, type World } from './world.ts';

/** Everything `why` found out. */
export interface Report {
  /** `pod shop/web-1` */
  subject: string;
  /** The pod that was looked at, where that is another object. */
  pod?: string;
  status?: string;
  requests?: string;
  facts: readonly Fact[];
  scheduling?: PodVerdicts & {
    /** False for a pod that has its node: what would be chosen now, which need not be what was. */
    isPending: boolean;
    /** The scheduler's last words about the pod, as its condition holds them. */
    said?: string;
    node?: string;
    size: number;
  };
  /** What could not be read. */
  missing: readonly string[];
}

const nameOf = ({ kind, metadata }: KubeObject): string =>
  `${kind.toLowerCase()} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;

function requestsText(pod: KubeObject): string {
  return Object.entries(requestsOf(pod))
    .filter(([, amount]) => amount > 0)
    .map(([resource, amount]) => `${resource} ${amountText(resource, amount)}`)
    .join(', ');
}

/** Looks at the pod, at what stands above it, and at the nodes. */
export async function reportOn(subject: Subject, world: World, now: number): Promise<Report> {
  const { object, pod } = subject;
  const facts = [...subject.facts];
  const head = { subject: nameOf(object), missing: world.missing };
  if (!pod) {
    if (facts.length === 0) facts.push(warn('it has no pods'));
    return { ...head, facts };
  }
  const requests = requestsText(pod);
  const about = {
    ...(pod === object ? {} : { pod: nameOf(pod) }),
    status: podStatus(pod, now).status,
    ...(requests ? { requests } : {}),
  };
  const gated = gatedFacts(pod);
  const isPending = !pod['spec'].nodeName;
  if (gated.length > 0 && isPending) return { ...head, ...about, facts: [...facts, ...gated] };
  if (!isPending) facts.push(...(await placedPodFacts(pod, world, now)));
  else facts.push(...(await waitingFacts(pod, world, now)));
  const scene = await sceneFor(pod, world);
  const fresh = isPending ? pod : { ...pod, spec: { ...pod['spec'], nodeName: undefined }, status: {} };
  const said: string | undefined = isPending ? saidOf(pod) : undefined;
  const scheduling = {
    ...verdictsFor(fresh, scene.state, scene.source, scene.nominated),
    ...(said ? { said } : {}),
    isPending,
    size: scene.state.size,
    ...(isPending ? {} : { node: pod['spec'].nodeName as string }),
  };
  if (isPending && scheduling.nodes.some(({ fits }) => fits)) facts.push(...fittingFacts(pod));
  return { ...head, ...about, facts, scheduling };
}

async function waitingFacts(pod: KubeObject, world: World, now: number): Promise<Fact[]> {
  const { schedulerName = 'default-scheduler' } = pod['spec'];
  const found: Fact[] = [];
  if (schedulerName !== 'default-scheduler')
    found.push(
      guess(
        `scheduler ${schedulerName} places it: what the default scheduler would say, as below, need not be what that one says`,
        `see that ${schedulerName} runs`,
      ),
    );
  const nominated: string | undefined = pod['status']?.nominatedNodeName;
  if (nominated) found.push(warn(`node ${nominated} is kept for it; less important pods there are asked to go`));
  return [...found, ...(await claimFacts(pod, world, now))];
}

const saidOf = (pod: KubeObject): string | undefined =>
  (pod['status']?.conditions ?? []).find(
    ({ type, status }: { type: string; status: string }) => type === 'PodScheduled' && status === 'False',
  )?.message;

/** A pod that fits but waits: nobody tries, or somebody is about to. */
function fittingFacts(pod: KubeObject): Fact[] {
  const told = (pod['status']?.conditions ?? []).some(({ type }: { type: string }) => type === 'PodScheduled');
  return told
    ? [
        guess(
          'a node fits now: the scheduler tries again after its back-off of up to 10s, or at the latest after five minutes',
        ),
      ]
    : [
        guess(
          'a node fits, and no scheduler has said a word about the pod',
          'see that the scheduler runs: kctl get componentstatuses, kctl get pods -n kube-system',
        ),
      ];
}
