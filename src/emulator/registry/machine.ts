import type { KubeObject } from '../../api/meta.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../storage/store.ts';
import type { Catalog, ServedResource } from './catalog.ts';

/** Who sends a request. */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Record<string, string[]>;
}

/** How a write is to be done, apart from what is written. */
export interface WriteOptions {
  user: UserInfo;
  /** Owner of the written fields in `metadata.managedFields`. */
  manager: string;
  /** Everything is checked, nothing is kept. */
  dryRun?: boolean;
  /** `status`, `scale`, ...: what part is written; undefined for the whole object. */
  subresource?: string | undefined;
  /** Managed fields are already in the object (server-side apply). */
  managed?: boolean;
  /** Receives texts for `Warning` headers. */
  warn?: (text: string) => void;
  /** What the client said about the write (`CreateOptions`, ...), as webhooks are told. */
  request?: RequestOptions;
  /** The part of an update that admission looks at, where that is an object of its own (`scale`). */
  part?: AdmittedPart;
  /** Throws where the client may not make an object of that name: asked when a change finds none to change. */
  mayCreate?: (name: string) => void;
}

/** meta/v1 CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
interface RequestOptions {
  kind: string;
  apiVersion: string;
  [option: string]: unknown;
}

interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** A subresource with a kind of its own: how admission sees it, and how what it says gets back into the object. */
export interface AdmittedPart {
  subresource: string;
  kind: GroupVersionKind;
  of(object: KubeObject): KubeObject;
  into(object: KubeObject, part: KubeObject): void;
}

/** One request on its way through admission. `object` may be changed, in place, by those that default. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** As the request named it: at its version. Objects are in the storage version. */
  resource: ServedResource;
  namespace: string | undefined;
  /** '' while an object that is to be made has only the beginning of a name. */
  name: string;
  /** What is written; of a DELETE, what is there; of a CONNECT, the options. */
  object: KubeObject;
  previous: KubeObject | undefined;
  /** One of many that go together: those outside are not told its name. */
  ofCollection?: boolean | undefined;
  subresource: string | undefined;
  /** Set where `object` is not of the resource's own kind (`Scale`, `Binding`, `PodExecOptions`). */
  kind?: GroupVersionKind;
  options?: RequestOptions | undefined;
  dryRun: boolean;
  user: UserInfo;
  warn?: ((text: string) => void) | undefined;
  /** True in the second round, after something from outside changed the object. */
  again?: boolean;
  /** Asks for a second round of the whole chain: the object was changed from outside. */
  reinvoke?: boolean;
  machine: Machine;
}

/** A promise only where somebody has to be waited for, so that all other writes stay synchronous. */
export type Outcome<T> = T | Promise<T>;

/**
 * Rules around a write. `admit` may change the object, before it is validated; `prepare` is for what
 * the server itself gives an object (addresses), and returns what gives that back once the write has
 * ended, well or not; `check` only looks, at the valid object.
 */
export interface AdmissionPlugin {
  /** As `--enable-admission-plugins` names it. */
  name: string;
  admit?(request: AdmissionRequest): Outcome<void>;
  prepare?(request: AdmissionRequest): (() => void) | undefined;
  check?(request: AdmissionRequest): Outcome<void>;
}

/** What the verbs work on. */
export interface Machine {
  store: Store;
  catalog: Catalog;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  admission: readonly AdmissionPlugin[];
  /**
   * True while a new cluster lives through its past. Who reported a status then is not written down:
   * it would take a third of the start, and the first report in real time says it.
   */
  inThePast?: () => boolean;
}

export const SYSTEM_USER: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };
