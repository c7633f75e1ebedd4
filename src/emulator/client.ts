import type { KubeObject, ObjectMeta, WatchEventType } from '../api/meta.ts';

/**
 * How controllers, the scheduler and kubelets reach the API inside the emulator: the same
 * defaulting, validation, admission and storage as a request over HTTPS, without the HTTP.
 * A resource is named as messages name it: `pods`, `deployments.apps`, `widgets.example.com`.
 * Failures are ApiStatusError (`NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Forbidden`).
 */
export interface ApiClient {
  create<T extends KubeObject>(resource: string, object: NewObject<T>): Promise<T>;
  /** A write with a stale `metadata.resourceVersion` fails with `Conflict`. */
  update<T extends KubeObject>(resource: string, object: T): Promise<T>;
  /** Writes `.status` only (plus nothing of metadata). */
  updateStatus<T extends KubeObject>(resource: string, object: T): Promise<T>;
  /** Writes the conditions of a certificatesigningrequests/approval. */
  updateApproval<T extends KubeObject>(resource: string, object: T): Promise<T>;
  /** Server-side apply of `object`, by force. */
  apply<T extends KubeObject>(resource: string, object: T): Promise<T>;
  /** The pods/binding subresource: sets `spec.nodeName` and PodScheduled; Conflict when already bound. */
  bind(namespace: string, pod: string, node: string): Promise<void>;
  delete(resource: string, namespace: string | undefined, name: string, options?: DeleteOptions): Promise<void>;
  /** The namespaces/finalize subresource: takes `kubernetes` from `spec.finalizers` of a namespace that is being deleted. */
  finalizeNamespace(name: string): Promise<void>;
  /**
   * The same API for another part of the control plane: a controller (`deployment-controller`, which is
   * the account kube-system/deployment-controller), `kube-scheduler`, or `kubelet` (the node of each
   * object it writes).
   * @param manager owner of the fields it writes; this client's by default
   */
  as(name: string, manager?: string): ApiClient;
}

type NewObject<T extends KubeObject = KubeObject> = Omit<T, 'metadata'> & { metadata: ObjectMeta };

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface StoreEvent {
  type: Extract<WatchEventType, 'ADDED' | 'MODIFIED' | 'DELETED'>;
  object: KubeObject;
  /** What the object was before; undefined for ADDED. */
  previous: KubeObject | undefined;
}

/**
 * The read side: what storage holds now. Objects are shared and must not be changed; copy before
 * editing (`structuredClone`).
 */
export interface Lister {
  get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined;
  /** All of a resource, or those of one namespace. */
  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[];
  /** Objects of `resource` whose controller reference has this uid; '': those without a controller. */
  controlledBy<T extends KubeObject>(resource: string, ownerUid: string): readonly T[];
  /** Calls `handler` after each committed change of `resource` (`*` for every resource); returns the unsubscribe. */
  subscribe(resource: string, handler: (event: StoreEvent, resource: string) => void): () => void;
}
