import type { KubeObject } from '../../api/meta.ts';
import type { Report } from '../log.ts';
import { Disk } from './disk.ts';
import { dropEncoded, markStored } from './encoded.ts';
import { EventLog, type LoggedEvent } from './event-log.ts';
import { keyOf, ObjectTable, objectKey } from './object-table.ts';
import { Subscribers } from './subscribers.ts';
import { compensations } from './undo.ts';
import { defaultQuota, keepWeight, spaceExceeded, weightOf } from './weight.ts';

type Handler = (event: LoggedEvent) => void;

/** Writes that nobody outside waits for are gathered this long; whoever waits ends the gathering. */
const GATHER_MS = 5;
/** While hours are lived through in seconds, or writes come in by the hundred, a sync for every few would be most of the work. */
const GATHER_IN_HASTE_MS = 100;
/** A group of so many is a burst: the disk then rests as long as its last write took, also where somebody waits. */
const BURST = 50;

/**
 * All objects of the cluster: in memory for reading, in SQLite for keeping, numbered by one counter.
 *
 * A write is seen inside at once (`subscribe`, `get`, `list`) and reaches the disk together with others:
 * one synced transaction for all that came in one turn of the event loop (group commit). What leaves the
 * process must wait for it: answers by `settled`, watches by `follow`. When the disk refuses a group, the
 * memory goes back to what is on disk, subscribers are told by events that undo theirs, and the numbers
 * are not given out again.
 *
 * Stored objects are shared and must not be changed.
 */
export class Store {
  readonly #disk: Disk;
  readonly #tables = new Map<string, ObjectTable>();
  readonly #subscribers: Subscribers;
  readonly #followers: Subscribers;
  #log: EventLog;
  /** The last number that was given out, to a write that is kept or not. */
  #numbered: number;
  #durable: number;
  /** Writes that are not on disk yet, oldest first. */
  #pending: LoggedEvent[] = [];
  #group: PromiseWithResolvers<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** True while `#timer` is set for somebody who waits. */
  #isHastened = false;
  /** Until when more is gathered even for those who wait, in ms of `performance.now`; 0: no burst. */
  #restUntil = 0;
  #failures = 0;
  #lastFailure: unknown;
  /** After a refusal each write asks the disk by itself, until one is taken. */
  #isWary = false;
  #batchDepth = 0;
  /** True while cluster time runs far faster than real time: writes that nobody waits for are gathered for longer. */
  inHaste = false;
  readonly #report: Report;
  readonly #quota: number;
  /** Objects of the last group, whose JSON is kept for those who ask at once. */
  #told: readonly KubeObject[] = [];
  /** Of everything that is stored. */
  #weight = 0;

  /**
   * @param report told of subscribers that fail, and of a disk that refuses what nobody waits for
   * @param quota what all objects together may weigh (see weight.ts); half as much is kept of the past
   * @throws KctlError `input` when the database cannot be read, `conflict` when another process has it
   */
  constructor(dataDir: string, report: Report = () => {}, quota: number = defaultQuota()) {
    this.#report = report;
    this.#quota = quota;
    this.#subscribers = new Subscribers(report);
    this.#followers = new Subscribers(report);
    this.#disk = new Disk(dataDir);
    this.#durable = this.#disk.load((resource, key, object) => {
      markStored(object);
      this.#set(resource, key, object);
    });
    this.#numbered = this.#durable;
    this.#log = this.#emptyLog(this.#durable);
  }

  /** The revision of the last write that stands, be it on disk already or not. */
  get revision(): number {
    return this.#pending.at(-1)?.revision ?? this.#durable;
  }

  /** The revision of the last write that is on disk: what watches have been told. */
  get durableRevision(): number {
    return this.#durable;
  }

  /** Changes at or before this revision are forgotten. */
  get compactedRevision(): number {
    return this.#log.compacted;
  }

  get isEmpty(): boolean {
    return this.#tables.values().every((table) => table.size === 0);
  }

  /** Resources that hold, or held since the start, at least one object. */
  resources(): string[] {
    return [...this.#tables.keys()];
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#tables.get(resource)?.get(objectKey(namespace, name));
  }

  list(resource: string, namespace?: string): KubeObject[] {
    return this.#tables.get(resource)?.list(namespace) ?? [];
  }

  controlledBy(resource: string, ownerUid: string): KubeObject[] {
    return this.#tables.get(resource)?.controlledBy(ownerUid) ?? [];
  }

  /** What `list` gave at an earlier revision; undefined when that is forgotten. */
  listAt(revision: number, resource: string, namespace?: string): KubeObject[] | undefined {
    const logged = this.#log.since(revision);
    if (!logged) return undefined;
    const unlogged = this.#pending.filter((event) => event.revision > revision);
    const later = [...logged, ...unlogged].filter((event) => event.resource === resource);
    if (later.length === 0) return this.list(resource, namespace);
    const past = new ObjectTable();
    for (const object of this.list(resource, namespace)) past.set(keyOf(object), object);
    for (const event of later.reverse()) {
      if (namespace !== undefined && event.object.metadata.namespace !== namespace) continue;
      if (event.previous) past.set(keyOf(event.object), event.previous);
      else past.delete(keyOf(event.object));
    }
    return past.list();
  }

  /** Changes after `revision` that are on disk, oldest first; undefined when some are forgotten. */
  since(revision: number): LoggedEvent[] | undefined {
    return this.#log.since(revision);
  }

  /**
   * Stores `object` under its namespace and name; sets its resourceVersion and returns it. The caller gives it away.
   * @throws ApiStatusError 500 while the disk is known to refuse writes, and when the quota is used up
   */
  put(resource: string, object: KubeObject): KubeObject {
    const previous = this.#tables.get(resource)?.get(keyOf(object));
    const revision = ++this.#numbered;
    object.metadata.resourceVersion = String(revision);
    markStored(object);
    this.#checkQuota(object, previous);
    this.#enter({ type: previous ? 'MODIFIED' : 'ADDED', resource, revision, object, previous });
    return object;
  }

  /** Removes the object; returns it as it was last, with the revision of its end. */
  delete(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const previous = this.get(resource, namespace, name);
    if (!previous) return undefined;
    const revision = ++this.#numbered;
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    markStored(object);
    keepWeight(object, weightOf(previous));
    this.#enter({ type: 'DELETED', resource, revision, object, previous });
    return object;
  }

  /**
   * Calls `handler` at each write of `resource` (`*`: of any), before it is on disk: for what lives and
   * dies with this process. A write that the disk refuses is taken back by an event of the opposite kind.
   */
  subscribe(resource: string, handler: Handler): () => void {
    return this.#subscribers.add(resource, handler);
  }

  /** Calls `handler` after each write that is on disk: for what tells the outside. Returns the unsubscribe. */
  follow(resource: string, handler: Handler): () => void {
    return this.#followers.add(resource, handler);
  }

  /** Counts groups that the disk refused; what was read or written before a change of it may not stand. */
  get failures(): number {
    return this.#failures;
  }

  /** ApiStatusError 500 of the last group that the disk refused. */
  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /** Undefined where all writes are on disk; else resolves when the present ones are, or are undone (see `failures`). */
  settled(): Promise<void> | undefined {
    if (this.#pending.length === 0) return undefined;
    this.#group ??= Promise.withResolvers();
    if (this.#batchDepth === 0) this.#hasten();
    return this.#group.promise;
  }

  /** Somebody waits: no more is gathered than comes in this turn, and while the disk rests. */
  #hasten(): void {
    if (this.#immediate || this.#isHastened) return;
    const rest = this.#restUntil - performance.now();
    if (rest < 1) {
      this.#immediate = setImmediate(() => this.#commit());
      return;
    }
    this.#isHastened = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#commit(), rest);
  }

  /** Brings to disk at once what is not there yet. @throws ApiStatusError 500 when it is refused, and then undone */
  flush(): void {
    const before = this.#failures;
    this.#commit();
    if (this.#failures !== before) throw this.#lastFailure;
  }

  /**
   * Many writes in one transaction, for the seed: nothing is kept before `run` is done. When it throws,
   * the database is as before; this store is then of no further use.
   */
  async batch<T>(run: () => Promise<T> | T): Promise<T> {
    if (this.#batchDepth === 0) this.flush();
    this.#batchDepth++;
    let done = false;
    try {
      const result = await run();
      done = true;
      return result;
    } finally {
      this.#batchDepth--;
      if (!done) this.#pending = [];
      if (this.#batchDepth === 0) this.flush();
    }
  }

  /** Forgets the changes until now: nobody can have seen what was before the first request. */
  forgetHistory(): void {
    this.#log = this.#emptyLog(this.revision);
  }

  /** Copies what is on disk, and what is on its way there, into a database of its own; see Disk. */
  async copyTo(path: string): Promise<void> {
    this.flush();
    await this.#disk.copyTo(path);
  }

  /** Forgets the past, as a compaction does: what resumes from it is refused. @throws ApiStatusError 500 */
  compact(): void {
    this.flush();
    this.#log = this.#emptyLog(this.#durable);
  }

  close(): void {
    this.#commit();
    this.#disk.close();
  }

  #emptyLog(revision: number): EventLog {
    return new EventLog(revision, this.#quota / 2);
  }

  /** What goes, shrinks or stays as it is may be written where everything is full: else nothing could make room. */
  #checkQuota(object: KubeObject, previous: KubeObject | undefined): void {
    const growth = weightOf(object) - (previous ? weightOf(previous) : 0);
    if (growth <= 0 || this.#weight + growth <= this.#quota || object.metadata.deletionTimestamp) return;
    // A first start is done wholly or not at all.
    if (this.#batchDepth > 0) return;
    this.#report('storage', `stored objects use up the quota of ${this.#quota} bytes`);
    throw spaceExceeded();
  }

  #table(resource: string): ObjectTable {
    let table = this.#tables.get(resource);
    if (!table) {
      table = new ObjectTable();
      this.#tables.set(resource, table);
    }
    return table;
  }

  /** @throws ApiStatusError 500 after a refusal, while the disk still refuses */
  #enter(event: LoggedEvent): void {
    // Controllers that only heard of refusals afterwards would try again without end and without pause.
    // What belongs together waits for the rest all the same: on disk it is there wholly or not at all.
    const alone = this.#isWary && this.#batchDepth === 0;
    if (alone) {
      this.#disk.write([event]);
      this.#isWary = false;
    }
    this.#set(event.resource, keyOf(event.object), event.type === 'DELETED' ? undefined : event.object);
    if (!alone) {
      this.#pending.push(event);
      if (this.#batchDepth === 0)
        this.#timer ??= setTimeout(
          () => this.#commit(),
          this.inHaste || this.#restUntil > 0 ? GATHER_IN_HASTE_MS : GATHER_MS,
        );
    }
    this.#subscribers.tell(event);
    if (alone) this.#keep([event]);
  }

  #set(resource: string, key: string, object: KubeObject | undefined): void {
    const table = this.#table(resource);
    const before = table.get(key);
    this.#weight += (object ? weightOf(object) : 0) - (before ? weightOf(before) : 0);
    if (object) table.set(key, object);
    else table.delete(key);
  }

  #commit(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#isHastened = false;
    if (this.#batchDepth > 0) return;
    const group = this.#pending;
    const waiting = this.#group;
    this.#pending = [];
    this.#group = undefined;
    const begun = performance.now();
    const refusal = group.length > 0 ? this.#write(group) : undefined;
    const ended = performance.now();
    this.#restUntil = group.length >= BURST ? ended + Math.min(ended - begun, GATHER_IN_HASTE_MS) : 0;
    if (refusal) this.#undo(group, refusal);
    else this.#keep(group);
    waiting?.resolve();
  }

  #write(group: readonly LoggedEvent[]): unknown {
    try {
      this.#disk.write(group);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #keep(group: readonly LoggedEvent[]): void {
    const now = Date.now();
    for (const event of group) {
      this.#durable = event.revision;
      if (event.revision > this.#log.compacted) this.#log.append(event, now);
      this.#followers.tell(event);
      if (event.previous) dropEncoded(event.previous);
    }
    // Whoever waited for this group finds its JSON until the next; most objects are never asked for again.
    for (const object of this.#told) dropEncoded(object);
    this.#told = group.map(({ object }) => object);
  }

  /** Memory as it is on disk. */
  #undo(group: readonly LoggedEvent[], error: unknown): void {
    this.#failures++;
    this.#lastFailure = error;
    this.#isWary = true;
    this.#report('storage', error);
    for (const { resource, object, previous } of group.toReversed()) this.#set(resource, keyOf(object), previous);
    for (const event of compensations(group)) this.#subscribers.tell(event);
  }
}
