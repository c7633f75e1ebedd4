import type { Readable } from 'node:stream';
import type { ImageFacts } from '../api/image-facts.ts';
import type { KubeObject, TableRow } from '../api/meta.ts';
import type { ResourceInfo } from '../api/resource.ts';
import type { Source } from '../api/source.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Timing } from '../store/timing.ts';
import type { ObjectRef, ViewScope } from './views/view.ts';

export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
  follow: boolean;
  /** Only lines after this RFC 3339 time; else the last `tailLines`. */
  sinceTime?: string;
  tailLines: number;
  signal: AbortSignal;
}

/** One context of the kubeconfig. */
interface ContextChoice {
  name: string;
  cluster: string;
  user: string;
  namespace: string;
}

/**
 * Everything that the dashboard does through the network, so that views and actions work in tests
 * without one. Methods reject with KctlError or ApiStatusError.
 */
export interface DashboardServices {
  readonly cluster: Cluster;
  readonly timing: Timing;
  readonly env: Record<string, string | undefined>;
  tableSource(resource: ResourceInfo, scope: ViewScope): Source<TableRow>;
  objectSource(resource: ResourceInfo, scope: ViewScope): Source<KubeObject>;
  get(resource: ResourceInfo, namespace: string | undefined, name: string): Promise<KubeObject>;
  list(resource: ResourceInfo, scope: ViewScope): Promise<KubeObject[]>;
  describe(ref: ObjectRef): Promise<string>;
  delete(ref: ObjectRef, options: { propagationPolicy: string; gracePeriodSeconds?: number }): Promise<void>;
  /** Every line is led by its RFC 3339 time and a space. */
  logs(request: LogRequest): Promise<Readable>;
  /** Undefined where nobody knows the image's layers. */
  imageFacts(reference: string): Promise<ImageFacts | undefined>;
  contexts(): Promise<{ current: string; contexts: ContextChoice[] }>;
  /** The same services for another context. */
  openContext(name: string): Promise<DashboardServices>;
}
