import { sizeText } from '../../../lib/size-text.ts';
import { LayerUnion, type UnionEntry } from '../../../oci/layer-union.ts';
import {
  type ComparedImage,
  type ComparedLayer,
  type ConfigChange,
  comparisonSteps,
  type FileChange,
  type ImageComparison,
} from '../../../oci/layers/compare-images.ts';
import { inSlices } from '../../../oci/layers/in-slices.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import { quiet, TreePage } from '../pages/tree-page.ts';
import type { TreeNode } from '../pages/tree-rows.ts';
import type { ViewTitle } from '../view-model.ts';
import { type FileSide, openFileDiff } from './file-diff.ts';
import { contentAt } from './file-text.ts';
import { type FoundImage, findImage, type ImageAsked } from './find-image.ts';
import { shortDigest } from './short-digest.ts';

type Asked = ImageAsked & { image: string };

interface Compared {
  comparison: ImageComparison;
  /** False where nobody says what the settings of one are. */
  hasConfigs: boolean;
  /** False where the files of one are not on this machine. */
  hasFiles: boolean;
  /** Where the files that differ stand, by the keys of their nodes. */
  files: ReadonlyMap<string, { before: UnionEntry | undefined; after: UnionEntry | undefined }>;
}

/** What the second of two images has otherwise: layers, settings and files. */
export class ImageDiffPage extends TreePage {
  readonly before: Asked;
  readonly after: Asked;
  readonly #services: DashboardServices;
  #stopping = new AbortController();
  #compared: Compared | undefined;
  #error: unknown;

  constructor(services: DashboardServices, before: Asked, after: Asked) {
    super({ type: 'page', page: 'image-diff', of: `${before.image} ${after.image}` });
    this.#services = services;
    this.before = before;
    this.after = after;
    void this.#load();
  }

  async #load(): Promise<void> {
    const { signal } = this.#stopping;
    const opened: FoundImage[] = [];
    try {
      for (const asked of [this.before, this.after]) opened.push(await findImage(this.#services, asked, signal));
      const [before, after] = opened as [FoundImage, FoundImage];
      const hasFiles = (await isHere(before)) && (await isHere(after));
      const sides = [await sideOf(before, hasFiles, signal), await sideOf(after, hasFiles, signal)] as const;
      const comparison = await inSlices(comparisonSteps(sides[0], sides[1]), signal);
      if (signal.aborted) return;
      const files = new Map(
        comparison.files.map(({ path }) => {
          return [fileKey(path), { before: sides[0].files.at(path), after: sides[1].files.at(path) }] as const;
        }),
      );
      this.#compared = { comparison, hasConfigs: Boolean(before.explorer && after.explorer), hasFiles, files };
      this.setRoots(rootsOf(this.#compared));
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
      this.bump();
    } finally {
      for (const image of opened) image.close();
    }
  }

  title(): ViewTitle {
    const { comparison } = this.#compared ?? {};
    const isOver = comparison !== undefined || this.#error !== undefined;
    return {
      kind: 'image-diff',
      scope: `${this.before.image} → ${this.after.image}`,
      count: isOver ? String(this.count()) : '…',
      filter: this.filter(),
      notes: comparison ? [pulledText(comparison)] : [],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    if (this.#error !== undefined) return errorLines(this.#error, width, theme);
    return quiet(say('Loading…'), width, theme);
  }

  /** Of a file, what is in it otherwise. */
  enter(host: ActionHost): void {
    const key = this.current()?.node.key ?? '';
    const change = this.#compared?.files.get(key);
    if (!change) {
      this.toggleFold();
      return;
    }
    const side = (asked: Asked, seen: UnionEntry | undefined): FileSide => ({
      name: asked.image,
      entry: seen?.entry,
      open: (signal) => openFile(this.#services, asked, seen!, signal),
    });
    host.push(
      openFileDiff(key.slice('file:'.length), side(this.before, change.before), side(this.after, change.after)),
    );
  }

  refresh(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#error = undefined;
    void this.#load();
  }

  close(): void {
    this.#stopping.abort();
  }
}

/** The image is found again: nothing of it is kept open while its differences are read. */
async function openFile(
  services: DashboardServices,
  asked: Asked,
  { entry, layer, content }: UnionEntry,
  signal: AbortSignal,
) {
  const { explorer, close } = await findImage(services, asked, signal);
  try {
    const at = content ?? { entry, layer };
    return explorer && at.entry.kind === 'file'
      ? await contentAt(explorer, at.layer, at.entry.path, signal)
      : undefined;
  } finally {
    close();
  }
}

async function isHere({ explorer, layers }: FoundImage): Promise<boolean> {
  return explorer !== undefined && (await explorer.missingBytes([...layers.keys()])) === 0;
}

async function sideOf(
  { explorer, layers }: FoundImage,
  hasFiles: boolean,
  signal: AbortSignal,
): Promise<ComparedImage<ComparedLayer>> {
  if (!explorer || !hasFiles) return { layers, files: new LayerUnion(), config: explorer?.source.config ?? {} };
  await explorer.read([...layers.keys()], () => {}, signal);
  return { layers, files: await explorer.union(layers.length - 1, signal), config: explorer.source.config };
}

const fileKey = (path: string): string => `file:/${path}`;

const pulledText = ({ layers }: ImageComparison): string =>
  say('{size} to pull where the first one is', { size: sizeText(layers.pulledBytes) });

const signs = {
  same: { sign: '=', token: 'text.muted' },
  gone: { sign: '-', token: 'status.error' },
  new: { sign: '+', token: 'status.ok' },
  changed: { sign: '~', token: 'status.warn' },
} as const;

function rootsOf({ comparison: { layers, config, files }, hasConfigs, hasFiles }: Compared): TreeNode[] {
  const { shared, before, after } = layers;
  const counts = say('{shared} shared, {gone} gone, {added} new', {
    ...{ shared: shared.length, gone: before.length, added: after.length },
  });
  const layerNodes = [
    ...shared.map((layer, at) => layerNode(layer, 'same', at)),
    ...before.map((layer, at) => layerNode(layer, 'gone', at)),
    ...after.map((layer, at) => layerNode(layer, 'new', at)),
  ];
  return [
    { key: 'layers', label: say('Layers'), note: counts, children: layerNodes },
    {
      ...{ key: 'config', label: say('Settings') },
      note: !hasConfigs ? say('not known') : config.length === 0 ? say('no differences') : String(config.length),
      children: hasConfigs ? config.flatMap(settingNodes) : [],
    },
    hasFiles
      ? { key: 'files', label: say('Files'), note: fileCounts(files), children: files.map(fileNode) }
      : { key: 'files', label: say('Files'), note: say('not known: they are not on this machine') },
  ];
}

function layerNode({ digest, sizeBytes, instruction }: ComparedLayer, kind: keyof typeof signs, at: number): TreeNode {
  const label = `${shortDigest(digest)} ${sizeText(sizeBytes)}`;
  return { key: `layer:${kind}:${at}`, ...signs[kind], label, note: instruction };
}

function settingNodes({ field, before, after }: ConfigChange): TreeNode[] {
  const node = (kind: 'gone' | 'new', text: string): TreeNode => ({
    ...{ key: `config:${kind}:${field}:${text}`, ...signs[kind] },
    label: field,
    note: text,
  });
  return [
    ...(before === undefined ? [] : [node('gone', before)]),
    ...(after === undefined ? [] : [node('new', after)]),
  ];
}

function fileCounts(files: readonly FileChange[]): string {
  if (files.length === 0) return say('no differences');
  const added = files.filter(({ before }) => !before).length;
  const removed = files.filter(({ after }) => !after).length;
  return `+${added} ~${files.length - added - removed} -${removed}`;
}

function fileNode({ path, before, after }: FileChange): TreeNode {
  const common = { key: fileKey(path), label: `/${path}` };
  if (!before) return { ...common, ...signs.new, note: sizeText(after!.size) };
  if (!after) return { ...common, ...signs.gone, note: sizeText(before.size) };
  const changes = [
    before.kind === after.kind ? '' : `${before.kind} -> ${after.kind}`,
    before.size === after.size ? '' : `${sizeText(before.size)} -> ${sizeText(after.size)}`,
    before.mode === after.mode ? '' : `${before.mode.toString(8)} -> ${after.mode.toString(8)}`,
    before.uid === after.uid && before.gid === after.gid
      ? ''
      : `${before.uid}:${before.gid} -> ${after.uid}:${after.gid}`,
  ].filter(Boolean);
  return { ...common, ...signs.changed, note: changes.join(', ') || say('other content') };
}
