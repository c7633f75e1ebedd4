import { parseQuantity } from '../../lib/quantity.ts';

/** CPU in thousandths of a core and memory in bytes, rounded up as Go's quantities are. */
export interface Usage {
  cpu: bigint;
  memory: bigint;
}

export interface UsageTexts {
  cpu?: string;
  memory?: string;
}

/** One thing's usage; what is not told counts as none. */
export function usageOf(texts: UsageTexts | undefined): Usage {
  return toUsage(nano(texts?.cpu), nano(texts?.memory));
}

/** The whole of several, added before it is rounded. */
export function sumOf(parts: readonly (UsageTexts | undefined)[]): Usage {
  let [cpu, memory] = [0n, 0n];
  for (const part of parts) {
    cpu += nano(part?.cpu);
    memory += nano(part?.memory);
  }
  return toUsage(cpu, memory);
}

const nano = (text: string | undefined): bigint => parseQuantity(text ?? '0').nano;

const toUsage = (cpu: bigint, memory: bigint): Usage => ({
  cpu: upTo(cpu, 1_000_000n),
  memory: upTo(memory, 1_000_000_000n),
});

function upTo(value: bigint, unit: bigint): bigint {
  return value <= 0n ? value / unit : (value + unit - 1n) / unit;
}

export const cpuText = ({ cpu }: Usage): string => `${cpu}m`;
export const memoryText = ({ memory }: Usage): string => `${memory / 1_048_576n}Mi`;

/** `12%` of what there is, cut off. */
export function shareText(used: bigint, available: bigint): string {
  return `${Math.trunc((Number(used) / Number(available)) * 100)}%`;
}

/** Which of two comes first: more usage, or else the name. */
export function usageOrder(sortBy: string): ((a: Usage, b: Usage) => boolean) | undefined {
  if (sortBy === 'cpu') return (a, b) => a.cpu > b.cpu;
  return sortBy === 'memory' ? (a, b) => a.memory > b.memory : undefined;
}
