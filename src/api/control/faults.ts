/** What kinds of trouble there are. */
export type FaultKind = 'slow' | 'status' | 'reset' | 'watch-drop' | 'gone' | 'pull' | 'crash' | 'partition';

/**
 * Which requests are meant: a list that is there must have an entry that fits, and what is not there fits all.
 * Entries are names with `*` and `?`; resources may be `pods`, `po`, `deployments.apps` and `pods/log`.
 */
export interface Match {
  verbs?: readonly string[];
  resources?: readonly string[];
  namespaces?: readonly string[];
  /** Names of objects. */
  objects?: readonly string[];
  users?: readonly string[];
  agents?: readonly string[];
}

/** How a registry fails, or how slow it is. */
export type PullTrouble = 'not-found' | 'unauthorized' | 'rate-limited' | 'down' | 'timeout' | 'slow';

/** What somebody asked for. Times are in milliseconds. */
export interface FaultSpec extends Match {
  kind: FaultKind;
  /** Of the cluster's clock; then the fault ends by itself. */
  forMs?: number;
  /** How many times it strikes before it ends. */
  count?: number;
  /** Which part of what fits is struck, above 0 and up to 1. */
  share?: number;
  /** `watch-drop`, `gone`, `crash`: strikes again each time that this has passed on the cluster's clock. */
  everyMs?: number;
  /** `slow`: how long each answer waits, in real time. */
  delayMs?: number;
  /** `slow`: by how much that is more or less at most. */
  jitterMs?: number;
  /** `status`: the answer. */
  code?: number;
  retryAfterSeconds?: number;
  /** `watch-drop`: the connection is cut instead of ended. */
  cut?: boolean;
  /** `pull`: names of images with `*`; `nginx` stands for each of its tags. */
  images?: readonly string[];
  error?: PullTrouble;
  /** `pull`: how many times longer, where the registry is slow. */
  factor?: number;
  /** `pull`, `partition`: names of nodes. */
  nodes?: readonly string[];
  /** `crash`: what crashes. */
  target?: { resource: string; namespace: string; name: string };
  container?: string;
  exitCode?: number;
  /** `crash`: for lack of memory. */
  oom?: boolean;
}

/** A fault as the cluster tells it; times are RFC 3339 on its clock. */
export interface ShownFault extends FaultSpec {
  id: string;
  since: string;
  until?: string;
  /** How often it has struck. */
  strikes: number;
}

/** The answer of `GET /kctl/v1/faults`. */
export interface FaultsListed {
  now: string;
  faults: ShownFault[];
}

/** The answer of `POST /kctl/v1/faults`: not set where it struck once and was over. */
export interface SetFault {
  fault: ShownFault;
  isSet: boolean;
}
