import { labelsText } from '../../api/tables/define.ts';
import { annotations, events, labels, layout, name } from './layout.ts';
import { writePodTemplate } from './pod-spec.ts';
import { selectorQuery } from './values.ts';
import { podsStatus } from './workload.ts';

/** Counts are written without cells, as kubectl does. */
const COUNTS: readonly [title: string, field: string][] = [
  ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'],
  ['Current Number of Nodes Scheduled', 'currentNumberScheduled'],
  ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
  ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'],
  ['Number of Nodes Misscheduled', 'numberMisscheduled'],
];

export const describeDaemonSet = layout(
  name,
  ['Selector', ({ spec }) => selectorQuery(spec?.selector)],
  ['Node-Selector', ({ spec }) => labelsText(spec?.template?.spec?.nodeSelector)],
  labels,
  annotations,
  (out, { status }) => {
    for (const [title, field] of COUNTS) out.line(0, `${title}: ${status?.[field] ?? 0}`);
  },
  podsStatus(({ spec }) => selectorQuery(spec?.selector)),
  (out, { spec }) => writePodTemplate(out, spec?.template),
  events,
);
