import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KubeObject } from '../api/meta.ts';
import type { ObjectVersion } from './object-history.ts';
import type { Timing } from './timing.ts';

/** What all versions of all objects may take together, in bytes. */
const seenBytes = 8_000_000;
/** Versions that are kept of one object. */
const versionsEach = 32;
/** About what a version takes beside its text. */
const overhead = 120;
/** Objects are packed a few at a time, a while after they came, so that a list is on the screen first. */
const packing = { afterMs: 300, atOnce: 40, waiting: 2000 };

interface Packed {
  at: number;
  /** uid and resource version. */
  id: string;
  bytes: Buffer | undefined;
  object: KubeObject | undefined;
}

const idOf = ({ metadata }: KubeObject): string => `${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`;

/**
 * Versions of objects as tables have seen them go by, packed. Bounded: the oldest versions of what changes most
 * go first, so that what changed once keeps what it was before. Managed fields are left out.
 */
export class SeenObjects {
  readonly #timing: Timing;
  readonly #limit: number;
  readonly #objects = new Map<string, Packed[]>();
  readonly #waiting: Packed[] = [];
  #bytes = 0;
  #timer: { cancel(): void } | undefined;

  constructor(timing: Timing, limit = seenBytes) {
    this.#timing = timing;
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param key names the object among all of its cluster */
  take(key: string, object: KubeObject, at = this.#timing.now()): void {
    const versions = this.#objects.get(key) ?? [];
    const id = idOf(object);
    if (versions.some((one) => one.id === id)) return;
    // More than can be packed in time is let go: what comes so fast says little about any one change.
    if (this.#waiting.length >= packing.waiting) return;
    const { managedFields: _, ...metadata } = object.metadata;
    const packed: Packed = { at, id, bytes: undefined, object: { ...object, metadata } };
    const place = versions.findLastIndex((one) => one.at <= at) + 1;
    this.#objects.set(key, versions.toSpliced(place, 0, packed).slice(-versionsEach));
    for (const gone of versions.slice(0, Math.max(0, versions.length + 1 - versionsEach))) this.#drop(gone);
    this.#waiting.push(packed);
    this.#timer ??= this.#timing.after(packing.afterMs, () => this.#pack());
  }

  /** The versions that are known of an object, oldest first. */
  versions(key: string): ObjectVersion[] {
    return (this.#objects.get(key) ?? []).map(({ at, bytes, object }) => ({
      at,
      object: object ?? (JSON.parse(inflateRawSync(bytes!).toString()) as KubeObject),
    }));
  }

  #pack(): void {
    this.#timer = undefined;
    for (const packed of this.#waiting.splice(0, packing.atOnce)) {
      packed.bytes = deflateRawSync(JSON.stringify(packed.object), { level: 1 });
      packed.object = undefined;
      this.#bytes += packed.bytes.length + overhead;
    }
    while (this.#bytes > this.#limit && this.#forget());
    if (this.#waiting.length > 0) this.#timer = this.#timing.after(packing.afterMs / 10, () => this.#pack());
  }

  /** Lets one version go. @returns false where there is none */
  #forget(): boolean {
    let most: [string, Packed[]] | undefined;
    for (const entry of this.#objects) if (!most || entry[1].length > most[1].length) most = entry;
    if (!most) return false;
    const [key, [oldest, ...rest]] = most;
    if (rest.length > 0) this.#objects.set(key, rest);
    else this.#objects.delete(key);
    this.#drop(oldest!);
    return true;
  }

  #drop(packed: Packed): void {
    if (packed.bytes) this.#bytes -= packed.bytes.length + overhead;
    const at = this.#waiting.indexOf(packed);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}
