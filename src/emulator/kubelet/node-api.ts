import type { Duplex, Readable, Writable } from 'node:stream';
import type { NodePulls } from '../../api/node-pulls.ts';
import type { NodeDisk } from './node-disks.ts';

/** PodLogOptions, as the query of `pods/log` carries them. Times are RFC 3339. */
export interface LogOptions {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
}

/** PodExecOptions and PodAttachOptions: which container, and which streams the client asked for. */
export interface AttachOptions {
  container?: string;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  tty?: boolean;
}

export interface ExecOptions extends AttachOptions {
  /** argv, as given: no shell reads it. */
  command: readonly string[];
}

/** The size of the client's terminal, in character cells. */
export interface TerminalSize {
  width: number;
  height: number;
}

/**
 * The client's ends. Only those exist that the options asked for; with a terminal everything goes to `stdout`.
 * The node writes with back-pressure and ends `stdout` and `stderr` before its promise settles.
 */
export interface ExecStreams {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  resize?: AsyncIterable<TerminalSize>;
}

/** How the process ended: 0 to 255, 128 + n after signal n. */
export interface ExitState {
  code: number;
}

/** What the API server asks a node's kubelet for on a user's behalf. */
export interface NodeApi {
  /** The image pulls of a node, under way and lately ended, as they stand now. */
  pulls(node: string): NodePulls;
  /** What fills the disk of a node; undefined where nobody said how large it is. */
  disk(node: string): NodeDisk | undefined;
  /**
   * The lines of one container as UTF-8 chunks; with `follow` it ends when the container does or `signal` aborts.
   * Throws ApiStatusError: 404 for an unknown pod, 400 for an unknown, ambiguous or not yet started container
   * (the API server's and kubelet's wording).
   */
  logs(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /**
   * One connection to a port of the pod. Throws ApiStatusError: 404 for an unknown pod, 400 when it does not run;
   * an Error with the kubelet's wording when nothing listens on the port.
   */
  connect(namespace: string, pod: string, port: number): Promise<Duplex>;
  /**
   * Runs `command` in a container until it ends, or until `signal` aborts (the client went: the process is killed).
   * Throws ApiStatusError before anything is streamed: 404 for an unknown pod or a container that does not run, 400 for
   * an unknown or ambiguous container or no command, 500 with the runtime's words when the command cannot be started.
   */
  exec(
    namespace: string,
    pod: string,
    options: ExecOptions,
    streams: ExecStreams,
    signal: AbortSignal,
  ): Promise<ExitState>;
  /**
   * Joins the streams of a container's main process until it ends or `signal` aborts, which leaves the process alone.
   * The exit state is 0 also where the process ended with another code, as a kubelet reports none on attach.
   * Throws as `exec` does.
   */
  attach(
    namespace: string,
    pod: string,
    options: AttachOptions,
    streams: ExecStreams,
    signal: AbortSignal,
  ): Promise<ExitState>;
}
