import { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { instructionsOf } from '../instructions.ts';
import { LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';
import { bytesOf, type Efficiency, summarySteps } from './efficiency.ts';
import { type ExtractCare, type Extracted, extractFiles } from './extract-files.ts';
import type { ImageSource } from './image-source.ts';
import { inSlices } from './in-slices.ts';
import { LayerTree } from './layer-tree.ts';
import { readFiles } from './read-files.ts';
import { readSourceLayer } from './read-source-layer.ts';
import type { RegistrySource } from './registry-source.ts';
import { type Waste, wasteOf } from './waste.ts';

/** What all layers of an image are worth together. */
export interface ImageSummaryFacts {
  efficiency: Efficiency;
  /** Most bytes first. */
  waste: Waste[];
}

/** How far reading has come. */
export interface ReadProgress {
  /** `bringing`: from a registry into the store. */
  phase: 'bringing' | 'reading';
  /** Numbers of the layers that are read. */
  layers: readonly number[];
  /** Bytes as stored; the total is 0 where it is not known. */
  doneBytes: number;
  totalBytes: number;
}

/** The start of a file's content. */
export interface FileContent {
  bytes: Buffer;
  /** True where the file goes on behind them. */
  isCut: boolean;
}

/**
 * An image that is looked through: its layers are read when they are asked for, in slices that leave room for input and
 * drawing. Of each path about 400 bytes are kept, of contents nothing.
 */
export class ImageExplorer {
  readonly source: ImageSource;
  /** Sizes as stored, lowest first; undefined where nobody says. */
  readonly sizes: readonly (number | undefined)[];
  readonly instructions: readonly string[];
  #tree = new LayerTree();
  /** Layers that the tree has, in the order in which they came into it. */
  #placed: number[] = [];
  readonly #entries: (readonly LayerEntry[] | undefined)[];
  readonly #bring: Pick<RegistrySource, 'bring' | 'missingBytes'> | undefined;

  constructor(source: ImageSource | RegistrySource, sizes: readonly (number | undefined)[] = []) {
    this.source = source;
    this.#bring = 'bring' in source ? source : undefined;
    this.sizes = source.layers.map((_, number) => sizes[number]);
    const told = instructionsOf(source.config, source.layers.length);
    this.instructions = source.layers.map((_, number) => told[number] ?? '');
    this.#entries = source.layers.map(() => undefined);
  }

  /** Of the layers that are read, laid on one another; another one after each `read`. */
  get tree(): LayerTree {
    return this.#tree;
  }

  /** Whether files of this layer can be seen in the tree. */
  has(layer: number): boolean {
    return this.#placed.includes(layer);
  }

  /** Whether all layers below this one are known, so that what it changes is. */
  isGrounded(layer: number): boolean {
    for (let at = 0; at < layer; at++) if (!this.has(at)) return false;
    return true;
  }

  get isWhole(): boolean {
    return this.#entries.every((entries) => entries !== undefined);
  }

  /** Bytes that have to be brought here before these layers can be read; 0 for what is here. */
  missingBytes(wanted: readonly number[]): Promise<number> {
    return this.#bring?.missingBytes(wanted) ?? Promise.resolve(0);
  }

  /** Bytes of the files of a layer; undefined while it is not read. */
  fileBytes(layer: number): number | undefined {
    const entries = this.#entries[layer];
    return entries && bytesOf(entries);
  }

  /**
   * Reads layers, and places them in the tree as they come.
   * @param wanted their numbers; those that are read already are left out
   * @param tell is told how far it has come, some hundred times
   * @throws KctlError `input` for damaged layers; what the source throws; the signal's reason
   */
  async read(wanted: readonly number[], tell: (progress: ReadProgress) => void, signal: AbortSignal): Promise<void> {
    const missing = wanted.filter((number) => this.#entries[number] === undefined);
    if (missing.length === 0) return;
    const totalBytes = new Map(
      missing.map((number) => [this.source.layers[number]!.digest ?? number, this.sizes[number] ?? 0]),
    )
      .values()
      .reduce((sum, size) => sum + size, 0);
    const progress: ReadProgress = { phase: 'reading', layers: missing, doneBytes: 0, totalBytes };
    let told = 0;
    const count = (bytes: number) => {
      progress.doneBytes += bytes;
      if (progress.doneBytes - told < Math.max(1 << 18, totalBytes / 200)) return;
      told = progress.doneBytes;
      tell({ ...progress });
    };
    if (this.#bring) {
      Object.assign(progress, { phase: 'bringing', totalBytes: await this.#bring.missingBytes(missing) });
      await this.#bring.bring(missing, count, signal);
      Object.assign(progress, { phase: 'reading', totalBytes, doneBytes: 0 });
      told = 0;
    }
    await this.source.visit(async (numbers, stored) => {
      // A file that is gone when nobody reads any more is nobody's failure.
      stored.on('error', () => {});
      if (signal.aborted) stored.destroy();
      signal.throwIfAborted();
      const contents = await readSourceLayer(this.source, numbers, counted(stored, count, signal));
      for (const number of numbers) this.#entries[number] = contents.entries;
      await this.#grow(signal);
      tell({ ...progress });
    }, missing);
  }

  /** Places what is read. Layers that come out of order make the tree anew. */
  async #grow(signal: AbortSignal): Promise<void> {
    const known = [...this.#entries.keys()].filter((number) => this.#entries[number] !== undefined);
    const isBehind = this.#placed.every((number, at) => known[at] === number);
    const tree = isBehind ? this.#tree : new LayerTree();
    const placed = isBehind ? [...this.#placed] : [];
    for (const number of known.slice(placed.length)) {
      const isAlone = placed.length < number;
      await inSlices(tree.add(number, this.#entries[number]!, isAlone), signal);
      placed.push(number);
      if (isBehind) this.#placed = [...placed];
    }
    this.#tree = tree;
    this.#placed = placed;
  }

  /** Efficiency and waste, by dive's formulas. Only of an image all of whose layers are read. */
  async summary(signal: AbortSignal): Promise<ImageSummaryFacts> {
    const layers = this.#entries.map((entries) => entries ?? []);
    const { efficiency, changes } = await inSlices(summarySteps(layers), signal);
    return { efficiency, waste: wasteOf(changes) };
  }

  /** The file systems of layers laid on one another, as far as they are read. */
  async union(layer: number, signal: AbortSignal): Promise<LayerUnion> {
    const union = new LayerUnion();
    for (let at = 0; at <= layer; at++) await inSlices(union.adding(this.#entries[at] ?? []), signal);
    return union;
  }

  /**
   * The first bytes of a file.
   * @param layer that holds it @param path in that layer
   * @throws KctlError `input` where it is not there
   */
  async content(layer: number, path: string, most: number, signal: AbortSignal): Promise<FileContent> {
    const pieces: Buffer[] = [];
    let length = 0;
    let isFound = false;
    await readFiles(endable(this.source, signal), new Map([[layer, new Set([path])]]), async (_path, content) => {
      isFound = true;
      for await (const piece of content as AsyncIterable<Buffer>) {
        signal.throwIfAborted();
        // Read to the end, since the layer goes on behind it; kept is what is shown.
        if (length <= most) pieces.push(piece);
        length += piece.length;
      }
    });
    if (!isFound) throw new KctlError('input', `${path}: the layer has no such file`);
    const bytes = Buffer.concat(pieces);
    return { bytes: bytes.subarray(0, most), isCut: length > most };
  }

  /**
   * Writes a file or folder to this machine: as it is at a layer, or, `isAlone`, as that layer has it by itself.
   * @param into '' for its own name in `cwd`
   * @throws KctlError `input` where the destination is there already and is not to be replaced
   */
  async extract(
    layer: number,
    path: string,
    { isAlone = false, ...place }: { into: string; cwd: string; isAlone?: boolean },
    care: ExtractCare & { signal: AbortSignal },
  ): Promise<Extracted> {
    const files = isAlone ? new LayerUnion() : await this.union(layer, care.signal);
    if (isAlone) await inSlices(files.adding(this.#entries[layer] ?? []), care.signal);
    return extractFiles(
      endable(this.source, care.signal),
      files,
      { path, ...place, layer: isAlone ? layer : undefined },
      care,
    );
  }
}

/** The same image, reading which ends with the signal, also in the middle of a layer. */
function endable(source: ImageSource, signal: AbortSignal): ImageSource {
  return {
    ...source,
    visit: (handle, wanted) =>
      source.visit(
        (numbers, stored) =>
          handle(
            numbers,
            counted(stored, () => undefined, signal),
          ),
        wanted,
      ),
  };
}

/** The same bytes, counted. */
function counted(stored: Readable, count: (bytes: number) => void, signal: AbortSignal): Readable {
  async function* flow() {
    for await (const chunk of stored as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      count(chunk.length);
      yield chunk;
    }
  }
  return Readable.from(flow(), { objectMode: false });
}
