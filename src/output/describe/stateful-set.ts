import type { KubeObject } from '../../api/meta.ts';
import { annotations, created, events, labels, layout, name, namespace } from './layout.ts';
import { writeMap } from './maps.ts';
import { claimClass } from './persistent-volume-claim.ts';
import { writePodTemplate } from './pod-spec.ts';
import { type DescribeText, NONE } from './text.ts';
import { amountText, selectorQuery, sliceText } from './values.ts';
import { podsStatus } from './workload.ts';

export const describeStatefulSet = layout(
  name,
  namespace,
  created,
  ['Selector', ({ spec }) => selectorQuery(spec?.selector)],
  labels,
  annotations,
  ['Replicas', ({ spec, status }) => `${spec?.replicas ?? 0} desired | ${status?.replicas ?? 0} total`],
  ['Update Strategy', ({ spec }) => spec?.updateStrategy?.type ?? ''],
  (out, { spec }) => {
    const { partition, maxUnavailable } = spec?.updateStrategy?.rollingUpdate ?? {};
    if (partition === undefined) return;
    out.field(1, 'Partition', partition);
    if (maxUnavailable !== undefined) out.field(1, 'MaxUnavailable', maxUnavailable);
  },
  podsStatus(({ spec }) => selectorQuery(spec?.selector)),
  (out, { spec }) => writePodTemplate(out, spec?.template),
  (out, { spec }) => writeClaims(out, spec?.volumeClaimTemplates ?? []),
  events,
);

function writeClaims(out: DescribeText, claims: readonly KubeObject[]): void {
  if (claims.length === 0) {
    out.field(0, 'Volume Claims', NONE);
    return;
  }
  out.line(0, 'Volume Claims:');
  for (const claim of claims) {
    const { metadata, spec } = claim;
    const storage = spec?.resources?.requests?.storage;
    out.field(1, 'Name', metadata.name);
    out.field(1, 'StorageClass', claimClass(claim));
    writeMap(out, 'Labels', metadata.labels, '  ');
    writeMap(out, 'Annotations', metadata.annotations, '  ');
    out.field(1, 'Capacity', storage === undefined ? '<default>' : amountText(storage));
    out.field(1, 'Access Modes', sliceText(spec?.accessModes));
  }
}
