import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/meta.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { KctlError } from '../../../lib/errors.ts';
import { templatesEqual, withoutTemplateHash } from '../../../store/rollout/revisions.ts';
import type { DryRun } from '../../shared/write-flags.ts';
import { patchWorkload } from '../patch-workload.ts';
import { podTemplateText } from '../pod-template-text.ts';
import { keeperOf, type RevisionRecord, revisionHistory, withoutHistory } from '../revision-history.ts';
import type { Workload } from '../workloads.ts';

/** Annotations that belong to the deployment and not to a revision (kubectl reference 3.7). */
const annotationsThatStay = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** A way back to an earlier revision. */
export interface Rollback {
  workload: Workload;
  history: readonly RevisionRecord[];
  /** As the user gave it; 0 is the revision before the present one. */
  wanted: number;
  target: RevisionRecord;
}

/** @throws KctlError `input` where there is no such revision, `usage` for kinds without any */
export async function findRollback(workload: Workload, cluster: Cluster, wanted: number): Promise<Rollback> {
  if (!keeperOf(workload.object.kind)) {
    throw withoutHistory(workload, 'rollbacker');
  }
  const history = await revisionHistory(workload, cluster);
  const isDeployment = workload.object.kind === 'Deployment';
  const target = findRevision(history, wanted, isDeployment, workload.object.metadata.name ?? '');
  return { workload, history, wanted, target };
}

/** What a dry run of the client says. */
export function rollbackText({ workload, target }: Rollback): string {
  const text = podTemplateText(target.template);
  return workload.object.kind === 'Deployment' ? text : `will roll back to ${text}`;
}

/**
 * Why nothing is to be done, in kubectl's words; undefined where something is.
 * @throws KctlError `input` for a deployment that is paused
 */
export function whySkipped({ workload: { object }, target, wanted }: Rollback): string | undefined {
  if (object.kind === 'Deployment' && object.spec?.paused) {
    throw new KctlError(
      'input',
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  }
  return isAlready(object, target)
    ? `skipped rollback (current template already matches revision ${wanted})`
    : undefined;
}

/** @returns the workload as it is then, or would be after a server's dry run */
export async function rollBack({ workload, target }: Rollback, cluster: Cluster, dryRun: DryRun): Promise<Workload> {
  const isDeployment = workload.object.kind === 'Deployment';
  const patch = isDeployment
    ? ({ type: 'json', body: deploymentPatch(workload.object, target) } as const)
    : ({ type: 'strategic', body: target.keeper.data } as const);
  return patchWorkload(workload, cluster, patch, { dryRun });
}

function findRevision(
  history: readonly RevisionRecord[],
  wanted: number,
  isDeployment: boolean,
  name: string,
): RevisionRecord {
  const found = wanted === 0 ? history.at(-2) : history.find((record) => record.revision === wanted);
  if (found) return found;
  if (wanted !== 0) throw new KctlError('input', `unable to find specified revision ${wanted} in history`);
  throw new KctlError(
    'input',
    isDeployment ? `no rollout history found for deployment "${name}"` : 'no last revision to roll back to',
  );
}

function isAlready(object: KubeObject, target: RevisionRecord): boolean {
  const template = object.spec?.template ?? {};
  if (object.kind === 'Deployment') return templatesEqual(target.template, template);
  return isDeepStrictEqual(target.keeper.data, { spec: { template: { ...template, $patch: 'replace' } } });
}

function deploymentPatch(deployment: KubeObject, { template, keeper }: RevisionRecord): unknown[] {
  const pick = (object: KubeObject, stays: boolean) =>
    Object.entries(object.metadata.annotations ?? {}).filter(([key]) => annotationsThatStay.includes(key) === stays);
  return [
    { op: 'replace', path: '/spec/template', value: withoutTemplateHash(template) },
    {
      op: 'replace',
      path: '/metadata/annotations',
      value: Object.fromEntries([...pick(deployment, true), ...pick(keeper, false)]),
    },
  ];
}
