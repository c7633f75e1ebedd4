import { sizeText } from '../../../lib/size-text.ts';
import { type LayerTree, pathOf, seenAt, type TreeFile } from '../../../oci/layers/layer-tree.ts';
import { modeText } from '../../../oci/layers/permission-text.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import { say } from '../../words/say.ts';
import { quiet, TreePage } from '../pages/tree-page.ts';
import type { TreeNode } from '../pages/tree-rows.ts';
import type { ObjectRef } from '../view.ts';
import type { ViewTitle } from '../view-model.ts';
import { type FileSide, openFileDiff } from './file-diff.ts';
import { changeLooks, ownerText } from './file-lines.ts';
import { momentText } from './file-note.ts';
import { contentAt, openImageFile, sourceOf } from './file-text.ts';
import type { LayersPage } from './layers-page.ts';

/** What each layer has done to one path: who added it, wrote it again and removed it, and how it was. */
export class FileStoryPage extends TreePage {
  readonly #page: LayersPage;
  readonly #file: TreeFile;
  /** Layers that have done something to it, lowest first. */
  readonly #layers: readonly number[];

  constructor(page: LayersPage, path: string) {
    super({ type: 'page', page: 'file-story', of: path });
    this.#page = page;
    this.#file = (page.explorer!.tree satisfies LayerTree).find(path) ?? page.explorer!.tree.root;
    this.#layers = this.#file.versions.map(({ layer }) => layer);
    this.setRoots(this.#layers.map((layer) => this.#node(layer)));
  }

  #node(layer: number): TreeNode {
    const seen = seenAt(this.#file, layer, layer - 1)!;
    const { sign, token, word } = changeLooks[seen.change];
    const { entry } = seen;
    const told = [
      ...(entry ? [sizeText(entry.size), modeText(entry), ownerText(entry)] : []),
      ...(entry?.link ? [`-> ${entry.link}`] : []),
      ...(entry && entry.mtime > 0 ? [momentText(entry.mtime)] : []),
      this.#page.layers[layer]?.instruction || say('<unknown>'),
    ];
    return {
      ...{ key: String(layer), sign, token },
      label: `${say('layer {number}', { number: layer + 1 })} ${say(word)}`,
      note: told.join('  '),
    };
  }

  /** The layer under the cursor. */
  #at(): number | undefined {
    const key = this.current()?.node.key;
    return key === undefined ? undefined : Number(key);
  }

  override target(): ObjectRef | undefined {
    return this.#page.target();
  }

  /** The content at the layer under the cursor. */
  enter(host: ActionHost): void {
    const layer = this.#at() ?? 0;
    const { entry } = this.#side(layer);
    if (entry) host.push(openImageFile(this.#page.explorer!, this.#page.image, layer, entry));
  }

  /** What the layer under the cursor has made of what was there before. */
  diff(host: ActionHost): void {
    const at = this.#at();
    if (at === undefined) return;
    const before = this.#layers[this.#layers.indexOf(at) - 1];
    host.push(openFileDiff(`/${pathOf(this.#file)}`, this.#side(before), this.#side(at)));
  }

  #side(layer: number | undefined): FileSide {
    return sideAt(this.#page, this.#file, layer);
  }

  /** The page of the layers, at this one. */
  go(): void {
    const at = this.#at();
    if (at !== undefined) this.#page.goTo(at, pathOf(this.#file));
  }

  title(): ViewTitle {
    return {
      kind: 'file-story',
      scope: `/${pathOf(this.#file)}`,
      count: String(this.#layers.length),
      filter: this.filter(),
      notes: [this.#page.image],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    return quiet(say('No layer names it: it is there for what is in it.'), width, theme);
  }

  /** Layers never change. */
  refresh(): void {}

  close(): void {}
}

/** A path as one layer has it, where that has it. */
export function sideAt(page: LayersPage, file: TreeFile, layer: number | undefined): FileSide {
  const entry = file.versions.find((version) => version.layer === layer)?.entry;
  return {
    name: layer === undefined ? say('nothing') : say('layer {number}', { number: layer + 1 }),
    entry: typeof entry === 'object' ? entry : undefined,
    async open(signal) {
      if (typeof entry !== 'object' || layer === undefined) return undefined;
      const [at, path] = sourceOf(page.explorer!, layer, entry);
      return at === undefined ? undefined : contentAt(page.explorer!, at, path, signal);
    },
  };
}
