import { annotations, events, labels, layout, name, type Section } from './layout.ts';
import { writeTimedConditions } from './namespace.ts';

/** kubectl 1.32 knows the two kinds as v1beta1 alone; here they are described as v1 too. */
export const describeServiceCidr = layout(
  name,
  labels,
  annotations,
  ['CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(', ')],
  (out, { status }) => {
    if (!status?.conditions?.length) return;
    out.line(0, 'Status:');
    writeTimedConditions(out, status.conditions);
  },
  events,
);

const parentReference: Section = (out, { spec }) => {
  const parent: Record<string, string | undefined> | undefined = spec?.parentRef;
  if (!parent) return;
  out.line(0, 'Parent Reference:');
  for (const title of ['Group', 'Resource', 'Namespace', 'Name']) out.field(1, title, parent[title.toLowerCase()]);
};

export const describeIpAddress = layout(name, labels, annotations, parentReference, events);
