import type { KubeObject } from '../../../api/meta.ts';
import { REVISION_LABEL } from '../controller-revisions.ts';
import { podFromTemplate } from '../pod-control.ts';
import { isFinished, isTerminating } from '../pods.ts';

export const COMPONENT = 'daemonset-controller';
export const RESOURCE = 'daemonsets.apps';

/** Counts the templates the set has had; kept by the API server. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

/** Every daemon pod tolerates these (kubernetes daemon util AddOrUpdateDaemonPodTolerations). */
const TOLERATIONS = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
const HOST_NETWORK = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

type Toleration = Readonly<Record<string, unknown>>;
const identity = ({ key, operator, value, effect }: Toleration): string =>
  JSON.stringify([key, operator, value, effect]);

/** The template's tolerations and those of every daemon; one that the template has already is not doubled. */
export function daemonTolerations(set: KubeObject): Toleration[] {
  const { tolerations = [], hostNetwork } = set['spec'].template.spec;
  const added = hostNetwork ? [...TOLERATIONS, HOST_NETWORK] : TOLERATIONS;
  return [...new Map([...tolerations, ...added].map((one: Toleration) => [identity(one), one])).values()];
}

/** The node that a daemon pod is meant for: bound already, or named by its affinity. */
function targetNode(pod: KubeObject): string | undefined {
  if (pod['spec'].nodeName) return pod['spec'].nodeName;
  const terms = pod['spec'].affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields: { key: string; values?: string[] }[] = (terms ?? []).flatMap(
    (term: { matchFields?: unknown[] }) => term.matchFields ?? [],
  );
  return fields.find(({ key }) => key === 'metadata.name')?.values?.[0];
}

/** A pod for one node. The scheduler binds it: the node's name takes the place of the template's own node terms, which chose the node. */
export function daemonPod(set: KubeObject, node: string, hash: string): KubeObject {
  const { template } = set['spec'];
  const here = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  return podFromTemplate(set, template, {
    labels: { [REVISION_LABEL]: hash, ...(generation ? { [GENERATION_LABEL]: generation } : {}) },
    spec: {
      affinity: {
        ...template.spec.affinity,
        nodeAffinity: {
          ...template.spec.affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [here] },
        },
      },
      tolerations: daemonTolerations(set),
    },
  });
}

/** Of the present template, by hash or by its number: either says so. */
export function isUpdated(set: KubeObject, pod: KubeObject, hash: string): boolean {
  const labels = pod.metadata.labels ?? {};
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  return labels[REVISION_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

const created = (pod: KubeObject): string => `${pod.metadata.creationTimestamp} ${pod.metadata.name}`;

/** Bound pods first, then the oldest first. */
export function byAge(pods: readonly KubeObject[]): KubeObject[] {
  return [...pods].sort(
    (a, b) =>
      Number(Boolean(b['spec'].nodeName)) - Number(Boolean(a['spec'].nodeName)) || (created(a) < created(b) ? -1 : 1),
  );
}

/** Pods by the node they are meant for. Those that have finished and go are nobody's business any more. */
export function perNode(pods: readonly KubeObject[]): Map<string, KubeObject[]> {
  const counted = pods.filter((pod) => !(isFinished(pod) && isTerminating(pod)));
  const placed = counted.filter((pod) => targetNode(pod) !== undefined);
  return Map.groupBy(placed, (pod) => targetNode(pod)!);
}
