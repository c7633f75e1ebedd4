import type { KubeObject, TableColumn, TableRow } from '../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../api/resource.ts';
import type { RowShape } from '../api/row-shape.ts';
import type { Sink, Source, SourceState } from '../api/source.ts';
import { type ApiStatus, ApiStatusError } from '../api/status.ts';
import type { Transport } from './cluster.ts';
import { isExpired, listPages } from './list.ts';
import { type Decoder, objectDecoder, tableDecoder } from './reflector-decoders.ts';
import { Backoff, realTimers, sleep, type Timers } from './timers.ts';
import { watchLines } from './watch.ts';

/** Which objects of a resource to follow. */
export interface ReflectorScope {
  /** Absent: all namespaces, or a resource without. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Only the object of this name. */
  name?: string;
  /** Rows carry the whole object, not only its metadata. */
  wholeObjects?: boolean;
}

export interface ReflectorOptions {
  /** What becomes of each row; it says itself whether whole objects have to come. */
  shape?: RowShape;
  timers?: Timers;
  /** 0 ≤ x < 1. */
  random?: () => number;
}

/** How long a server lets one watch run, in seconds; spread, so that watches do not all end together (client-go). */
const watchSeconds = { least: 300, spread: 300 };

/** A watch that outlives its own limit by this (ms) sits on a dead connection. */
const overdue = 30_000;

/** A watch that ends sooner than this (ms) counts as a failure, else a broken server would be asked in a loop. */
const tooShort = 1000;

/** The moments of what a reflector tells are the server's: they are compared with what the server has stamped. */
const timersOf = (transport: Transport, { timers }: ReflectorOptions): Timers =>
  timers ?? { ...realTimers, now: () => transport.now() };

/** Follows a resource as rows that the server prints; the objects in them are metadata only, unless `scope` says otherwise. */
export function tableReflector(
  transport: Transport,
  resource: ResourceInfo,
  scope: ReflectorScope,
  options: ReflectorOptions = {},
): Source<TableRow> {
  const timers = timersOf(transport, options);
  return new Reflector(
    transport,
    resource,
    options.shape?.wholeObjects ? { ...scope, wholeObjects: true } : scope,
    tableDecoder(() => timers.now(), options.shape),
    options,
  );
}

/** Follows a resource as whole objects. */
export function objectReflector(
  transport: Transport,
  resource: ResourceInfo,
  scope: ReflectorScope,
  options: ReflectorOptions = {},
): Source<KubeObject> {
  return new Reflector(transport, resource, scope, objectDecoder, options);
}

/**
 * Lists in pages, then watches for ever: resumes at the last version seen, lists again when the
 * server has forgotten it (410), and waits longer after each failure (client-go, `Reflector`). It
 * never gives up: `failed` means that nothing could be read so far or that the server refuses, and
 * it is tried again all the same.
 */
class Reflector<T> implements Source<T> {
  readonly #transport: Transport;
  readonly #path: string;
  readonly #query: Record<string, string | undefined>;
  readonly #decoder: Decoder<T>;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #resource: ResourceInfo;
  #sink: Sink<T> | undefined;
  #stopping: AbortController | undefined;
  /** Where to resume; undefined when a list must come first. */
  #version: string | undefined;
  #columns: TableColumn[] = [];
  #listed = false;
  #phase: SourceState['phase'] | undefined;
  #reason: string | undefined;
  #since = 0;

  constructor(
    transport: Transport,
    resource: ResourceInfo,
    scope: ReflectorScope,
    decoder: Decoder<T>,
    options: ReflectorOptions,
  ) {
    this.#transport = transport;
    this.#resource = resource;
    this.#path = resourcePath(resource, { namespace: scope.namespace });
    const fields = [
      ...(scope.name ? [`metadata.name=${scope.name}`] : []),
      ...(scope.fieldSelector ? [scope.fieldSelector] : []),
    ];
    this.#query = {
      labelSelector: scope.labelSelector || undefined,
      fieldSelector: fields.join(',') || undefined,
      ...(scope.wholeObjects && { includeObject: 'Object' }),
    };
    this.#decoder = decoder;
    this.#timers = timersOf(transport, options);
    this.#random = options.random ?? Math.random;
    this.#backoff = new Backoff(this.#random);
  }

  start(sink: Sink<T>): void {
    if (this.#stopping) return;
    this.#sink = sink;
    // A new sink knows nothing yet: it needs a list, not the rest of an old watch.
    this.#version = undefined;
    this.#listed = false;
    this.#stopping = new AbortController();
    this.#report('connecting');
    void this.#run(this.#stopping.signal);
  }

  stop(): void {
    if (!this.#stopping) return;
    this.#stopping.abort();
    this.#stopping = undefined;
    this.#report('stopped');
    this.#sink = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) this.#version = undefined;
        else this.#reportFailure(error as Error);
        await sleep(this.#timers, this.#backoff.next(), signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const first = await this.#readPages(signal, undefined).catch((error: unknown) => {
      // Too slow for paging: the continue token has expired. Everything at once cannot expire.
      if (isExpired((error as Error).cause)) return this.#readPages(signal, 0);
      throw error;
    });
    if (signal.aborted) return;
    this.#version = first.version;
    this.#listed = true;
    this.#sink?.replace(first.items, { columns: this.#columns, resourceVersion: first.version });
    this.#report('synced');
  }

  async #readPages(signal: AbortSignal, limit: number | undefined): Promise<{ items: T[]; version: string }> {
    const items: T[] = [];
    let version = '';
    const request = {
      path: this.#path,
      query: this.#query,
      accept: this.#decoder.accept,
      resource: this.#resource,
      signal,
      ...(limit === undefined ? {} : { limit }),
    };
    for await (const page of listPages(this.#transport, request)) {
      const decoded = this.#decoder.page(page);
      for (const item of decoded.items) items.push(item);
      if (decoded.columns.length > 0) this.#columns = decoded.columns;
      version = page.metadata?.resourceVersion ?? version;
    }
    return { items, version };
  }

  /** Returns when the server ends the watch in good order; everything else throws. */
  async #watch(signal: AbortSignal): Promise<void> {
    const seconds = Math.round(watchSeconds.least + this.#random() * watchSeconds.spread);
    const began = this.#timers.now();
    const dead = new AbortController();
    const timer = this.#timers.setTimeout(
      () => dead.abort(new Error('the watch went silent')),
      seconds * 1000 + overdue,
    );
    let events = 0;
    try {
      const stream = watchLines<KubeObject>(this.#transport, {
        path: this.#path,
        query: {
          ...this.#query,
          resourceVersion: this.#version,
          allowWatchBookmarks: 'true',
          timeoutSeconds: String(seconds),
        },
        accept: this.#decoder.accept,
        signal: AbortSignal.any([signal, dead.signal]),
        timeout: 0,
        onOpen: () => this.#report('synced'),
      });
      for await (const event of stream) {
        if (signal.aborted) return;
        this.#take(event.type, event.object);
        if (events++ === 0) this.#backoff.reset();
      }
    } finally {
      this.#timers.clearTimeout(timer);
    }
    if (events === 0 && this.#timers.now() - began < tooShort) throw new Error('the server ended the watch at once');
    this.#backoff.reset();
  }

  #take(type: string, object: KubeObject): void {
    if (type === 'ERROR') throw new ApiStatusError(object as unknown as ApiStatus);
    const decoded = this.#decoder.event(object);
    if (decoded.version) this.#version = decoded.version;
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return;
    if (decoded.columns.length > 0) this.#columns = decoded.columns;
    if (decoded.item !== undefined) this.#sink?.change(type, decoded.item, { columns: this.#columns });
  }

  #reportFailure(error: Error): void {
    const code = error instanceof ApiStatusError ? error.httpCode : 0;
    const refused = code >= 400 && code < 500 && code !== 408 && code !== 429;
    this.#report(this.#listed && !refused ? 'stale' : 'failed', error);
  }

  #report(phase: SourceState['phase'], error?: Error): void {
    // `since` is when the trouble began. The same failure again is no news; another reason is.
    const isTrouble = phase === 'stale' || phase === 'failed';
    const wasTrouble = this.#phase === 'stale' || this.#phase === 'failed';
    if (phase === this.#phase && error?.message === this.#reason) return;
    if (!(isTrouble && wasTrouble)) this.#since = this.#timers.now();
    this.#phase = phase;
    this.#reason = error?.message;
    this.#sink?.state({ phase, since: this.#since, ...(error ? { error } : {}) });
  }
}
