import type { KubeObject } from '../../api/meta.ts';
import { selectorText } from '../../api/tables/apps.ts';
import { writeEvents } from './events.ts';
import type { DescribeFetch, Describer } from './fetch.ts';
import { writePodTemplate } from './pod-spec.ts';
import { DescribeText, NONE, timeText, writeAnnotations, writeMap } from './text.ts';
import { writeConditions } from './workload.ts';

const REVISION = 'deployment.kubernetes.io/revision';

export const describeDeployment: Describer = async (deployment, context) => {
  const out = new DescribeText();
  const { metadata, spec = {}, status = {} } = deployment;
  out.field(0, 'Name', metadata.name);
  out.field(0, 'Namespace', metadata.namespace);
  out.field(0, 'CreationTimestamp', timeText(metadata.creationTimestamp));
  writeMap(out, 'Labels', metadata.labels);
  writeAnnotations(out, metadata.annotations);
  out.field(0, 'Selector', selectorText(spec.selector));
  out.field(0, 'Replicas', replicasText(spec.replicas ?? 0, status));
  out.field(0, 'StrategyType', spec.strategy?.type);
  out.field(0, 'MinReadySeconds', spec.minReadySeconds ?? 0);
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling) {
    out.field(0, 'RollingUpdateStrategy', `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  }
  writePodTemplate(out, spec.template);
  writeConditions(out, status.conditions);
  await writeReplicaSets(out, deployment, context.fetch);
  await writeEvents(out, deployment, context);
  return out.toString();
};

function replicasText(desired: number, status: Record<string, number | undefined>): string {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status;
  return `${desired} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`;
}

/** The newest is the one with the deployment's own revision; an idle old one is still worth a rollback. */
async function writeReplicaSets(out: DescribeText, deployment: KubeObject, fetch: DescribeFetch): Promise<void> {
  const all = await fetch.list('replicasets.apps', {
    namespace: deployment.metadata.namespace ?? '',
    labelSelector: selectorText(deployment.spec?.selector),
  });
  const owned = all.filter((set) =>
    set.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === deployment.metadata.uid),
  );
  const revision = deployment.metadata.annotations?.[REVISION];
  const newest = owned.filter((set) => revision !== undefined && set.metadata.annotations?.[REVISION] === revision);
  const old = owned.filter((set) => !newest.includes(set));
  out.field(0, 'OldReplicaSets', replicaSetsText(old));
  out.field(0, 'NewReplicaSet', replicaSetsText(newest));
}

function replicaSetsText(sets: readonly KubeObject[]): string {
  const texts = sets.map(
    (set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec?.replicas ?? 0} replicas created)`,
  );
  return texts.join(', ') || NONE;
}
