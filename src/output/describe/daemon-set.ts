import { selectorText } from '../../api/tables/apps.ts';
import { labelsText } from '../../api/tables/define.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { writePodTemplate } from './pod-spec.ts';
import { DescribeText, writeAnnotations, writeMap } from './text.ts';
import { podsStatusText } from './workload.ts';

/** Counts are written without cells, as kubectl does. */
const COUNTS: readonly [title: string, field: string][] = [
  ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'],
  ['Current Number of Nodes Scheduled', 'currentNumberScheduled'],
  ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
  ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'],
  ['Number of Nodes Misscheduled', 'numberMisscheduled'],
];

export const describeDaemonSet: Describer = async (set, context) => {
  const out = new DescribeText();
  out.field(0, 'Name', set.metadata.name);
  out.field(0, 'Selector', selectorText(set.spec?.selector));
  out.field(0, 'Node-Selector', labelsText(set.spec?.template?.spec?.nodeSelector));
  writeMap(out, 'Labels', set.metadata.labels);
  writeAnnotations(out, set.metadata.annotations);
  for (const [title, field] of COUNTS) out.line(0, `${title}: ${set.status?.[field] ?? 0}`);
  out.field(0, 'Pods Status', await podsStatusText(set, context.fetch));
  writePodTemplate(out, set.spec?.template);
  await writeEvents(out, set, context);
  return out.toString();
};
