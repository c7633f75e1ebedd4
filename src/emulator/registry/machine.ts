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
}

/** One write on its way through admission. `object` may be changed by those that default. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: ServedResource;
  namespace: string | undefined;
  name: string;
  object: KubeObject;
  previous: KubeObject | undefined;
  subresource: string | undefined;
  dryRun: boolean;
  user: UserInfo;
  machine: Machine;
}

/** Rules around a write: `default` before validation, `check` after it, `undo` where the write failed after all. */
export interface AdmissionPlugin {
  admit?(request: AdmissionRequest): void;
  check?(request: AdmissionRequest): void;
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
