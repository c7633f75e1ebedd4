import { KctlError } from '../../../lib/errors.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { truncateText } from '../../../lib/text-width.ts';
import type { ImageSummaryFacts, ReadProgress } from '../../../oci/layers/explore-image.ts';
import { pathOf } from '../../../oci/layers/layer-tree.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { errorLines, wrapWords } from '../error-lines.ts';
import { PageModel } from '../pages/page-model.ts';
import type { ObjectRef } from '../view.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { openImageFile } from './file-text.ts';
import { FilesPane, type FileToggle } from './files-pane.ts';
import { type FoundImage, findImage, type ImageAsked } from './find-image.ts';
import { imagesOf } from './images-of.ts';
import { holdersOf } from './layer-holders.ts';
import { type LayersFacts, LayersPane } from './layers-pane.ts';
import {
  barText,
  lookText,
  messageOf,
  noticeText,
  originText,
  plainWidth,
  progressText,
  spokenSummary,
} from './layers-text.ts';
import { rememberVerdict } from './verdicts.ts';

/** Narrower than this, one pane has the screen. */
const twoPanes = 100;

type Pane = 'layers' | 'files';

/** The layers of an image beside the files that they make, as dive shows them. */
export class LayersPage extends PageModel {
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef | undefined;
  readonly #layers = new LayersPane();
  readonly #files = new FilesPane();
  #asked: ImageAsked;
  #stopping = new AbortController();
  #image: FoundImage | undefined;
  #error: unknown;
  #summary: ImageSummaryFacts | undefined;
  #progress: ReadProgress | undefined;
  #holders: ReadonlyMap<string, readonly string[]> = new Map();
  #pane: Pane = 'layers';
  #isAggregated = false;
  #leftWidth = 0;
  #bodyTop = 0;

  constructor(services: DashboardServices, asked: ImageAsked) {
    super({ type: 'page', page: 'layers', of: asked.image ?? asked.ref?.name ?? '' });
    this.#services = services;
    this.#asked = asked;
    this.#ref = asked.ref;
    void this.#open();
  }

  /** As people write it; '' until it is known. */
  get image(): string {
    return this.#asked.image ?? '';
  }

  async #open(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      const image = this.#asked.image ?? (await this.#firstImage());
      this.#asked = { ...this.#asked, image };
      this.view.of = image;
      const found = await findImage(this.#services, { ...this.#asked, image }, signal);
      if (signal.aborted) return found.close();
      this.#image = found;
      this.bump();
      void this.#findHolders(found, signal);
      const all = [...found.layers.keys()];
      if (found.explorer && (await found.explorer.missingBytes(all)) === 0) await this.#read(all);
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
      this.bump();
    }
  }

  async #firstImage(): Promise<string> {
    const ref = this.#ref!;
    const [first] = imagesOf(await this.#services.get(ref.resource, ref.namespace, ref.name));
    if (!first) throw new KctlError('input', say('{name} names no image', { name: ref.name }));
    this.#asked = { ...this.#asked, digest: first.digest };
    return first.image;
  }

  async #findHolders(image: FoundImage, signal: AbortSignal): Promise<void> {
    // Who shares layers is worth knowing and no reason to fail.
    const holders = await holdersOf(this.#services, image).catch(() => undefined);
    if (signal.aborted || !holders) return;
    this.#holders = holders;
    this.bump();
  }

  /** Reads layers, with what they take from a registry. */
  async #read(wanted: readonly number[]): Promise<void> {
    const { explorer, digest } = this.#image ?? {};
    const { signal } = this.#stopping;
    if (!explorer) return;
    try {
      const tell = (progress: ReadProgress) => {
        this.#progress = progress;
        this.#show();
        this.bump();
      };
      tell({ phase: 'reading', layers: wanted, doneBytes: 0, totalBytes: 0 });
      await explorer.read(wanted, tell, signal);
      this.#show();
      if (explorer.isWhole && !this.#summary) {
        this.#summary = await explorer.summary(signal);
        rememberVerdict(digest ?? '', this.#summary.efficiency);
      }
    } catch (error) {
      // Who has left the page is not told that it was not read to its end.
      if (!signal.aborted) throw error;
    } finally {
      this.#progress = undefined;
      this.bump();
    }
  }

  /** The files of the layer under the cursor. */
  #show(): void {
    const { explorer } = this.#image ?? {};
    const { at } = this.#layers;
    if (explorer?.has(at)) this.#files.show(explorer.tree, at, this.#base(at));
    else this.#files.hide();
  }

  /** Against what a layer is shown: what lies below it, or the lowest layer; the lowest one against nothing. */
  #base(layer: number): number {
    return this.#isAggregated ? 0 : layer - 1;
  }

  #facts(image: FoundImage): LayersFacts {
    const isRead = (layer: number) => image.explorer?.has(layer) ?? false;
    return { image, summary: this.#summary, holders: this.#holders, isRead };
  }

  // --- what keys do

  get pane(): Pane {
    return this.#pane;
  }

  togglePane(): void {
    this.#pane = this.#pane === 'layers' ? 'files' : 'layers';
    this.bump();
  }

  setAggregated(isAggregated: boolean): void {
    this.#isAggregated = isAggregated;
    this.#show();
    this.bump();
  }

  /** Another layer, whichever pane has the keys. */
  stepLayer(by: number): void {
    this.#layers.move(by, this.#image?.layers.length ?? 0);
    this.#show();
    this.bump();
  }

  /** Does something to the file tree. */
  withFiles(change: (files: FilesPane) => void): void {
    change(this.#files);
    this.bump();
  }

  isHidden(toggle: FileToggle): boolean {
    return this.#files.isHidden(toggle);
  }

  /** Why there are no files to see; undefined where there are. */
  noFiles(): string | undefined {
    return this.#files.look ? undefined : say('no files are shown');
  }

  /** The path under the cursor of the files, as it is in a container. */
  path(): string | undefined {
    const row = this.#files.current();
    return row && `/${pathOf(row.file)}`;
  }

  override target(): ObjectRef | undefined {
    return this.#ref;
  }

  move(move: Move, steps = 1): void {
    if (this.#pane === 'files') this.#files.move(move, steps);
    else if (move === 'right') this.#pane = 'files';
    else if (move !== 'left') {
      const count = this.#image?.layers.length ?? 0;
      const { page } = this.#layers;
      const by: Partial<Record<Move, number>> = {
        up: -steps,
        down: steps,
        'page-up': -page * steps,
        'page-down': page * steps,
        top: -count,
        bottom: count,
      };
      this.#layers.move(by[move] ?? 0, count);
      this.#show();
    }
    this.bump();
  }

  async enter(host: ActionHost): Promise<void> {
    if (this.#pane === 'layers') {
      if (this.#image?.explorer && !this.#image.explorer.has(this.#layers.at)) return this.bring(host);
      this.#pane = 'files';
      return this.bump();
    }
    const row = this.#files.current();
    if (!row) return this.bring(host);
    if (row.isFolder) this.#files.fold();
    else this.#openFile(host, row);
    this.bump();
  }

  #openFile(host: ActionHost, row: LookRow): void {
    const { explorer, name } = this.#image!;
    // What was removed is read from the layer that had it.
    const layer = row.change === 'removed' ? lastWith(row, this.#layers.at) : row.layer;
    if (row.entry && explorer) host.push(openImageFile(explorer, name, layer, row.entry));
  }

  /** Asks which layers to bring from the registry, and reads them. */
  async bring(host: ActionHost): Promise<void> {
    const { explorer, layers = [] } = this.#image ?? {};
    if (!explorer || this.#progress) return;
    const { at } = this.#layers;
    const choices = [
      { label: 'this layer', wanted: [at] },
      { label: 'this layer and those below it', wanted: [...layers.keys()].filter((layer) => layer <= at) },
      { label: 'all layers', wanted: [...layers.keys()] },
    ];
    const sizes = await Promise.all(choices.map(({ wanted }) => explorer.missingBytes(wanted)));
    const options = choices.map(({ label }, index) => `${say(label)} (${sizeText(sizes[index]!)})`);
    const answer = await host.ask({
      title: say('Read files?'),
      lines: [say('The layers come from the registry into the image store of this machine, until the next prune.')],
      fields: [{ id: 'which', label: 'Layers', options, value: 0 }],
      confirmLabel: 'Read',
    });
    const choice = answer && choices[options.indexOf(answer['which'] ?? '')];
    if (choice) await this.#read(choice.wanted);
  }

  /** Writes what is under the cursor to this machine. @returns where, and how many files */
  extract(into: string, cwd: string): Promise<{ path: string; files: number }> {
    const row = this.#files.current();
    const { explorer } = this.#image ?? {};
    if (!row || !explorer) throw new KctlError('input', say('no files are shown'));
    if (row.change === 'removed') throw new KctlError('input', say('the layer removes it: go to one that has it'));
    return explorer.extract(this.#layers.at, pathOf(row.file), { into, cwd }, this.#stopping.signal);
  }

  protected override filtered(): void {
    this.#files.filter(this.filter());
  }

  filterHints(): readonly (readonly [example: string, meaning: string])[] {
    return [
      ['etc', say('paths with this in them')],
      ['\\.so$', say('an expression, on paths such as /usr/lib/x.so')],
    ];
  }

  click(line: number, column: number): void {
    const isLeft = this.#leftWidth === 0 ? this.#pane === 'layers' : column < this.#leftWidth;
    this.#pane = isLeft ? 'layers' : 'files';
    if (isLeft) {
      if (this.#layers.click(line - 1, this.#image?.layers.length ?? 0)) this.#show();
    } else this.#files.click(line - this.#bodyTop, column - (this.#leftWidth === 0 ? 0 : this.#leftWidth + 3) - 2);
    this.bump();
  }

  // --- what is seen

  title(): ViewTitle {
    const { at } = this.#layers;
    const image = this.#image;
    return {
      kind: 'layers',
      scope: this.view.of ?? '',
      count: image ? `${at + 1}/${image.layers.length}` : this.#error === undefined ? '…' : '0',
      filter: this.filter(),
      notes: [
        ...(image ? [originText(image)] : []),
        ...(image?.isSimulated ? [say('simulated')] : []),
        ...(this.#progress ? [progressText(this.#progress)] : []),
        ...(image && this.#error !== undefined ? [messageOf(this.#error)] : []),
      ],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const image = this.#image;
    if (!image) {
      if (this.#error !== undefined) return errorLines(this.#error, width, theme);
      return ['', `  ${theme.paint('text.muted', say('Loading…'))}`];
    }
    if (width < twoPanes) {
      this.#leftWidth = 0;
      const names = this.#paneNames(width, theme);
      const rest = height - 1;
      const body =
        this.#pane === 'layers' ? this.#left(image, width, rest, theme) : this.#right(image, width, rest, theme);
      this.#bodyTop = this.#pane === 'files' ? 2 : 1;
      return [names, ...body].slice(0, height);
    }
    this.#leftWidth = Math.min(90, Math.floor(width * 0.45));
    this.#bodyTop = 2;
    const left = [this.#paneName('layers', theme), ...this.#left(image, this.#leftWidth, height - 1, theme)];
    const rightWidth = width - this.#leftWidth - 3;
    const right = [this.#paneName('files', theme), ...this.#right(image, rightWidth, height - 1, theme)];
    const bar = theme.paint('border', ' │ ');
    return Array.from({ length: height }, (_, line) => {
      const text = left[line] ?? '';
      return `${text}${' '.repeat(Math.max(0, this.#leftWidth - plainWidth(text)))}${bar}${right[line] ?? ''}`;
    });
  }

  #paneNames(width: number, theme: Theme): string {
    const names = `${this.#paneName('layers', theme)}   ${this.#paneName('files', theme)}`;
    return plainWidth(names) <= width ? names : this.#paneName(this.#pane, theme);
  }

  #paneName(pane: Pane, theme: Theme): string {
    const isHere = this.#pane === pane;
    const name = pane === 'layers' ? say('Layers') : say('Files');
    return theme.paint(isHere ? 'view.title' : 'text.muted', isHere ? `[${name}]` : ` ${name} `);
  }

  #left(image: FoundImage, width: number, height: number, theme: Theme): string[] {
    return this.#layers.lines(this.#facts(image), width, height, this.#pane === 'layers', theme);
  }

  #right(image: FoundImage, width: number, height: number, theme: Theme): string[] {
    const notice = this.#notice(image);
    const look = this.#files.look;
    if (notice !== undefined || !look) {
      const words = wrapWords(notice ?? '', Math.max(12, width - 4));
      const { totalBytes, doneBytes } = this.#progress ?? { totalBytes: 0, doneBytes: 0 };
      const bar = totalBytes > 0 ? ['', `  ${barText(doneBytes / totalBytes, Math.min(40, width - 4), theme)}`] : [];
      return ['', ...words.map((line) => `  ${theme.paint('text.muted', line)}`), ...bar];
    }
    const head = theme.paint('table.header', truncateText(this.#lookText(image), width));
    const rows = this.#files.lines(width, height - 1, this.#pane === 'files', theme);
    if (rows.length > 0) return [head, ...rows];
    const none = say('No file of this layer is shown: filters and toggles hide all of them.');
    return [
      head,
      '',
      ...wrapWords(none, Math.max(12, width - 4)).map((line) => `  ${theme.paint('text.muted', line)}`),
    ];
  }

  #lookText({ explorer }: FoundImage): string {
    const { at } = this.#layers;
    const isGrounded = explorer?.isGrounded(at) ?? true;
    return lookText(this.#files, at, { isGrounded, isAggregated: this.#isAggregated });
  }

  /** What stands in place of the files; undefined where they are there. */
  #notice(image: FoundImage): string | undefined {
    if (this.#files.look) return undefined;
    return noticeText(image, this.#layers.at, { progress: this.#progress, error: this.#error });
  }

  spoken(): { lines: readonly string[]; at: number } {
    const image = this.#image;
    if (!image) {
      const why = this.#error === undefined ? say('Loading…') : messageOf(this.#error);
      return { lines: [why], at: -1 };
    }
    if (this.#pane === 'files') {
      const notice = this.#notice(image);
      if (notice !== undefined || !this.#files.look) return { lines: [notice ?? ''], at: -1 };
      return { lines: this.#files.spoken(), at: this.#files.at };
    }
    const facts = this.#facts(image);
    const told = this.#layers.spoken(facts);
    return { lines: [...told, ...spokenSummary(facts, image)], at: this.#layers.at };
  }

  refresh(): void {
    this.#stopping.abort();
    this.#image?.close();
    this.#stopping = new AbortController();
    this.#image = undefined;
    this.#error = undefined;
    this.#summary = undefined;
    this.#files.hide();
    this.bump();
    void this.#open();
  }

  close(): void {
    this.#stopping.abort(new KctlError('input', 'the page was closed'));
    this.#image?.close();
  }
}

/** The layer that had a file before it was removed. */
function lastWith({ file }: LookRow, layer: number): number {
  return file.versions.findLast((version) => version.layer <= layer && typeof version.entry !== 'string')?.layer ?? 0;
}
