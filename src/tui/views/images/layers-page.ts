import type { ImageExplorer } from '../../../oci/layers/explore-image.ts';
import { pathOf } from '../../../oci/layers/layer-tree.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import { PageModel } from '../pages/page-model.ts';
import type { ObjectRef } from '../view.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { askToRead } from './ask-to-read.ts';
import { openImageFile } from './file-text.ts';
import { FilesPane } from './files-pane.ts';
import type { FoundImage, ImageAsked } from './find-image.ts';
import { ImageReading } from './image-reading.ts';
import { LayersPane } from './layers-pane.ts';
import { LayersScreen, type LayersShown, missingFiles, type Pane } from './layers-screen.ts';
import { messageOf, originText, progressText, spokenSummary } from './layers-text.ts';
import { PageWork } from './page-work.ts';

/** The layers of an image beside the files that they make, as dive shows them. */
export class LayersPage extends PageModel {
  readonly #ref: ObjectRef | undefined;
  readonly #reading: ImageReading;
  readonly #layers = new LayersPane();
  readonly #files = new FilesPane();
  readonly #screen = new LayersScreen();
  #pane: Pane = 'layers';
  #isAggregated = false;
  readonly #work = new PageWork(() => this.bump());

  constructor(services: DashboardServices, asked: ImageAsked) {
    super({ type: 'page', page: 'layers', of: asked.image ?? asked.ref?.name ?? '' });
    this.#ref = asked.ref;
    this.#reading = new ImageReading(services, asked, {
      named: (image) => {
        this.view.of = image;
      },
      grown: () => this.#show(),
      changed: () => this.bump(),
    });
    void this.#reading.open();
  }

  /** As people write it; '' until it is known. */
  get image(): string {
    return this.#reading.name;
  }

  get layers(): FoundImage['layers'] {
    return this.#reading.image?.layers ?? [];
  }

  get explorer(): ImageExplorer | undefined {
    return this.#reading.explorer;
  }

  /** The number of the layer under the cursor; the lowest is 0. */
  get layer(): number {
    return this.#layers.at;
  }

  /** The files of the layer under the cursor. */
  #show(): void {
    const at = this.layer;
    // Against what lies below it, or the lowest layer; the lowest one against nothing.
    const base = this.#isAggregated ? 0 : at - 1;
    if (this.explorer?.has(at)) this.#files.show(this.explorer.tree, at, base);
    else this.#files.hide();
    this.bump();
  }

  #shown(): LayersShown {
    const [reading, pane, isAggregated] = [this.#reading, this.#pane, this.#isAggregated];
    return { reading, layers: this.#layers, files: this.#files, pane, isAggregated };
  }

  // --- what keys do

  togglePane(): void {
    this.#pane = this.#pane === 'layers' ? 'files' : 'layers';
    this.bump();
  }

  setAggregated(isAggregated: boolean): void {
    this.#isAggregated = isAggregated;
    this.#show();
  }

  /** Another layer, whichever pane has the keys. */
  stepLayer(by: number): void {
    this.#layers.move(by, this.layers.length);
    this.#show();
  }

  /** Does something to the file tree. */
  withFiles<Result>(change: (files: FilesPane) => Result): Result {
    const result = change(this.#files);
    this.bump();
    return result;
  }

  /** Shows a path at a layer: the files have the keys then. */
  goTo(layer: number, path: string): void {
    this.stepLayer(layer - this.layer);
    this.#pane = 'files';
    this.#files.showAll();
    this.setFilter('');
    this.withFiles((files) => files.goTo(path));
  }

  /** Why there are no files to see; undefined where there are. */
  noFiles(): string | undefined {
    return this.#files.look ? undefined : say('no files are shown');
  }

  /** What is under the cursor of the files. */
  row(): LookRow | undefined {
    return this.#files.current();
  }

  /** Its path as it is in a container. */
  path(): string | undefined {
    const row = this.row();
    return row && `/${pathOf(row.file)}`;
  }

  override target(): ObjectRef | undefined {
    return this.#ref;
  }

  move(move: Move, steps = 1): void {
    if (this.#pane === 'files') this.#files.move(move, steps);
    else if (move === 'right') this.#pane = 'files';
    else if (move !== 'left') this.stepLayer(this.#layers.stepsOf(move, steps, this.layers.length));
    this.bump();
  }

  async enter(host: ActionHost): Promise<void> {
    const row = this.row();
    if (this.#pane === 'layers') {
      if (this.explorer && !this.explorer.has(this.layer)) return this.bring(host);
      this.#pane = 'files';
    } else if (!row) return this.bring(host);
    else if (row.isFolder) this.#files.fold();
    else if (row.entry && this.explorer) {
      // What was removed is read from the layer that had it.
      const layer = row.change === 'removed' ? lastWith(row, this.layer) : row.layer;
      host.push(openImageFile(this.explorer, this.image, layer, row.entry));
    }
    this.bump();
  }

  /** Asks which layers to bring from the registry, and reads them. */
  async bring(host: ActionHost): Promise<void> {
    const { explorer, progress } = this.#reading;
    if (!explorer || progress) return;
    const wanted = await askToRead(host, explorer, this.layer);
    if (wanted) await this.#reading.read(wanted);
  }

  /** Does something that takes a while and can be stopped; what it tells stands in the title. */
  working<Result>(
    work: (tell: (text: string) => void, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.#work.run(work, this.#reading.signal);
  }

  /** Why there is nothing to stop; undefined where there is. */
  idle(): string | undefined {
    return this.#work.isBusy || this.#reading.progress ? undefined : say('nothing is under way');
  }

  /** Stops what is under way. */
  stop(): void {
    if (this.#work.isBusy) this.#work.stop();
    else this.#reading.stop();
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
    const place = this.#screen.at(line, column, this.#pane);
    this.#pane = place.pane;
    if (place.pane === 'files') this.#files.click(place.line, place.column);
    else if (this.#layers.click(place.line, this.layers.length)) this.#show();
    this.bump();
  }

  // --- what is seen

  title(): ViewTitle {
    const { image, error, progress } = this.#reading;
    return {
      kind: 'layers',
      scope: this.view.of ?? '',
      count: image ? `${this.layer + 1}/${image.layers.length}` : error === undefined ? '…' : '0',
      filter: this.filter(),
      notes: [
        ...(image ? [originText(image)] : []),
        ...(image?.isSimulated ? [say('simulated')] : []),
        ...(progress ? [progressText(progress)] : []),
        ...(this.#work.text ? [this.#work.text] : []),
        ...(image && error !== undefined ? [messageOf(error)] : []),
      ],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const { image, error } = this.#reading;
    if (image) return this.#screen.lines(image, this.#shown(), width, height, theme);
    if (error !== undefined) return errorLines(error, width, theme);
    return ['', `  ${theme.paint('text.muted', say('Loading…'))}`];
  }

  spoken(): { lines: readonly string[]; at: number } {
    const { image, error } = this.#reading;
    if (!image) return { lines: [error === undefined ? say('Loading…') : messageOf(error)], at: -1 };
    if (this.#pane === 'files') {
      const notice = missingFiles(image, this.#shown());
      if (notice !== undefined) return { lines: [notice], at: -1 };
      return { lines: this.#files.spoken(), at: this.#files.at };
    }
    const facts = this.#reading.facts(image);
    const told = this.#layers.spoken(facts);
    return { lines: [...told, ...spokenSummary(facts, image)], at: this.layer };
  }

  refresh(): void {
    this.#files.hide();
    this.#reading.again();
    this.bump();
  }

  close(): void {
    this.#reading.close();
  }
}

/** The layer that had a file before it was removed. */
function lastWith({ file }: LookRow, layer: number): number {
  return file.versions.findLast((version) => version.layer <= layer && typeof version.entry !== 'string')?.layer ?? 0;
}
