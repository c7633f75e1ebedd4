import type { ForwardSnapshot } from './supervisor.ts';

/** A forward as lists show it, in this process or another: plain data. */
export interface RunningForward extends Omit<ForwardSnapshot, 'listeners'> {
  /** Unique on this machine. */
  id: string;
  /** What the user calls it. */
  name: string;
  /** The saved set that it was started from; '' for none. */
  set: string;
  /** `service/web` */
  target: string;
  namespace: string;
  /** '' where no context was in use. */
  context: string;
  /** Number of the service port or container port. */
  remote: number;
  remoteName: string;
  /** The container that declares the port in the pod in use; '' where none does. */
  container: string;
  local: number;
  /** Addresses on which it listens. */
  addresses: readonly string[];
  /** `http://localhost:8080`, or `localhost:5432` */
  url: string;
  /** Milliseconds since the epoch. */
  since: number;
}

/** Which process keeps a forward. */
export interface ForwardKeeper {
  id: string;
  pid: number;
  /** `background`: a supervisor of its own; `command`: a `pf` in a terminal; `dashboard`. */
  kind: 'background' | 'command' | 'dashboard';
  /** Of kctl. */
  version: string;
  since: number;
}
