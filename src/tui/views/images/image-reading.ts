import { KctlError } from '../../../lib/errors.ts';
import type { ImageExplorer, ImageSummaryFacts, ReadProgress } from '../../../oci/layers/explore-image.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { type FoundImage, findImage, type ImageAsked } from './find-image.ts';
import { imagesOf } from './images-of.ts';
import { holdersOf } from './layer-holders.ts';
import type { LayersFacts } from './layers-pane.ts';
import { rememberVerdict } from './verdicts.ts';

/** What a page does when more is known. */
interface ReadingListener {
  /** The image has a name. */
  named(image: string): void;
  /** Files of more layers can be seen. */
  grown(): void;
  changed(): void;
}

/** An image on its way into a page: found, its layers read as they come, and what they are worth together. */
export class ImageReading {
  readonly #services: DashboardServices;
  readonly #listener: ReadingListener;
  #asked: ImageAsked;
  #stopping = new AbortController();
  #reading: AbortController | undefined;
  #holders: ReadonlyMap<string, readonly string[]> = new Map();
  #summary: ImageSummaryFacts | undefined;
  image: FoundImage | undefined;
  error: unknown;
  /** While layers are read. */
  progress: ReadProgress | undefined;

  constructor(services: DashboardServices, asked: ImageAsked, listener: ReadingListener) {
    this.#services = services;
    this.#asked = asked;
    this.#listener = listener;
  }

  /** As people write it; '' until it is known. */
  get name(): string {
    return this.#asked.image ?? '';
  }

  get explorer(): ImageExplorer | undefined {
    return this.image?.explorer;
  }

  /** Ends with the page. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  facts(image: FoundImage): LayersFacts {
    const isRead = (layer: number) => image.explorer?.has(layer) ?? false;
    return { image, summary: this.#summary, holders: this.#holders, isRead };
  }

  async open(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      const image = this.#asked.image ?? (await this.#firstImage());
      this.#asked = { ...this.#asked, image };
      this.#listener.named(image);
      const found = await findImage(this.#services, { ...this.#asked, image }, signal);
      if (signal.aborted) return found.close();
      this.image = found;
      this.#listener.changed();
      void this.#findHolders(found, signal);
      const all = [...found.layers.keys()];
      if (found.explorer && (await found.explorer.missingBytes(all)) === 0) await this.read(all);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.#listener.changed();
    }
  }

  async #firstImage(): Promise<string> {
    const ref = this.#asked.ref!;
    const [first] = imagesOf(await this.#services.get(ref.resource, ref.namespace, ref.name));
    if (!first) throw new KctlError('input', say('{name} names no image', { name: ref.name }));
    this.#asked = { ...this.#asked, digest: first.digest };
    return first.image;
  }

  async #findHolders(image: FoundImage, signal: AbortSignal): Promise<void> {
    // Who shares layers is worth knowing and no reason to fail.
    const holders = await holdersOf(this.#services, image, signal).catch(() => undefined);
    if (signal.aborted || !holders) return;
    this.#holders = holders;
    this.#listener.changed();
  }

  /** Reads layers, with what they take from a registry. */
  async read(wanted: readonly number[]): Promise<void> {
    const { explorer, digest = '' } = this.image ?? {};
    if (!explorer) return;
    this.#reading = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, this.#reading.signal]);
    try {
      const tell = (progress: ReadProgress) => {
        this.progress = progress;
        this.#listener.grown();
      };
      tell({ phase: 'reading', layers: wanted, doneBytes: 0, totalBytes: 0 });
      await explorer.read(wanted, tell, signal);
      this.#listener.grown();
      if (explorer.isWhole && !this.#summary) {
        this.#summary = await explorer.summary(signal);
        rememberVerdict(digest, this.#summary.efficiency);
      }
    } catch (error) {
      // Who has left the page, or has stopped it, is not told that it was not read to its end.
      if (!signal.aborted) throw error;
    } finally {
      this.#reading = undefined;
      this.progress = undefined;
      this.#listener.changed();
    }
  }

  /** Ends reading; what was read stays. @returns false where nothing is read */
  stop(): boolean {
    this.#reading?.abort(new KctlError('input', 'reading was stopped'));
    return this.#reading !== undefined;
  }

  /** From the start. */
  again(): void {
    this.close();
    this.#stopping = new AbortController();
    this.image = undefined;
    this.error = undefined;
    this.#summary = undefined;
    this.#asked = { ...this.#asked, unknown: undefined };
    void this.open();
  }

  close(): void {
    this.#stopping.abort(new KctlError('input', 'the page was closed'));
    this.image?.close();
  }
}
