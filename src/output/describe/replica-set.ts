import { labelsText } from '../../api/tables/define.ts';
import { orFailure } from './fetch.ts';
import { annotations, controlledBy, events, labels, layout, name, namespace, type Row } from './layout.ts';
import { mapLines } from './maps.ts';
import { writePodTemplate } from './pod-spec.ts';
import { selectorOrNone, selectorQuery } from './values.ts';
import { conditions, podsStatus, podsStatusText } from './workload.ts';

const replicas: Row = [
  'Replicas',
  ({ spec, status }) => `${status?.replicas ?? 0} current / ${spec?.replicas ?? 0} desired`,
];

/** That its pods cannot be read does not fail the whole, as it does for other workloads. */
export const describeReplicaSet = layout(
  name,
  namespace,
  ['Selector', ({ spec }) => selectorOrNone(spec?.selector)],
  labels,
  annotations,
  controlledBy,
  replicas,
  async (out, set, { fetch }) => {
    const status = await orFailure(podsStatusText(set, selectorQuery(set.spec?.selector), fetch));
    out.field(0, 'Pods Status', 'value' in status ? status.value : `error in fetching pods: ${status.failure}`);
  },
  (out, { spec }) => writePodTemplate(out, spec?.template),
  conditions,
  events,
);

export const describeReplicationController = layout(
  name,
  namespace,
  ['Selector', ({ spec }) => labelsText(spec?.selector)],
  labels,
  annotations,
  replicas,
  podsStatus(({ spec }) => mapLines(spec?.selector).join(',')),
  (out, { spec }) => writePodTemplate(out, spec?.template),
  conditions,
  events,
);
