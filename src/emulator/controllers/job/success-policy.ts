import type { KubeObject } from '../../../api/meta.ts';
import { IndexSet } from './index-set.ts';

interface Rule {
  succeededIndexes?: string;
  succeededCount?: number;
}

/** The message of the first rule of a job's successPolicy that is met (kubernetes matchSuccessPolicy); undefined: none is. */
export function matchSuccessPolicy(job: KubeObject, succeeded: IndexSet): string | undefined {
  const rules: Rule[] = job['spec'].successPolicy?.rules ?? [];
  if (succeeded.size === 0) return undefined;
  const at = rules.findIndex(({ succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }) => {
    if (succeededIndexes === undefined) return succeeded.size >= succeededCount;
    const wanted = new IndexSet(succeededIndexes, job['spec'].completions);
    return wanted.size > 0 && wanted.overlap(succeeded) >= Math.min(wanted.size, succeededCount);
  });
  return at < 0 ? undefined : `Matched rules at index ${at}`;
}
