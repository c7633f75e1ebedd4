import type { KubeObject } from '../../api/meta.ts';
import { selectorText } from '../../api/tables/apps.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { writePodTemplate } from './pod-spec.ts';
import { DescribeText, NONE, timeText, writeAnnotations, writeMap } from './text.ts';
import { podsStatusText } from './workload.ts';

export const describeStatefulSet: Describer = async (set, context) => {
  const out = new DescribeText();
  const { metadata, spec = {} } = set;
  out.field(0, 'Name', metadata.name);
  out.field(0, 'Namespace', metadata.namespace);
  out.field(0, 'CreationTimestamp', timeText(metadata.creationTimestamp));
  out.field(0, 'Selector', selectorText(spec.selector));
  writeMap(out, 'Labels', metadata.labels);
  writeAnnotations(out, metadata.annotations);
  out.field(0, 'Replicas', `${spec.replicas ?? 0} desired | ${set.status?.replicas ?? 0} total`);
  out.field(0, 'Update Strategy', spec.updateStrategy?.type);
  const partition = spec.updateStrategy?.rollingUpdate?.partition;
  if (partition !== undefined) out.field(1, 'Partition', partition);
  out.field(0, 'Pods Status', await podsStatusText(set, context.fetch));
  writePodTemplate(out, spec.template);
  writeClaims(out, spec.volumeClaimTemplates ?? []);
  await writeEvents(out, set, context);
  return out.toString();
};

function writeClaims(out: DescribeText, claims: readonly KubeObject[]): void {
  if (claims.length === 0) {
    out.field(0, 'Volume Claims', NONE);
    return;
  }
  out.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    out.field(1, 'Name', metadata.name);
    out.field(1, 'StorageClass', spec?.storageClassName);
    writeMap(out, 'Labels', metadata.labels, '  ');
    writeAnnotations(out, metadata.annotations, '  ');
    out.field(1, 'Capacity', spec?.resources?.requests?.storage ?? '<default>');
    out.field(1, 'Access Modes', `[${(spec?.accessModes ?? []).join(' ')}]`);
  }
}
