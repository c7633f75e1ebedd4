import type { KubeObject } from '../../api/meta.ts';
import { boolText, labelsText } from '../../api/tables/define.ts';
import { annotations, created, events, labels, layout, name, type Part } from './layout.ts';
import { writeTerm } from './persistent-volume.ts';
import { type DescribeText, NONE } from './text.ts';
import { sliceText } from './values.ts';

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

const annotationsInline: Part = ['Annotations', ({ metadata }) => labelsText(metadata.annotations)];
const parameters: Part = ['Parameters', (object) => labelsText(object.parameters)];

export const describeStorageClass = layout(
  name,
  [
    'IsDefaultClass',
    ({ metadata }) => (DEFAULT_CLASS.some((key) => metadata.annotations?.[key] === 'true') ? 'Yes' : 'No'),
  ],
  annotationsInline,
  ['Provisioner', ({ provisioner }) => provisioner ?? ''],
  parameters,
  ['AllowVolumeExpansion', ({ allowVolumeExpansion }) => boolText(allowVolumeExpansion)],
  (out, { mountOptions }) => {
    const options: string[] = mountOptions ?? [];
    if (options.length === 0) out.field(0, 'MountOptions', NONE);
    else out.line(0, 'MountOptions:');
    for (const option of options) out.line(1, option);
  },
  ['ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy],
  ['VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode],
  (out, { allowedTopologies }) => writeTopologies(out, allowedTopologies),
  events,
);

interface Topology {
  matchLabelExpressions?: { key: string; values?: string[] }[];
}

function writeTopologies(out: DescribeText, topologies: readonly Topology[] | undefined): void {
  if (!topologies) return;
  out.line(0, `AllowedTopologies:\t${topologies.length === 0 ? NONE : ''}`);
  for (const [index, { matchLabelExpressions = [] }] of topologies.entries()) {
    const lines = matchLabelExpressions.map(({ key, values = [] }) =>
      values.length > 0 ? `${key} in [${values.join(', ')}]` : `${key} in`,
    );
    writeTerm(out, 1, index, lines);
  }
}

export const describeVolumeAttributesClass = layout(
  name,
  annotationsInline,
  ['DriverName', ({ driverName }) => driverName ?? ''],
  parameters,
  events,
);

interface Driver {
  name: string;
  nodeID: string;
  allocatable?: { count?: number };
  topologyKeys?: string[];
}

export const describeCsiNode = layout(
  name,
  labels,
  annotations,
  created,
  (out, { spec }: KubeObject) => {
    out.line(0, 'Spec:');
    const drivers: Driver[] | undefined = spec?.drivers ?? undefined;
    if (drivers) out.line(1, 'Drivers:');
    for (const driver of drivers ?? []) writeDriver(out, driver);
  },
  events,
);

function writeDriver(out: DescribeText, { name: driver, nodeID, allocatable, topologyKeys }: Driver): void {
  out.line(2, `${driver}:`);
  out.field(3, 'Node ID', nodeID);
  if (allocatable?.count !== undefined) {
    out.line(3, 'Allocatables:');
    out.field(4, 'Count', allocatable.count);
  }
  if (topologyKeys) out.field(3, 'Topology Keys', sliceText(topologyKeys));
}

export const describePriorityClass = layout(
  name,
  ['Value', ({ value }) => value ?? 0],
  ['GlobalDefault', ({ globalDefault }) => globalDefault ?? false],
  ['PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''],
  ['Description', ({ description }) => description ?? ''],
  annotationsInline,
  events,
);
