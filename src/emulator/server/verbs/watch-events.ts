import type { KubeObject, WatchEventType } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import type { ApiStatus } from '../../../api/status.ts';
import { toServed } from '../../registry/convert.ts';
import type { Predicate } from '../../registry/fields.ts';
import { encodedIfStored } from '../../storage/encoded.ts';
import type { LoggedEvent } from '../../storage/event-log.ts';
import { type Printer, partialMetadata, tableOf } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import type { Shape } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { includeOf } from './read.ts';

/** One event as one who sees only selected objects sees it. */
interface VisibleEvent {
  type: WatchEventType;
  object: KubeObject;
}

/** Leaving the selection is being deleted, in the state that was last seen; undefined: nothing to see. */
export function visibleEvent(event: LoggedEvent, selects: Predicate | undefined): VisibleEvent | undefined {
  const { object, previous } = event;
  if (!selects) return { type: event.type, object };
  const is = event.type !== 'DELETED' && selects(object);
  const was = previous !== undefined && selects(previous);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: String(event.revision) };
  return { type: 'DELETED', object: { ...previous, metadata } };
}

const TYPE_HEAD = Object.fromEntries(
  ['ADDED', 'MODIFIED', 'DELETED'].map((type) => [type, Buffer.from(`{"type":"${type}","object":`)]),
);
const END = Buffer.from('}\n');

/** What was written last: an event goes to all who watch it one after the other, so that this one is shared by most. */
let last: { object: KubeObject; type: string; contentType: string; bytes: Buffer } | undefined;

/** Writes events in the shape of one watch. */
export class EventEncoder {
  readonly #exchange: Exchange;
  readonly #target: ResourceTarget;
  readonly #shape: Shape;
  readonly #printer: Printer | undefined;
  readonly #frame: ((type: string, object: KubeObject) => Buffer) | undefined;
  #columnsSent = false;

  /** @param frame writes an event where it is not to be JSON */
  constructor(
    exchange: Exchange,
    target: ResourceTarget,
    shape: Shape,
    printer: Printer | undefined,
    frame?: (type: string, object: KubeObject) => Buffer,
  ) {
    this.#exchange = exchange;
    this.#frame = frame;
    this.#target = target;
    this.#shape = shape;
    this.#printer = printer;
  }

  event(type: WatchEventType, object: KubeObject): Buffer {
    const served = toServed(object, this.#target.resource);
    const { as, contentType } = this.#shape;
    // Tables tell the time and their first event the columns: each watch has its own.
    if (as !== 'object') return this.#write(type, this.#shaped(served) as KubeObject);
    if (last?.object !== served || last.type !== type || last.contentType !== contentType) {
      last = { object: served, type, contentType, bytes: this.#write(type, served) };
    }
    return last.bytes;
  }

  #write(type: WatchEventType, object: KubeObject): Buffer {
    if (this.#frame) return this.#frame(type, object);
    const body = encodedIfStored(object) ?? Buffer.from(JSON.stringify(object));
    return Buffer.concat([TYPE_HEAD[type]!, body, END]);
  }

  /** What ends a watch that cannot go on. */
  failure(status: ApiStatus): Buffer | string {
    return this.#line('ERROR', status);
  }

  #line(type: string, object: unknown): Buffer | string {
    return this.#frame?.(type, object as KubeObject) ?? `${JSON.stringify({ type, object })}\n`;
  }

  bookmark(revision: number, initialEnd: boolean): Buffer | string {
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
        ? this.#table([object], { resourceVersion: String(revision) })
        : this.#shape.as === 'metadata'
          ? partialMetadata(object, this.#shape.version)
          : object;
    return this.#line('BOOKMARK', shaped);
  }

  #shaped(object: KubeObject): unknown {
    if (this.#shape.as === 'metadata') return partialMetadata(object, this.#shape.version);
    return this.#table([object], { resourceVersion: object.metadata.resourceVersion ?? '' });
  }

  /** A bookmark's table has one row that carries the bookmark, and the cells of an object of which nothing is known. */
  #table(objects: KubeObject[], metadata: { resourceVersion: string }): unknown {
    const table = tableOf(this.#printer!, objects, {
      metadata,
      include: includeOf(this.#exchange, this.#shape),
      version: this.#shape.version,
      nowMs: this.#exchange.context.machine.clock.now(),
      withColumns: !this.#columnsSent,
    });
    this.#columnsSent = true;
    // A bookmark has no name, which is written all the same.
    for (const row of table.rows as { cells: unknown[] }[]) row.cells = row.cells.map((cell) => cell ?? '');
    return table;
  }
}
