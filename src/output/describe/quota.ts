import type { KubeObject } from '../../api/meta.ts';
import { parseQuantity, Quantity } from '../../lib/quantity.ts';
import { layout, name, namespace } from './layout.ts';
import type { DescribeText } from './text.ts';
import { amountText } from './values.ts';

/** What a scope means; those that are not here say nothing more. */
const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

export const describeResourceQuota = layout(name, namespace, (out, quota) => {
  writeScopes(out, 0, quota, ' ');
  out.line(0, 'Resource\tUsed\tHard');
  out.line(0, '--------\t----\t----');
  for (const [resource, used, hard] of amountsOf(quota))
    out.line(0, `${resource}\t${alike(used, hard)}\t${amountText(hard)}`);
});

/** All quotas of a namespace under one title. */
export function writeQuotas(out: DescribeText, quotas: readonly KubeObject[]): void {
  if (quotas.length === 0) {
    out.line(0, 'No resource quota.');
    return;
  }
  out.line(0, 'Resource Quotas');
  const key = ({ metadata }: KubeObject) => metadata.name ?? '';
  for (const quota of quotas.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))) {
    out.field(1, 'Name', quota.metadata.name);
    writeScopes(out, 1, quota, '');
    out.line(1, 'Resource\tUsed\tHard');
    out.line(1, '--------\t---\t---');
    for (const [resource, used, hard] of amountsOf(quota)) {
      out.line(1, `${resource}\t${amountText(used)}\t${amountText(hard)}`);
    }
  }
}

function writeScopes(out: DescribeText, level: number, { spec }: KubeObject, bullet: string): void {
  const scopes: string[] = [...(spec?.scopes ?? [])].sort();
  if (scopes.length === 0) return;
  out.field(level, 'Scopes', scopes.join(', '));
  for (const scope of scopes) {
    if (Object.hasOwn(SCOPES, scope)) out.line(level, `${bullet}* ${SCOPES[scope]}`);
  }
}

function amountsOf({ status }: KubeObject): [resource: string, used: string | undefined, hard: string][] {
  const hard: Record<string, string> = status?.hard ?? {};
  return Object.keys(hard)
    .sort()
    .map((resource) => [resource, status?.used?.[resource], hard[resource] ?? '0']);
}

/** What is used, written as the limit is: `1Gi` beside `2Gi`, where the server said 1073741824. */
function alike(used: string | undefined, hard: string): string {
  const amount = parseQuantity(used ?? '0');
  const { format } = parseQuantity(hard);
  if (amount.format === format) return amount.toString();
  const unit = 1_000_000_000n;
  return new Quantity(((amount.nano + unit - 1n) / unit) * unit, format).toString();
}
