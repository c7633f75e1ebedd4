import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';

/** What a description looks up besides its object. A look-up that fails is the caller's: it answers with nothing. */
export interface DescribeFetch {
  /** `groupResource` as in `events`, `replicasets.apps`; an empty namespace means all. */
  list(
    groupResource: string,
    where: { namespace: string; labelSelector?: string; fieldSelector?: string },
  ): Promise<KubeObject[]>;
  get(groupResource: string, namespace: string, name: string): Promise<KubeObject | undefined>;
  image(reference: string): Promise<ImageFacts | undefined>;
}

export interface DescribeContext {
  resource: ResourceInfo;
  fetch: DescribeFetch;
  nowMs: number;
}

/** Describes one kind: everything but the events, which come last for every kind that has them. */
export type Describer = (object: KubeObject, context: DescribeContext) => Promise<string>;
