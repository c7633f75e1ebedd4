import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import type { DescribeText } from './text.ts';

/** What a description looks up besides its object. Failures throw KctlError. */
export interface DescribeFetch {
  /** `groupResource` as in `events`, `replicasets.apps`; an empty namespace means all. */
  list(
    groupResource: string,
    where: { namespace: string; labelSelector?: string; fieldSelector?: string },
  ): Promise<KubeObject[]>;
  /** Undefined where there is none of that name. `groupResource` may name a version: `jobs.v1.batch`. */
  get(groupResource: string, namespace: string, name: string): Promise<KubeObject | undefined>;
  /** What is known of the image of a container of the pod; absent where nobody should be asked. */
  image?(reference: string, pod: KubeObject): Promise<ImageFacts | undefined>;
}

export interface DescribeContext {
  resource: ResourceInfo;
  fetch: DescribeFetch;
  nowMs: number;
  showEvents: boolean;
}

/** Describes one kind. */
export type Describer = (object: KubeObject, context: DescribeContext) => Promise<DescribeText>;

/** What `attempt` answers, or the words of its failure. */
export async function orFailure<T>(attempt: Promise<T>): Promise<{ value: T } | { failure: string }> {
  try {
    return { value: await attempt };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** The words of a server that has no object of the name. */
export function notFoundText(groupResource: string, name: string): string {
  return `${groupResource} "${name}" not found`;
}
