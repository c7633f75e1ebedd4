// What other projects see of this package as `kctl/testing`. The build makes the type declarations of this
// file alone, so it imports nothing.

export interface StartClusterOptions {
  /** `empty` (default): what every cluster has; `demo`: with the demo shop and its past. */
  seed?: 'empty' | 'demo';
  /** Simulated nodes; 1 by default. */
  nodes?: number;
  /** Of cluster, context and user in the kubeconfig; `kctl-testing` by default. */
  name?: string;
  /** Keeps the cluster in this folder, for a later start to go on with. Without it nothing is kept. */
  dataDir?: string;
  /** Where to write the kubeconfig (mode 0600), for tools that want a file. */
  kubeconfigPath?: string;
  /** TCP port on 127.0.0.1; by default a free one. */
  port?: number;
  /** `simulated`: time moves only by `advance`, so that hours pass in milliseconds. */
  clock?: 'real' | 'simulated';
  /** Uniform in [0, 1), for runs that can be repeated. */
  random?: () => number;
  /** Bytes that stored objects may take together; by default a sixteenth of what the heap may grow to. */
  quota?: number;
  /** Takes entries of the server's log; standard error by default. */
  log?: (text: string) => void;
}

/** Any object of the API, as JSON. */
export interface ClusterObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    uid?: string;
    resourceVersion?: string;
    [field: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a kind holds is known to its users
  [field: string]: any;
}

/**
 * The API without HTTP, for setting up and looking at a test's world: the same defaulting, validation,
 * admission and storage as a request. Resources are named as messages name them: `pods`,
 * `deployments.apps`. Failures are errors with a `status`, the API's Status.
 */
export interface ClusterClient {
  create(resource: string, object: ClusterObject): Promise<ClusterObject>;
  /** A stale `metadata.resourceVersion` is a Conflict. */
  update(resource: string, object: ClusterObject): Promise<ClusterObject>;
  /** Writes `.status` only. */
  updateStatus(resource: string, object: ClusterObject): Promise<ClusterObject>;
  delete(resource: string, namespace: string | undefined, name: string): Promise<void>;
  /** A copy of what is stored. */
  get(resource: string, namespace: string | undefined, name: string): ClusterObject | undefined;
  list(resource: string, namespace?: string): ClusterObject[];
}

export interface RunningCluster {
  /** `https://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** YAML of an administrator (system:masters), with everything in it that a client needs. */
  kubeconfig: string;
  /** Set where `kubeconfigPath` was asked for. */
  kubeconfigPath: string | undefined;
  client: ClusterClient;
  /** Resolves when controllers, scheduler and kubelets have nothing to do at this moment. */
  idle(): Promise<void>;
  /** Lets simulated time pass, with all that happens in it. Rejects where the clock is real. */
  advance(ms: number): Promise<void>;
  /** Ends watches and controllers and closes what is kept; harmless when repeated. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
