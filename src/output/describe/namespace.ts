import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { DescribeFetch } from './fetch.ts';
import { annotations, labels, layout, name, type Section } from './layout.ts';
import { writeLimitRanges } from './limit-range.ts';
import { writeQuotas } from './quota.ts';
import type { DescribeText } from './text.ts';
import { timeText } from './time.ts';

interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

export const describeNamespace = layout(
  name,
  labels,
  annotations,
  ['Status', ({ status }) => status?.phase ?? ''],
  (out, { status }) => writeTimedConditions(out, status?.conditions ?? []),
  ofNamespace('resourcequotas', writeQuotas),
  ofNamespace('limitranges', writeLimitRanges),
);

/** Nothing where the server does not know the kind. */
function ofNamespace(kind: string, write: (out: DescribeText, objects: KubeObject[]) => void): Section {
  return async (out, { metadata }, { fetch }) => {
    const objects = await listKnown(fetch, kind, metadata.name ?? '');
    if (!objects) return;
    out.line(0, '');
    write(out, objects);
  };
}

async function listKnown(fetch: DescribeFetch, kind: string, namespace: string): Promise<KubeObject[] | undefined> {
  try {
    return await fetch.list(kind, { namespace });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Conditions with the time of their last change; nothing where there are none. */
export function writeTimedConditions(out: DescribeText, conditions: readonly Condition[]): void {
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.columns(1, ['Type', 'Status', 'LastTransitionTime', 'Reason', 'Message']);
  for (const { type, status, lastTransitionTime, reason = '', message = '' } of conditions) {
    out.line(1, [type, status, timeText(lastTransitionTime), reason, message].join('\t'));
  }
}
