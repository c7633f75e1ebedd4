import { containerSum } from '../../api/container-sum.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type PodStatusSummary, podStatus } from '../../api/pod-status.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { type WhereWord, wordsOf } from './word.ts';
import { ago } from './words-of-all.ts';

interface Container {
  name: string;
  image?: string;
}

interface Volume {
  persistentVolumeClaim?: { claimName: string };
}

let summarised: KubeObject | undefined;
let summary: PodStatusSummary | undefined;

/** Several words ask the same of one pod, one after the other. */
function summaryOf(pod: KubeObject): PodStatusSummary {
  if (summary === undefined || summarised !== pod) [summarised, summary] = [pod, podStatus(pod)];
  return summary;
}

const podKinds = ['Pod'];
const templateKinds = [
  ...['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'ReplicaSet.apps', 'Job.batch', 'CronJob.batch'],
  'ReplicationController',
];

/** The pod spec of a pod or a workload. */
function podSpecOf({ spec }: KubeObject): KubeObject['spec'] | undefined {
  return spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? spec;
}

const containersOf = (object: KubeObject): readonly Container[] => podSpecOf(object)?.containers ?? [];

const sum = (kind: 'limits' | 'requests', resource: string): WhereWord['value'] => {
  return (object) => containerSum(podSpecOf(object) ?? {}, kind).get(resource)?.value ?? 0;
};

const isReady = ({ status }: KubeObject): boolean =>
  (status?.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
  );

/** What pods have, and what workloads say of theirs. */
export const wordsOfPods: readonly WhereWord[] = [
  ...wordsOf(podKinds, [
    ['reason', STRING, 'what the STATUS column says: Running, CrashLoopBackOff', (pod) => summaryOf(pod).status],
    ['phase', STRING, 'status.phase', ({ status }) => status?.phase ?? ''],
    ['restarts', INT, 'restarts of all containers', (pod) => summaryOf(pod).restarts],
    [
      'restarted',
      'age',
      'how long ago the last restart was; not there without one',
      (pod, now) => ago(summaryOf(pod).lastRestart, now),
    ],
    ['ready', BOOL, 'the pod is ready', isReady],
    ['node', STRING, "the node it is on, '' where it has none", ({ spec }) => spec?.nodeName ?? ''],
    ['ip', STRING, 'its address', ({ status }) => status?.podIP ?? ''],
    ['qos', STRING, 'Guaranteed, Burstable or BestEffort', ({ status }) => status?.qosClass ?? ''],
    [
      'claims',
      listOf(STRING),
      'the persistent volume claims it uses',
      ({ spec }) =>
        (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }: Volume) => persistentVolumeClaim?.claimName ?? []),
    ],
  ]),
  ...wordsOf(
    [...podKinds, ...templateKinds],
    [
      [
        'images',
        listOf(STRING),
        'the images of its containers',
        (o) => containersOf(o).map(({ image }) => image ?? ''),
      ],
      ['containers', listOf(STRING), 'the names of its containers', (o) => containersOf(o).map(({ name }) => name)],
      ['cpu', 'cores', 'processors that a pod requests', sum('requests', 'cpu')],
      ['memory', 'bytes', 'memory that a pod requests', sum('requests', 'memory')],
      ['cpuLimit', 'cores', 'processors that a pod may use; 0 without limit', sum('limits', 'cpu')],
      ['memoryLimit', 'bytes', 'memory that a pod may use; 0 without limit', sum('limits', 'memory')],
      ['serviceAccount', STRING, 'the account its pods act as', (o) => podSpecOf(o)?.serviceAccountName ?? ''],
    ],
  ),
];
