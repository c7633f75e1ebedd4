import { events, layout, name, namespace } from './layout.ts';
import { UNSET } from './text.ts';
import { selectorOrNone } from './values.ts';

const COUNTS: readonly [title: string, field: string][] = [
  ['Allowed disruptions', 'disruptionsAllowed'],
  ['Current', 'currentHealthy'],
  ['Desired', 'desiredHealthy'],
  ['Total', 'expectedPods'],
];

export const describePodDisruptionBudget = layout(
  name,
  namespace,
  ['Min available', ({ spec }) => spec?.minAvailable],
  ['Max unavailable', ({ spec }) => (spec?.minAvailable === undefined ? spec?.maxUnavailable : undefined)],
  ['Selector', ({ spec }) => (spec?.selector ? selectorOrNone(spec.selector) : UNSET)],
  (out, { status }) => {
    out.line(0, 'Status:');
    for (const [title, field] of COUNTS) out.field(2, title, status?.[field] ?? 0);
  },
  events,
);
