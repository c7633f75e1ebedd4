import type { KubeObject } from '../../api/meta.ts';
import { nodeRoles, nodeStatus } from '../../api/tables/core-workloads.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { type WhereWord, wordsOf } from './word.ts';
import { ago } from './words-of-all.ts';

type Value = WhereWord['value'];

interface Condition {
  type: string;
  status: string;
}

const isTrue = ({ status }: KubeObject, type: string): boolean =>
  (status?.conditions ?? []).some((one: Condition) => one.type === type && one.status === 'True');

const amount = (text: unknown): number | null =>
  typeof text === 'string' || typeof text === 'number' ? parseQuantity(text).value : null;

const count =
  (field: string): Value =>
  ({ status }) =>
    status?.[field] ?? 0;

const keys = (...maps: readonly unknown[]): string[] => maps.flatMap((map) => Object.keys((map ?? {}) as object));

const scaled = ['Deployment.apps', 'StatefulSet.apps', 'ReplicaSet.apps', 'ReplicationController'];

const workloads: readonly WhereWord[] = [
  ...wordsOf(scaled, [
    ['replicas', INT, 'pods that it should have', ({ spec }) => spec?.replicas ?? 1],
    ['ready', INT, 'its pods that are ready', count('readyReplicas')],
    ['available', INT, 'its pods that are available', count('availableReplicas')],
  ]),
  ...wordsOf(
    ['Deployment.apps', 'StatefulSet.apps'],
    [['updated', INT, 'its pods of the newest revision', count('updatedReplicas')]],
  ),
  ...wordsOf(
    ['DaemonSet.apps'],
    [
      ['replicas', INT, 'pods that it should have', count('desiredNumberScheduled')],
      ['ready', INT, 'its pods that are ready', count('numberReady')],
      ['available', INT, 'its pods that are available', count('numberAvailable')],
      ['updated', INT, 'its pods of the newest revision', count('updatedNumberScheduled')],
    ],
  ),
  ...wordsOf(
    ['Job.batch'],
    [
      ['reason', STRING, 'Complete, Failed, Suspended or Running', jobState],
      ['active', INT, 'its pods that run', count('active')],
      ['succeeded', INT, 'its pods that did their work', count('succeeded')],
      ['failed', INT, 'its pods that failed', count('failed')],
      ['completions', INT, 'how often it is to be done', ({ spec }) => spec?.completions ?? 1],
    ],
  ),
  ...wordsOf(
    ['CronJob.batch'],
    [
      ['suspended', BOOL, 'it starts no jobs', ({ spec }) => spec?.suspend === true],
      ['schedule', STRING, 'when it runs', ({ spec }) => spec?.schedule],
      ['active', INT, 'its jobs that run', ({ status }) => (status?.active ?? []).length],
      ['lastRun', 'age', 'how long ago it ran last', ({ status }, now) => ago(status?.lastScheduleTime, now)],
    ],
  ),
  ...wordsOf(
    ['HorizontalPodAutoscaler.autoscaling'],
    [
      ['replicas', INT, 'pods that there are', count('currentReplicas')],
      ['min', INT, 'fewest pods', ({ spec }) => spec?.minReplicas ?? 1],
      ['max', INT, 'most pods', ({ spec }) => spec?.maxReplicas],
    ],
  ),
];

function jobState(job: KubeObject): string {
  if (isTrue(job, 'Complete')) return 'Complete';
  if (isTrue(job, 'Failed')) return 'Failed';
  return job.spec?.suspend ? 'Suspended' : 'Running';
}

const address = ({ status }: KubeObject): string =>
  (status?.addresses ?? []).find(({ type }: { type: string }) => type === 'InternalIP')?.address ?? '';

const nodes = wordsOf(
  ['Node'],
  [
    ['reason', STRING, 'what the STATUS column says: Ready,SchedulingDisabled', nodeStatus],
    ['ready', BOOL, 'the node is ready', (node) => isTrue(node, 'Ready')],
    ['cordoned', BOOL, 'it takes no new pods', ({ spec }) => spec?.unschedulable === true],
    [
      'roles',
      listOf(STRING),
      'control-plane, worker',
      (node) =>
        nodeRoles(node)
          .split(',')
          .filter((one) => one !== '<none>'),
    ],
    ['version', STRING, 'the version of its kubelet', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''],
    ['cpu', 'cores', 'processors that pods can have', ({ status }) => amount(status?.allocatable?.cpu)],
    ['memory', 'bytes', 'memory that pods can have', ({ status }) => amount(status?.allocatable?.memory)],
    ['ip', STRING, 'its address inside', address],
    [
      'taints',
      listOf(STRING),
      'the keys of its taints',
      ({ spec }) => (spec?.taints ?? []).map(({ key }: { key: string }) => key),
    ],
  ],
);

const storage: readonly WhereWord[] = [
  ...wordsOf(
    ['PersistentVolumeClaim', 'PersistentVolume'],
    [
      ['reason', STRING, 'what the STATUS column says: Bound, Pending', ({ status }) => status?.phase ?? ''],
      ['storageClass', STRING, 'the class of its storage', ({ spec }) => spec?.storageClassName ?? ''],
    ],
  ),
  ...wordsOf(
    ['PersistentVolumeClaim'],
    [
      ['capacity', 'bytes', 'how much it has got', ({ status }) => amount(status?.capacity?.storage)],
      ['volume', STRING, 'the volume it has got', ({ spec }) => spec?.volumeName ?? ''],
    ],
  ),
  ...wordsOf(
    ['PersistentVolume'],
    [
      ['capacity', 'bytes', 'how much it holds', ({ spec }) => amount(spec?.capacity?.storage)],
      ['claim', STRING, 'NAMESPACE/NAME of the claim that has it', claimOf],
    ],
  ),
];

function claimOf({ spec }: KubeObject): string {
  const { namespace, name } = spec?.claimRef ?? {};
  return name ? `${namespace}/${name}` : '';
}

const others: readonly WhereWord[] = [
  ...wordsOf(['Namespace'], [['reason', STRING, 'Active or Terminating', ({ status }) => status?.phase ?? '']]),
  ...wordsOf(
    ['ConfigMap', 'Secret'],
    [['keys', listOf(STRING), 'the keys of its data', (o) => keys(o.data, o.binaryData)]],
  ),
  ...wordsOf(
    ['Service'],
    [
      ['ip', STRING, 'its address inside', ({ spec }) => spec?.clusterIP ?? ''],
      ['ports', listOf(INT), 'its ports', ({ spec }) => (spec?.ports ?? []).map(({ port }: { port: number }) => port)],
    ],
  ),
  ...wordsOf(
    ['Ingress.networking.k8s.io'],
    [
      [
        'hosts',
        listOf(STRING),
        'its hosts',
        ({ spec }) => (spec?.rules ?? []).map(({ host }: { host?: string }) => host ?? '*'),
      ],
      ['ingressClass', STRING, 'the class it belongs to', ({ spec }) => spec?.ingressClassName ?? ''],
    ],
  ),
];

/** What workloads, nodes, storage and some others have. */
export const wordsOfKinds: readonly WhereWord[] = [...workloads, ...nodes, ...storage, ...others];
