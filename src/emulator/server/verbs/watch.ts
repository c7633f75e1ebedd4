import type { KubeObject, WatchEventType } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import { failure } from '../../errors.ts';
import { toServed } from '../../registry/convert.ts';
import { type Predicate, selection } from '../../registry/fields.ts';
import { invalidListOptions, parseVersion, tooLarge } from '../../registry/list.ts';
import { encoded } from '../../storage/encoded.ts';
import type { LoggedEvent } from '../../storage/event-log.ts';
import { type Printer, partialMetadata, printerFor, tableOf } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import { negotiate, type Shape } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { includeOf } from './read.ts';

const BOOKMARK_EVERY_MS = 60_000;
/** A client that lets this much pile up is cut off; it can resume at its last version. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

/**
 * A watch: first what is there (where the request wants it), then every change, as one JSON document
 * a line, until the client goes, `timeoutSeconds` pass, or the server stops.
 */
export async function watchVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { query, response, context } = exchange;
  const { store } = context.machine;
  const { resource } = target;
  const namespace = target.namespace;
  const shape = negotiate(exchange.request.headers.accept);
  const nameSelector = target.name ? `metadata.name=${target.name}` : query.get('fieldSelector');
  const selects = selection(resource, query.get('labelSelector'), nameSelector);
  const start = startOf(query);
  const printer = shape.as === 'table' ? await printerFor(resource) : undefined;
  if (start.revision > store.revision) throw tooLarge(start.revision, store.revision);

  response.statusCode = 200;
  response.setHeader('Content-Type', shape.contentType);
  response.setHeader('Cache-Control', 'no-cache, private');
  response.flushHeaders();

  const encoder = new EventEncoder(exchange, target, shape, printer);
  let ended = false;
  const send = (line: Buffer | string): void => {
    if (ended) return;
    response.write(line);
    if (response.writableLength > MAX_BACKLOG_BYTES) finish(true);
  };
  const deliver = (event: LoggedEvent): void => {
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
    const type = visibleAs(event, selects);
    if (type) send(encoder.event(type, event.object));
  };

  let from = start.revision;
  if (start.initial) {
    from = store.revision;
    for (const object of store.list(resource.storage, namespace)) {
      if (!selects || selects(object)) send(encoder.event('ADDED', object));
    }
    if (start.endMark) send(encoder.bookmark(from, true));
  }
  const missed = store.since(from);
  if (!missed) {
    const message = `too old resource version: ${from} (${store.compactedRevision + 1})`;
    send(`${JSON.stringify({ type: 'ERROR', object: failure(410, 'Expired', message) })}\n`);
    response.end();
    return;
  }
  for (const event of missed) if (event.resource === resource.storage) deliver(event);

  const unsubscribe = store.subscribe(resource.storage, deliver);
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const timer = bookmarks
    ? setInterval(() => send(encoder.bookmark(store.revision, false)), BOOKMARK_EVERY_MS)
    : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800 + Math.floor(context.machine.random() * 1800);
  const timeout = setTimeout(() => {
    if (bookmarks) send(encoder.bookmark(store.revision, false));
    finish(false);
  }, seconds * 1000);
  const stop = () => finish(false);
  context.stopping.addEventListener('abort', stop, { once: true });
  response.on('close', stop);
  if (context.stopping.aborted) finish(false);

  function finish(cut: boolean): void {
    if (ended) return;
    ended = true;
    unsubscribe();
    clearInterval(timer);
    clearTimeout(timeout);
    context.stopping.removeEventListener('abort', stop);
    if (cut) response.destroy();
    else response.end();
  }
}

interface Start {
  revision: number;
  /** The present objects come first, as ADDED. */
  initial: boolean;
  /** A bookmark says where they end. */
  endMark: boolean;
}

/** How `resourceVersion` and `sendInitialEvents` decide where a watch begins. */
function startOf(query: URLSearchParams): Start {
  const text = query.get('resourceVersion') ?? '';
  const revision = parseVersion(text);
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitial = query.get('sendInitialEvents');
  if (sendInitial === null) {
    if (match) {
      throw invalidListOptions(
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    }
    return { revision, initial: text === '' || text === '0', endMark: false };
  }
  if (match !== 'NotOlderThan') {
    throw invalidListOptions(
      'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  const initial = sendInitial === 'true' || sendInitial === '1';
  const allowed = query.get('allowWatchBookmarks');
  return { revision, initial, endMark: initial && (allowed === 'true' || allowed === '1') };
}

/** What the change is to one who sees only selected objects: leaving the selection is being deleted. */
function visibleAs(event: LoggedEvent, selects: Predicate | undefined): WatchEventType | undefined {
  if (!selects) return event.type;
  const is = event.type !== 'DELETED' && selects(event.object);
  const was = event.previous !== undefined && selects(event.previous);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}

const TYPE_HEAD = Object.fromEntries(
  ['ADDED', 'MODIFIED', 'DELETED'].map((type) => [type, Buffer.from(`{"type":"${type}","object":`)]),
);
const END = Buffer.from('}\n');

/** Writes events in the shape of one watch. */
class EventEncoder {
  readonly #exchange: Exchange;
  readonly #target: ResourceTarget;
  readonly #shape: Shape;
  readonly #printer: Printer | undefined;
  #columnsSent = false;

  constructor(exchange: Exchange, target: ResourceTarget, shape: Shape, printer: Printer | undefined) {
    this.#exchange = exchange;
    this.#target = target;
    this.#shape = shape;
    this.#printer = printer;
  }

  event(type: WatchEventType, object: KubeObject): Buffer {
    const served = toServed(object, this.#target.resource);
    const body = this.#shape.as === 'object' ? encoded(served) : Buffer.from(JSON.stringify(this.#shaped(served)));
    return Buffer.concat([TYPE_HEAD[type]!, body, END]);
  }

  bookmark(revision: number, initialEnd: boolean): string {
    const { resource } = this.#target;
    const object: KubeObject = {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(revision),
        ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    };
    const shaped =
      this.#shape.as === 'table'
        ? this.#table([], { resourceVersion: String(revision) }, object)
        : this.#shape.as === 'metadata'
          ? partialMetadata(object, this.#shape.version)
          : object;
    return `${JSON.stringify({ type: 'BOOKMARK', object: shaped })}\n`;
  }

  #shaped(object: KubeObject): unknown {
    if (this.#shape.as === 'metadata') return partialMetadata(object, this.#shape.version);
    return this.#table([object], { resourceVersion: object.metadata.resourceVersion ?? '' });
  }

  /** A bookmark's table has one row that carries the bookmark and no cells. */
  #table(objects: KubeObject[], metadata: { resourceVersion: string }, bookmark?: KubeObject): unknown {
    const table = tableOf(this.#printer!, objects, {
      metadata,
      include: includeOf(this.#exchange),
      version: this.#shape.version,
      nowMs: this.#exchange.context.machine.clock.now(),
      withColumns: !this.#columnsSent,
    });
    this.#columnsSent = true;
    if (bookmark) table.rows = [{ cells: [], object: partialMetadata(bookmark, this.#shape.version) }];
    return table;
  }
}
