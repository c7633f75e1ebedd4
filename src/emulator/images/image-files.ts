import type { ImageFacts } from '../../api/image-facts.ts';
import { LayerUnion, type UnionEntry } from '../../oci/layer-union.ts';
import { inSlices } from '../../oci/layers/in-slices.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { type LayerFile, type LayerRoom, openLayer } from './layer-file.ts';

/** What all open images may have together: an entry takes up to 2 kB of memory while it is listed; tars are on the disk. */
const MOST: Readonly<LayerRoom> = { entries: 200_000, bytes: 2 * 2 ** 30 };
/** What images that no container has open may keep of that, for the next one. */
const IDLE_SHARE = 4;
/** So many that cannot be shown are remembered. */
const MOST_FAILED = 100;

/** The files of a real image, for one who has taken it. */
export interface ImageTree {
  union: LayerUnion;
  /** Bytes of a file's content, fewer at its end. */
  read(file: UnionEntry, from: number, length: number): Uint8Array;
  /** Has to be called once. */
  release(): void;
}

interface Opened {
  layers: LayerFile[];
  union: LayerUnion;
  users: number;
}

type ImageLayers = Pick<ImageFacts, 'layers' | 'simulated'>;

/** Files of images of the store, opened by the first container that looks at them and closed after the last. */
export class ImageFiles {
  readonly #store: () => ImageStore | undefined;
  readonly #folder: string;
  readonly #report: (error: unknown) => void;
  /** By their layers, the one that was used last at the end. */
  readonly #images = new Map<string, Opened>();
  /** Those that cannot be shown, with the version of the store at which that was so. */
  readonly #failed = new Map<string, string>();
  readonly #opening = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param folder on a disk that has room for layers as they are uncompressed */
  constructor(store: () => ImageStore | undefined, folder: string, report: (error: unknown) => void) {
    this.#store = store;
    this.#folder = folder;
    this.#report = report;
  }

  /**
   * Opens an image; one that cannot be is reported, and has no files.
   * @returns undefined where there is nothing to wait for
   */
  prepare(image: ImageLayers): Promise<void> | undefined {
    const store = this.#store();
    const key = keyOf(image);
    if (key === '' || !store || this.#isClosed || this.#images.has(key)) return undefined;
    if (this.#failed.get(key) === store.version()) return undefined;
    const known = this.#opening.get(key);
    if (known) return known;
    // One after the other, so that each knows what room the others have left.
    const opening = this.#last.then(() => this.#open(store, key, image)).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    this.#last = opening;
    return opening;
  }

  /** Undefined for simulated images, and for what was not prepared or could not be. */
  take(image: ImageLayers): ImageTree | undefined {
    const key = keyOf(image);
    const opened = this.#images.get(key);
    if (!opened) return undefined;
    this.#images.delete(key);
    this.#images.set(key, opened);
    opened.users++;
    let isHeld = true;
    return {
      union: opened.union,
      read(file, from, length) {
        const { entry, layer } = file.content ?? file;
        return isHeld ? opened.layers[layer]!.read(entry, from, length) : new Uint8Array();
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        opened.users--;
        if (this.#isClosed) closeIdle(opened);
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const opened of this.#images.values()) closeIdle(opened);
    this.#images.clear();
  }

  async #open(store: ImageStore, key: string, image: ImageLayers): Promise<void> {
    this.#forgetIdle();
    const layers: LayerFile[] = [];
    try {
      const room = this.#roomLeft();
      for (const { digest } of image.layers) {
        const layer = await openLayer(store, digest, this.#folder, room);
        layers.push(layer);
        room.bytes -= layer.bytes;
        room.entries -= layer.entries.length;
      }
      const union = new LayerUnion();
      for (const { entries } of layers) await inSlices(union.adding(entries));
      const opened = { layers, union, users: 0 };
      if (this.#isClosed) closeIdle(opened);
      else this.#images.set(key, opened);
    } catch (error) {
      for (const layer of layers) layer.close();
      if (this.#failed.size >= MOST_FAILED) this.#failed.clear();
      this.#failed.set(key, store.version());
      this.#report(error);
    }
  }

  #forgetIdle(): void {
    const idle = [...this.#images].filter(([, { users }]) => users === 0);
    let left = roomOf(idle.map(([, opened]) => opened));
    for (const [key, opened] of idle) {
      if (left.entries * IDLE_SHARE <= MOST.entries && left.bytes * IDLE_SHARE <= MOST.bytes) return;
      this.#images.delete(key);
      closeIdle(opened);
      const own = roomOf([opened]);
      left = { entries: left.entries - own.entries, bytes: left.bytes - own.bytes };
    }
  }

  #roomLeft(): LayerRoom {
    const used = roomOf([...this.#images.values()]);
    return { entries: MOST.entries - used.entries, bytes: MOST.bytes - used.bytes };
  }
}

function roomOf(images: readonly Opened[]): LayerRoom {
  const layers = images.flatMap((opened) => opened.layers);
  return {
    entries: layers.reduce((sum, { entries }) => sum + entries.length, 0),
    bytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function closeIdle({ users, layers }: Opened): void {
  if (users === 0) for (const layer of layers) layer.close();
}

/** '' where there is nothing to open. */
const keyOf = ({ simulated, layers }: ImageLayers): string =>
  simulated ? '' : layers.map(({ digest }) => digest).join(' ');
