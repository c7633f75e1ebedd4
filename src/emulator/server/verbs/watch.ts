import { apiVersionOf } from '../../../api/resource.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { DEFINITIONS } from '../../crd/conditions.ts';
import { converted } from '../../crd/conversion.ts';
import { failure } from '../../errors.ts';
import { askedBy } from '../../faults/asked.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { jsonEqual } from '../../registry/equal.ts';
import { selection } from '../../registry/fields.ts';
import { tooLarge } from '../../registry/list.ts';
import type { LoggedEvent } from '../../storage/event-log.ts';
import { printerFor } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import { listOptions } from '../list-options.ts';
import { negotiate, PROTOBUF, type Shape } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { EventEncoder, visibleEvent } from './watch-events.ts';
import { responseSink, type WatchSink } from './watch-sink.ts';
import { startOf } from './watch-start.ts';

/** Of a watch whose version was compacted while it ran (apiserver, storage/etcd3/errors.go). */
const WATCH_TOO_OLD = 'The resourceVersion for the provided watch is too old.';
const BOOKMARK_EVERY_MS = 60_000;
/** How long before its end a watch gets its last bookmark, seconds. */
const LAST_MARK_S = 2;
/** A client that lets this much of the present pile up is cut off; it can resume at its last version. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
/** What was there before is sent no faster than the client reads. */
const PAUSE_AT_BYTES = 256 * 1024;

/**
 * A watch: first what is there (where the request wants it), then every change, as one JSON document
 * a line (or a frame of protobuf), until the client goes, `timeoutSeconds` pass, or the server stops.
 */
export async function watchVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const shape = negotiate(exchange.request, { protobuf: !target.resource.custom, form: 'watch' });
  const contentType = shape.contentType === PROTOBUF ? `${PROTOBUF};stream=watch` : shape.contentType;
  await watchInto(exchange, target, shape, () => responseSink(exchange.response, contentType));
}

/**
 * Nobody can watch at a version to which what is stored does not come.
 * @throws ApiStatusError 429 in the words of a server whose watch cache does not fill
 */
async function convertible({ context: { machine } }: Exchange, resource: ServedResource): Promise<void> {
  if (!resource.custom?.conversion) return;
  try {
    await converted(machine, resource, machine.store.list(resource.storage));
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    const what = `${apiVersionOf(resource)}, Kind=${resource.kind}`;
    const message = `storage is (re)initializing: failed to list ${what}: ${error.message}`;
    throw new ApiStatusError(failure(429, 'TooManyRequests', message, { retryAfterSeconds: 1 }));
  }
}

/**
 * Runs a watch into what `open` gives, which is called once the request is known to be good.
 * Resolves when the client has what was there before it came; changes follow until the end.
 * @throws ApiStatusError 400, 422, 500, 504 for the query
 */
export async function watchInto(
  exchange: Exchange,
  target: ResourceTarget,
  shape: Shape,
  open: () => WatchSink | Promise<WatchSink>,
): Promise<void> {
  const { query, context } = exchange;
  const { store } = context.machine;
  const { resource, namespace } = target;
  const nameSelector = target.name ? `metadata.name=${target.name}` : query.get('fieldSelector');
  const selects = selection(resource, query.get('labelSelector'), nameSelector);
  const options = listOptions(query, true);
  const start = startOf(options);
  // Somebody inside knows already what is on its way to the disk.
  if (start.revision > store.durableRevision) store.flush();
  if (start.revision > store.durableRevision) throw tooLarge(start.revision, store.durableRevision);
  const encoder = new EventEncoder(
    exchange,
    target,
    shape,
    shape.as === 'table' ? await printerFor(resource) : undefined,
    shape.contentType === PROTOBUF ? (await import('../protobuf.ts')).protobufEvent : undefined,
  );
  await convertible(exchange, resource);
  const sink = await open();

  let ended = false;
  let unsubscribe: (() => void) | undefined;
  const send = (line: Buffer | string): void => {
    if (!ended) sink.send(line);
  };
  // What a webhook has to convert first holds up what comes after it, so that order stays.
  let waiting: Promise<void> | undefined;
  const deliver = (event: LoggedEvent): void => {
    if (resource.custom?.conversion) waiting = deliverConverted(event, waiting).catch(failed);
    else deliverNow(event);
  };
  const deliverConverted = async (event: LoggedEvent, before: Promise<void> | undefined): Promise<void> => {
    await before;
    await converted(context.machine, resource, [event.object, event.previous]);
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
    const visible = visibleEvent(event, selects);
    if (!visible) return;
    await converted(context.machine, resource, [visible.object]);
    send(encoder.event(visible.type, visible.object));
  };
  const failed = (error: unknown): void => {
    send(
      encoder.failure(error instanceof ApiStatusError ? error.status : failure(500, 'InternalError', String(error))),
    );
    finish();
  };
  const deliverNow = (event: LoggedEvent): void => {
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
    const visible = visibleEvent(event, selects);
    if (visible) send(encoder.event(visible.type, visible.object));
  };
  const wantsBookmarks = options.allowWatchBookmarks;
  const bookmark = () => send(encoder.bookmark(store.durableRevision, false));
  // While the client still reads the past, a bookmark of the present would be a lie.
  const timer = wantsBookmarks ? setInterval(() => unsubscribe && bookmark(), BOOKMARK_EVERY_MS) : undefined;
  const asked = options.timeoutSeconds;
  // A timer takes no more than 24 days, and fires at once for anything longer.
  const seconds = asked > 0 ? Math.min(asked, 2_000_000) : 1800 + Math.floor(context.machine.random() * 1800);
  const timeout = setTimeout(() => finish(), seconds * 1000);
  // The last one comes a moment before the end, where there is such a moment (apiserver, cacheWatcher.nextBookmarkTime).
  const lastMark =
    wantsBookmarks && seconds > LAST_MARK_S
      ? setTimeout(() => unsubscribe && bookmark(), (seconds - LAST_MARK_S) * 1000)
      : undefined;
  const finish = (how: 'end' | 'cut' = 'end'): void => {
    if (ended) return;
    ended = true;
    unsubscribe?.();
    forget?.();
    unlist();
    clearInterval(timer);
    clearTimeout(timeout);
    clearTimeout(lastMark);
    context.stopping.removeEventListener('abort', stop);
    sink[how]();
  };
  const stop = () => finish();
  const askedFor = () => askedBy(exchange, target, 'watch');
  const unlist = context.faults.watches.add(askedFor, (how) => {
    if (how === 'gone') send(encoder.failure(failure(410, 'Expired', WATCH_TOO_OLD)));
    finish(how === 'cut' ? 'cut' : 'end');
  });
  const { custom } = resource;
  // What is watched is another thing once its definition changes, or nothing.
  const forget = custom
    ? store.follow(DEFINITIONS, ({ type, object, previous }) => {
        if (object.metadata.name !== custom.definition) return;
        if (type !== 'DELETED' && previous && jsonEqual(object.spec, previous.spec)) return;
        if (waiting) void waiting.then(stop);
        else stop();
      })
    : undefined;
  context.stopping.addEventListener('abort', stop, { once: true });
  sink.onClose(stop);
  if (context.stopping.aborted) return finish();

  await sendPast();

  function follow(): void {
    unsubscribe = store.follow(resource.storage, (event) => {
      deliver(event);
      if (sink.backlog > MAX_BACKLOG_BYTES) finish('cut');
    });
  }

  /** What is there and what has changed since, at the client's pace; then every change as it comes. */
  async function sendPast(): Promise<void> {
    let at = start.revision === 0 ? store.durableRevision : start.revision;
    const pause = async () => {
      if (sink.backlog > PAUSE_AT_BYTES) await sink.drained();
    };
    if (start.initial) {
      // Nobody may see what the disk has not taken.
      store.flush();
      at = store.durableRevision;
      // The list is this moment's: objects never change, and changes that come meanwhile follow below.
      const objects = store.list(resource.storage, namespace);
      await converted(context.machine, resource, objects);
      for (const object of objects) {
        if (ended) return;
        if (!selects || selects(object)) send(encoder.event('ADDED', object));
        await pause();
      }
      if (start.endMark) send(encoder.bookmark(at, true));
    }
    for (;;) {
      const missed = store.since(at);
      if (!missed) {
        const message = `too old resource version: ${at} (${store.compactedRevision})`;
        send(encoder.failure(failure(410, 'Expired', message)));
        finish();
        return;
      }
      if (ended) return;
      if (missed.length === 0) {
        // In the same breath as the look at the log, so that no change falls between.
        follow();
        return;
      }
      for (const event of missed) {
        if (ended) return;
        at = event.revision;
        if (event.resource === resource.storage) {
          deliver(event);
          await waiting;
          await pause();
        }
      }
    }
  }
}
