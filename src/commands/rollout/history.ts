import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { CHANGE_CAUSE_ANNOTATION } from '../../store/rollout/revisions.ts';
import { defineCommand } from '../command.ts';
import { isLikeKubectl } from '../get/like-kubectl.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { podTemplateText } from './pod-template-text.ts';
import { type RevisionRecord, revisionHistory } from './revision-history.ts';
import { forEachWorkload, readSelection, selectionFlags, type WorkloadSelection } from './workloads.ts';

interface HistoryOptions extends WorkloadSelection {
  /** 0 lists all. */
  revision: number;
  output: ResultOutput;
  /** What kubectl does not tell: age, outcome, images. */
  details: boolean;
}

/** Not one of kubectl's. */
const WIDE = 'wide';

/** `kctl rollout history`: the revisions of a workload, or the pod template of one. */
export const historyCommand = defineCommand<HistoryOptions>({
  flags: [
    ...selectionFlags,
    { name: 'revision', type: 'int', default: 0, describe: 'Show the pod template of this revision.' },
    {
      name: 'details',
      type: 'bool',
      default: false,
      describe: 'Tell the age, the outcome and the images of each revision too; on a terminal that is the default.',
      own: true,
    },
    ...printFlags(objectFormats.join(', '), { [WIDE]: 'the same as --details' }),
  ],
  complete(invocation, context) {
    const { flags, given } = invocation;
    const isWide = flags.output === WIDE && context.tool !== 'kubectl';
    const output = readResultOutput(isWide ? { ...flags, output: '' } : flags);
    const details = given.has('details') ? flags.details === true : isWide || !isLikeKubectl(context);
    return { ...readSelection(invocation), revision: Number(flags.revision), output, details };
  },
  validate({ revision }) {
    if (revision < 0) throw new KctlError('usage', `revision must be a positive integer: ${revision}`);
  },
  async run({ revision, output, details, ...selection }, context) {
    const printer = await resultPrinter(output, 'none', context.io);
    const table = async (object: KubeObject, history: readonly RevisionRecord[], cluster: Cluster) => {
      if (!details) return historyTable(history);
      const { detailedHistory } = await import('./history/details.ts');
      return detailedHistory(object, history, cluster, context.signal);
    };
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const history = await revisionHistory(workload, cluster);
      const chosen = revision > 0 ? history.filter((record) => record.revision === revision) : history;
      if (revision > 0 && chosen.length === 0) throw new KctlError('input', 'unable to find the specified revision');
      if (output.format.name !== '') {
        for (const { keeper } of chosen) {
          const shown = keeper.kind === 'ReplicaSet' ? keeper : withTemplate(workload.object, keeper);
          printer.print({ ...workload.resource, kind: shown.kind }, shown, '');
        }
        return;
      }
      const title = revision > 0 ? `with revision #${revision}` : '';
      const text =
        revision > 0 ? podTemplateText(withChangeCause(chosen[0]!)) : await table(workload.object, chosen, cluster);
      printer.print(workload.resource, workload.object, `${title}\n${text}`);
    });
  },
});

/** Where a ControllerRevision keeps it, a revision is shown as the workload with the template of then. */
function withTemplate(object: KubeObject, { data }: KubeObject): KubeObject {
  const { $patch: _, ...template } = (data?.spec?.template ?? {}) as Record<string, unknown>;
  return { ...object, spec: { ...object.spec, template } };
}

/** kubectl shows a ReplicaSet's change cause as if it were an annotation of the template. */
function withChangeCause({ template, changeCause, keeper }: RevisionRecord): RevisionRecord['template'] {
  if (changeCause === '' || keeper.kind !== 'ReplicaSet') return template;
  const annotations = { ...template.metadata?.annotations, [CHANGE_CAUSE_ANNOTATION]: changeCause };
  return { ...template, metadata: { ...template.metadata, annotations } };
}

/** Lowest revision first, as kubectl aligns it: columns two blanks apart. */
export function historyTable(history: readonly { revision: number; changeCause: string }[]): string {
  if (history.length === 0) return 'No rollout history found.';
  const width = Math.max('REVISION'.length, ...history.map(({ revision }) => String(revision).length)) + 2;
  const line = (a: string, b: string) => `${a.padEnd(width)}${b}\n`;
  const rows = history.map(({ revision, changeCause }) => line(String(revision), changeCause || '<none>'));
  return line('REVISION', 'CHANGE-CAUSE') + rows.join('');
}
