import type { KubeObject } from '../../api/meta.ts';
import { annotations, events, labels, layout, name } from './layout.ts';
import { claimClass } from './persistent-volume-claim.ts';
import { type DescribeText, NONE } from './text.ts';
import { terminatingText } from './time.ts';
import { accessModesText, amountText, sliceText } from './values.ts';
import { persistentVolumeKinds } from './volume-kinds.ts';
import { writeVolumeSource } from './volumes.ts';

export const describePersistentVolume = layout(
  name,
  labels,
  annotations,
  ['Finalizers', ({ metadata }) => sliceText(metadata.finalizers)],
  ['StorageClass', claimClass],
  [
    'Status',
    ({ metadata: { deletionTimestamp }, status }, { nowMs }) =>
      deletionTimestamp ? terminatingText(deletionTimestamp, nowMs) : (status?.phase ?? ''),
  ],
  ['Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '')],
  ['Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''],
  ['Access Modes', ({ spec }) => accessModesText(spec?.accessModes)],
  ['VolumeMode', ({ spec }) => spec?.volumeMode],
  ['Capacity', ({ spec }) => amountText(spec?.capacity?.storage)],
  (out, { spec }) => writeNodeAffinity(out, spec?.nodeAffinity),
  ['Message', ({ status }) => status?.message ?? ''],
  (out, { spec }) => {
    out.line(0, 'Source:');
    writeVolumeSource(out, spec, persistentVolumeKinds);
  },
  events,
);

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

function writeNodeAffinity(out: DescribeText, affinity: KubeObject['spec']): void {
  const terms: { matchExpressions?: Requirement[] }[] | undefined = affinity?.required?.nodeSelectorTerms;
  if (!affinity?.required) {
    out.field(0, 'Node Affinity', NONE);
    return;
  }
  out.line(0, 'Node Affinity:\t');
  out.line(1, `Required Terms:\t${terms && terms.length > 0 ? '' : NONE}`);
  for (const [index, { matchExpressions = [] }] of (terms ?? []).entries()) {
    const lines = matchExpressions.map(({ key, operator, values = [] }) =>
      [`${key} ${operator.toLowerCase()}`, ...(values.length > 0 ? [`[${values.join(', ')}]`] : [])].join(' '),
    );
    writeTerm(out, 2, index, lines);
  }
}

/** `Term 0:` and what it asks for, one line each. */
export function writeTerm(out: DescribeText, level: number, index: number, lines: readonly string[]): void {
  out.print(level, `Term ${index}:\t`);
  if (lines.length === 0) out.line(0, NONE);
  for (const [at, line] of lines.entries()) {
    if (at > 0) out.print(level, '\t');
    out.line(0, line);
  }
}
