import type { Duplex, Readable } from 'node:stream';
import type { ResourceInfo } from '../api/resource.ts';

/** One request to an API server. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute and already encoded: `/api/v1/namespaces/default/pods`. */
  path: string;
  /** Undefined values are left out, arrays repeat the key. */
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  /** Default `application/json`. */
  accept?: string;
  contentType?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds for the whole exchange; 0 or absent is without limit (`--request-timeout` sets the default). */
  timeout?: number;
  /** What people are told that is waited for; by default method and path say it. */
  waitingFor?: string;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The decoded (gunzipped) body. */
  body: Readable;
  text(): Promise<string>;
}

/** A duplex message channel to a pod subresource (WebSocket). */
export interface ChannelSocket {
  protocol: string;
  send(channel: number, data: Uint8Array): Promise<void>;
  onMessage(handler: (channel: number, data: Buffer) => void): void;
  onClose(handler: (error: Error | undefined) => void): void;
  /** Stops reading, so that the server stops sending; for receivers that are full. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** A WebSocket on `path`, with protocols in order of preference. */
export interface SocketRequest {
  path: string;
  query?: ApiRequest['query'];
  protocols: readonly string[];
  signal?: AbortSignal;
}

/** A request that is handed on as it came; credentials, user agent and impersonation join where it has none. */
export interface PassedRequest {
  method: string;
  path: string;
  query?: ApiRequest['query'];
  /** The path has the server's own path and the query in it. */
  wholePath?: boolean;
  /** Names in lower case; with `upgrade` and `connection` it asks for another protocol. */
  headers: Record<string, string | string[]>;
  body?: Readable;
  signal?: AbortSignal;
}

export interface PassedAnswer {
  status: number;
  statusMessage: string;
  /** Names and values in turn, as they were sent. */
  rawHeaders: readonly string[];
  /** As it was sent: nothing is unpacked. */
  body: Readable;
  /** After a 101: speaks what was agreed. */
  socket: Duplex | undefined;
}

/** One exchange, as whoever counts them sees it. */
export interface ObservedRequest {
  method: ApiRequest['method'];
  path: string;
  /** It stays open: a watch, a log that is followed. */
  watch: boolean;
  /** It asks for one object by its name. */
  one: boolean;
}

/** Is told of each exchange as it goes on. `bytes` are those that come over the wire, in pieces. */
export type RequestObserver = (request: ObservedRequest) => {
  answered(status: number): void;
  bytes(count: number): void;
  ended(): void;
};

/**
 * Sends requests to one cluster as one user over one keep-alive agent. Every request carries the
 * credentials, the user agent, impersonation and the deadline; a 401 refreshes exec credentials once.
 */
export interface Transport {
  readonly server: string;
  /** The raw exchange. Failures of the connection throw KctlError `connection`; statuses are the caller's. */
  send(request: ApiRequest): Promise<ApiResponse>;
  /** JSON in, JSON out; a status of 400 or more throws ApiStatusError. */
  json<T>(request: ApiRequest): Promise<T>;
  /**
   * Opens a WebSocket whose messages begin with the byte of their channel.
   * @throws ApiStatusError, or UpgradeRefused where the server does not switch and gives no `Status`
   */
  openChannels(request: SocketRequest): Promise<ChannelSocket>;
  /** Opens a WebSocket whose messages are pieces of one byte stream. Failures as `openChannels`. */
  openTunnel(request: Omit<SocketRequest, 'protocols'> & { protocol: string }): Promise<Duplex>;
  /** Hands a request on; every answer is the caller's. */
  pass(request: PassedRequest): Promise<PassedAnswer>;
  /** Milliseconds since the epoch by the server's clock, as its last answer told it: what ages are counted to. */
  now(): number;
  /** Receives each distinct `Warning:` header text once. */
  onWarning(handler: (text: string) => void): void;
  /** Tells `observer` of every exchange from now on, repeated ones too; one observer at a time. */
  observe?(observer: RequestObserver): void;
  close(): void;
}

/** What the server serves. Answers come from the disk cache where fresh; a miss refreshes once. */
export interface Discovery {
  /** Every resource at every served version, preferred version of a group first. */
  resources(options?: { refresh?: boolean }): Promise<readonly ResourceInfo[]>;
  /** Group versions that the last request to the server could not read (`api-resources` says so after its list). */
  failures(): readonly { groupVersion: string; error: Error }[];
  /**
   * Resolves what a user types: plural, singular, short name or kind; `name.version.group` and
   * `name.group` (group prefixes accepted). Categories are `expandCategory`'s.
   * @throws KctlError `the server doesn't have a resource type "x"`
   */
  resolve(argument: string): Promise<ResourceInfo>;
  /** `all` and other categories → their members; undefined when no resource names it. */
  expandCategory(name: string): Promise<readonly ResourceInfo[] | undefined>;
  /** False where nothing is kept of what the server serves, so that kubectl would ask for it first. */
  isKnown?(): boolean;
  /** For manifests. @throws KctlError `no matches for kind "X" in version "v"` */
  resolveKind(apiVersion: string, kind: string): Promise<ResourceInfo>;
}

/** An open cluster: where it is, as whom, in which namespace. */
export interface Cluster {
  /** '' where no context is in use (in-cluster, `--server`). */
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  /** `-n`, else the context's namespace, else `default`. */
  readonly namespace: string;
  /** True where `-n` was given on the command line. */
  readonly namespaceExplicit: boolean;
  readonly transport: Transport;
  readonly discovery: Discovery;
}
