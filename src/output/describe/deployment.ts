import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import type { DescribeFetch } from './fetch.ts';
import { annotations, created, events, labels, layout, name, namespace } from './layout.ts';
import { writePodTemplate } from './pod-spec.ts';
import { type DescribeText, NONE } from './text.ts';
import { selectorQuery } from './values.ts';
import { conditions, isControlledBy } from './workload.ts';

export const describeDeployment = layout(
  name,
  namespace,
  created,
  labels,
  annotations,
  ['Selector', ({ spec }) => selectorQuery(spec?.selector)],
  ['Replicas', ({ spec, status }) => replicasText(spec?.replicas ?? 0, status ?? {})],
  ['StrategyType', ({ spec }) => spec?.strategy?.type ?? ''],
  ['MinReadySeconds', ({ spec }) => spec?.minReadySeconds ?? 0],
  [
    'RollingUpdateStrategy',
    ({ spec }) => {
      const rolling = spec?.strategy?.rollingUpdate;
      return (
        rolling && `${rolling.maxUnavailable ?? '<nil>'} max unavailable, ${rolling.maxSurge ?? '<nil>'} max surge`
      );
    },
  ],
  (out, { spec }) => writePodTemplate(out, spec?.template),
  conditions,
  (out, deployment, { fetch }) => writeReplicaSets(out, deployment, fetch),
  events,
);

function replicasText(desired: number, status: Record<string, number | undefined>): string {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status;
  return `${desired} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`;
}

/** The new one is the oldest with the deployment's own template; what cannot be read is left out. */
async function writeReplicaSets(out: DescribeText, deployment: KubeObject, fetch: DescribeFetch): Promise<void> {
  const where = {
    namespace: deployment.metadata.namespace ?? '',
    labelSelector: selectorQuery(deployment.spec?.selector),
  };
  const all = await fetch.list('replicasets.apps', where).catch(() => []);
  const owned = all.filter((set) => isControlledBy(set, deployment)).sort(byAge);
  const wanted = withoutHash(deployment.spec?.template);
  const newest = owned.find((set) => isDeepStrictEqual(withoutHash(set.spec?.template), wanted));
  if (owned.length === 0) return;
  out.field(0, 'OldReplicaSets', replicaSetsText(owned.filter((set) => set !== newest)));
  out.field(0, 'NewReplicaSet', replicaSetsText(newest ? [newest] : []));
}

function byAge(a: KubeObject, b: KubeObject): number {
  const key = ({ metadata }: KubeObject) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}

/** A template without the label that tells replica sets apart; empty maps and lists count as absent. */
function withoutHash(template: KubeObject['spec']): unknown {
  const { 'pod-template-hash': _, ...rest } = template?.metadata?.labels ?? {};
  return withoutEmpty({ ...template, metadata: { ...template?.metadata, labels: rest } });
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, one]) => !(one === null || isEmpty(one, key)));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutEmpty(one)]));
}

/** An `emptyDir: {}` says something, `labels: {}` nothing. */
function isEmpty(value: unknown, key: string): boolean {
  if (Array.isArray(value)) return value.length === 0;
  const isMap = key === 'labels' || key === 'annotations' || key === 'nodeSelector' || key === 'metadata';
  return isMap && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function replicaSetsText(sets: readonly KubeObject[]): string {
  const texts = sets.map(
    (set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec?.replicas ?? 0} replicas created)`,
  );
  return texts.join(', ') || NONE;
}
