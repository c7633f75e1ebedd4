import { selectorText } from '../../api/tables/apps.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { writePodTemplate } from './pod-spec.ts';
import { DescribeText, writeAnnotations, writeMap } from './text.ts';
import { podsStatusText, writeConditions } from './workload.ts';

export const describeReplicaSet: Describer = async (set, context) => {
  const out = new DescribeText();
  out.field(0, 'Name', set.metadata.name);
  out.field(0, 'Namespace', set.metadata.namespace);
  out.field(0, 'Selector', selectorText(set.spec?.selector));
  writeMap(out, 'Labels', set.metadata.labels);
  writeAnnotations(out, set.metadata.annotations);
  const controller = set.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller) out.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  out.field(0, 'Replicas', `${set.status?.replicas ?? 0} current / ${set.spec?.replicas ?? 0} desired`);
  out.field(0, 'Pods Status', await podsStatusText(set, context.fetch));
  writePodTemplate(out, set.spec?.template);
  writeConditions(out, set.status?.conditions);
  await writeEvents(out, set, context);
  return out.toString();
};
