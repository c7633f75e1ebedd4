import type { KubeObject } from '../../api/meta.ts';
import { layout, name, namespace } from './layout.ts';
import type { DescribeText } from './text.ts';
import { amountText } from './values.ts';

const COLUMNS = ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'];
/** Where a limit has the amounts of the last columns. */
const FIELDS = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const;

type Limit = Partial<Record<(typeof FIELDS)[number], Record<string, string>>> & { type: string };

export const describeLimitRange = layout(name, namespace, (out, range) => {
  out.columns(0, COLUMNS);
  writeLimits(out, range, '');
});

/** All limit ranges of a namespace in one table. */
export function writeLimitRanges(out: DescribeText, ranges: readonly KubeObject[]): void {
  if (ranges.length === 0) {
    out.line(0, 'No LimitRange resource.');
    return;
  }
  out.line(0, 'Resource Limits');
  out.line(0, ` ${COLUMNS.join('\t')}`);
  out.line(0, ` ${COLUMNS.map((title) => '-'.repeat(title.length)).join('\t')}`);
  for (const range of ranges) writeLimits(out, range, ' ');
}

/** Resources in the order of names; kubectl's is by chance. */
function writeLimits(out: DescribeText, { spec }: KubeObject, indent: string): void {
  for (const limit of (spec?.limits ?? []) as Limit[]) {
    const resources = new Set(FIELDS.flatMap((field) => Object.keys(limit[field] ?? {})));
    for (const resource of [...resources].sort()) {
      const amounts = FIELDS.map((field) => {
        const amount = limit[field]?.[resource];
        return amount === undefined ? '-' : amountText(amount);
      });
      out.line(0, `${indent}${[limit.type, resource, ...amounts].join('\t')}`);
    }
  }
}
