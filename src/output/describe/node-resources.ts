import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { ageSince } from '../../lib/age.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { DescribeContext } from './fetch.ts';
import type { Section } from './layout.ts';
import { type Amounts, podResources, sumAmounts } from './pod-resources.ts';
import type { DescribeText } from './text.ts';

/** The pods of a node and what they ask of it. */
export const allocatedResources: Section = async (out, node, context) => {
  const pods = await podsOf(node, context);
  if (pods) writePods(out, node, pods, context.nowMs);
  else out.field(0, 'Pods', 'not authorized');
};

/** Undefined where the user may see the node and not the pods. */
async function podsOf({ metadata }: KubeObject, { fetch }: DescribeContext): Promise<KubeObject[] | undefined> {
  const fieldSelector = `spec.nodeName=${metadata.name},status.phase!=Succeeded,status.phase!=Failed`;
  try {
    return await fetch.list('pods', { namespace: '', fieldSelector });
  } catch (error) {
    if (isApiError(error, 'Forbidden')) return undefined;
    throw error;
  }
}

function writePods(out: DescribeText, node: KubeObject, pods: readonly KubeObject[], nowMs: number): void {
  const { capacity = {}, allocatable = {} } = node.status ?? {};
  const total: Record<string, string> = Object.keys(allocatable).length > 0 ? allocatable : capacity;
  out.field(0, 'Non-terminated Pods', `(${pods.length} in total)`);
  out.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  out.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  const allRequests: Amounts[] = [];
  const allLimits: Amounts[] = [];
  for (const pod of pods) {
    const requests = podResources(pod, 'requests');
    const limits = podResources(pod, 'limits');
    allRequests.push(requests);
    allLimits.push(limits);
    const shares = ['cpu', 'memory'].map((name) => shareTexts(requests, limits, name, total[name])).join('\t');
    const { namespace = '', name = '', creationTimestamp } = pod.metadata;
    out.line(1, `${namespace}\t${name}\t\t${shares}\t${ageSince(creationTimestamp, nowMs)}`);
  }
  writeAllocated(out, sumAmounts(allRequests), sumAmounts(allLimits), total);
}

const ALWAYS_SHOWN = ['cpu', 'memory', 'ephemeral-storage'];

function writeAllocated(out: DescribeText, requests: Amounts, limits: Amounts, total: Record<string, string>): void {
  out.line(0, 'Allocated resources:');
  out.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  out.columns(1, ['Resource', 'Requests', 'Limits']);
  const others = Object.keys(total)
    .filter((name) => !ALWAYS_SHOWN.includes(name) && name !== 'pods')
    .sort();
  const hugePages = others.filter((name) => name.startsWith('hugepages-'));
  for (const name of [...ALWAYS_SHOWN, ...hugePages]) {
    out.line(1, `${name}\t${shareTexts(requests, limits, name, total[name])}`);
  }
  for (const name of others.filter((other) => !hugePages.includes(other))) {
    out.line(1, `${name}\t${requests.get(name) ?? '0'}\t${limits.get(name) ?? '0'}`);
  }
}

/** Requests and limits, each with its share of what the node can give, rounded down: `250m (6%)`. */
function shareTexts(requests: Amounts, limits: Amounts, name: string, total: string | undefined): string {
  const whole = countOf(name, total);
  return [requests, limits]
    .map((amounts) => {
      const amount = amounts.get(name)?.toString();
      const percent = whole > 0 ? Math.trunc((countOf(name, amount) / whole) * 100) : 0;
      return `${amount ?? '0'} (${percent}%)`;
    })
    .join('\t');
}

/** Processors are counted in thousandths, everything else in whole ones, each rounded up. */
function countOf(name: string, amount: string | undefined): number {
  const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  const { nano } = parseQuantity(amount ?? '0');
  return Number(nano >= 0n ? (nano + unit - 1n) / unit : nano / unit);
}
