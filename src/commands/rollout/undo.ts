import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { templatesEqual, withoutTemplateHash } from '../../store/rollout/revisions.ts';
import { defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';
import { patchWorkload } from './patch-workload.ts';
import { podTemplateText } from './pod-template-text.ts';
import { keeperOf, type RevisionRecord, revisionHistory, withoutHistory } from './revision-history.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface UndoOptions extends WorkloadSelection {
  /** 0 is the revision before the present one. */
  toRevision: number;
  dryRun: DryRun;
  output: ResultOutput;
}

/** Annotations that belong to the deployment and not to a revision (kubectl reference 3.7). */
const annotationsThatStay = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** `kctl rollout undo`: back to an earlier revision. */
export const undoCommand = defineCommand<UndoOptions>({
  flags: [
    ...selectionFlags,
    { name: 'to-revision', type: 'int', default: 0, describe: 'The revision to go back to; 0 is the one before.' },
    dryRunFlag,
    ...printFlags(objectFormats.join(', ')),
  ],
  complete: (invocation, { io }) => ({
    ...readSelection(invocation),
    toRevision: Number(invocation.flags['to-revision']),
    dryRun: parseDryRun(invocation.flags, io),
    output: readResultOutput(invocation.flags),
  }),
  async run({ toRevision, dryRun, output, ...selection }, context) {
    const printer = await resultPrinter(output, dryRun, context.io);
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const result = await rollBack(workload, cluster, toRevision, dryRun);
      printer.print(workload.resource, workload.object, result);
    });
  },
});

/** @returns what happened, in kubectl's words */
async function rollBack(workload: Workload, cluster: Cluster, to: number, dryRun: DryRun): Promise<string> {
  if (!keeperOf(workload.object.kind)) {
    throw withoutHistory(workload, 'rollbacker');
  }
  const history = await revisionHistory(workload, cluster);
  const isDeployment = workload.object.kind === 'Deployment';
  const target = findRevision(history, to, isDeployment, workload.object.metadata.name ?? '');
  if (dryRun === 'client') {
    const text = podTemplateText(target.template);
    return isDeployment ? text : `will roll back to ${text}`;
  }
  if (isDeployment && workload.object.spec?.paused) {
    throw new KctlError(
      'input',
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  }
  if (isAlready(workload.object, target)) {
    return `skipped rollback (current template already matches revision ${to})`;
  }
  const patch = isDeployment
    ? ({ type: 'json', body: deploymentPatch(workload.object, target) } as const)
    : ({ type: 'strategic', body: target.keeper.data } as const);
  await patchWorkload(workload, cluster, patch, { dryRun });
  return 'rolled back';
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
