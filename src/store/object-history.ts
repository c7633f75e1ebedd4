import type { KubeObject } from '../api/meta.ts';
import type { Sink, Source, SourceState } from '../api/source.ts';
import { Observable } from './observable.ts';

/** An object as it was from a moment on. */
export interface ObjectVersion {
  /** When it was seen, ms since 1970. */
  at: number;
  object: KubeObject;
}

export interface ObjectHistorySnapshot {
  /** What was seen of the object, oldest first; the last one is how it is. */
  versions: readonly ObjectVersion[];
  /** When it was seen to be deleted; undefined while it is there. */
  goneAt: number | undefined;
  state: SourceState;
}

/** Versions that are kept of one object. */
export const keptVersions = 64;
/** Characters of JSON that all versions of one object may have; the newest two stay whatever they take. */
const keptCharacters = 8_000_000;

const isSame = ({ metadata: one }: KubeObject, { metadata: other }: KubeObject): boolean =>
  one.resourceVersion === other.resourceVersion && one.uid === other.uid;

/**
 * One object, followed by a watch for as long as somebody wants it, with the versions that were seen. They
 * stay when nobody looks any more, so that who comes back sees what has happened.
 */
export class ObjectHistory extends Observable<ObjectHistorySnapshot> implements Sink<KubeObject> {
  readonly #open: () => Source<KubeObject>;
  readonly #now: () => number;
  readonly #sizes = new WeakMap<KubeObject, number>();
  #source: Source<KubeObject> | undefined;
  #users = 0;

  readonly #seen: () => readonly ObjectVersion[];

  /** @param seen versions that were seen elsewhere, while nobody followed the object here */
  constructor(open: () => Source<KubeObject>, now: () => number, seen: () => readonly ObjectVersion[] = () => []) {
    super({ versions: [], goneAt: undefined, state: { phase: 'connecting', since: now() } });
    this.#open = open;
    this.#now = now;
    this.#seen = seen;
  }

  get latest(): KubeObject | undefined {
    return this.getSnapshot().versions.at(-1)?.object;
  }

  /** Follows the object until the function that is returned is called, once for each user. */
  use(): () => void {
    if (this.#users++ === 0) this.#start();
    let used = true;
    return () => {
      if (used && --this.#users === 0) {
        this.#source?.stop();
        this.#source = undefined;
      }
      used = false;
    };
  }

  /** Asks the server anew. */
  refresh(): void {
    if (!this.#source) return;
    this.#source.stop();
    this.#start();
  }

  #start(): void {
    this.#source = this.#open();
    this.#source.start(this);
  }

  replace([object]: KubeObject[]): void {
    if (object) this.#add(object, this.#recalled());
    else this.#gone();
  }

  /** What is known, with what was seen of the object elsewhere meanwhile. */
  #recalled(): readonly ObjectVersion[] {
    const { versions } = this.getSnapshot();
    const others = this.#seen().filter((one) => !versions.some((known) => isSame(known.object, one.object)));
    return others.length === 0 ? versions : [...versions, ...others].sort((a, b) => a.at - b.at);
  }

  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    if (type === 'DELETED') this.#gone();
    else this.#add(object);
  }

  state(state: SourceState): void {
    this.publish({ ...this.getSnapshot(), state });
  }

  /** What was read by other ways than the watch, where that is not allowed. */
  learn(object: KubeObject): void {
    this.#add(object, this.#recalled());
  }

  #gone(): void {
    const before = this.getSnapshot();
    if (before.goneAt === undefined) this.publish({ ...before, goneAt: this.#now() });
  }

  #add(object: KubeObject, before = this.getSnapshot().versions): void {
    const { versions, state } = this.getSnapshot();
    const last = before.at(-1);
    const isNew = !last || !isSame(last.object, object);
    // What was seen elsewhere lacks a part that the object itself has.
    const isFuller = !isNew && !last.object.metadata.managedFields && object.metadata.managedFields !== undefined;
    const next = isNew
      ? [...before, { at: this.#now(), object }]
      : isFuller
        ? [...before.slice(0, -1), { at: last.at, object }]
        : before;
    this.publish({ versions: next === versions ? versions : this.#kept(next), goneAt: undefined, state });
  }

  #kept(versions: readonly ObjectVersion[]): readonly ObjectVersion[] {
    let size = 0;
    let from = versions.length;
    while (from > 0 && versions.length - from < keptVersions) {
      size += this.#size(versions[from - 1]!.object);
      if (size > keptCharacters && versions.length - from >= 2) break;
      from--;
    }
    return versions.slice(from);
  }

  #size(object: KubeObject): number {
    const known = this.#sizes.get(object);
    if (known !== undefined) return known;
    const size = JSON.stringify(object).length;
    this.#sizes.set(object, size);
    return size;
  }
}
