import type { ImageFacts, ImageLayerFacts } from '../../api/image-facts.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { sizeText } from '../../lib/size-text.ts';
import { truncateText } from '../../lib/text-width.ts';
import type { ImageAnalysis, LayerReport } from '../../oci/layers/analyse-image.ts';
import type { Efficiency } from '../../oci/layers/efficiency.ts';
import type { Waste } from '../../oci/layers/waste.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';
import type { LayerNode } from '../images/layer-nodes.ts';

/** An image, and the names of the others that have each of its layers. */
export interface ShownImage extends ImageAnalysis {
  /** By digest. */
  sharedBy: ReadonlyMap<string, readonly string[]>;
  /** Nodes of the current cluster, where they were asked for. */
  nodes?: readonly LayerNode[];
}

export interface LayersView {
  /** The paths of each layer below it. */
  files: boolean;
  /** The files that stand in several layers. */
  waste: boolean;
  /** Names of the images that share a layer. */
  wide: boolean;
  /** Of the terminal; undefined for no end. */
  columns: number | undefined;
}

/** On terminals of fewer columns the counts of files stand in one column, so that there is room for instructions. */
const NARROW = 100;

/** How many lines of waste are told without being asked for. */
const TOLD_WASTE = 5;

/** The table of layers, and what of them is wasted by which instruction. */
export function layersText(image: ShownImage, { files, waste, wide, columns }: LayersView): string {
  const cut = (line: string) => (columns === undefined ? line : truncateText(line, columns));
  const counts = countColumns(image.layers, columns !== undefined && columns < NARROW);
  const rows = image.layers.map((layer, index) => {
    const others = image.sharedBy.get(layer.digest) ?? [];
    return [
      index + 1,
      shortDigest(layer.digest),
      sizeText(layer.sizeBytes),
      ...counts.map(({ cell }) => cell(layer)),
      wide ? others.map(shownName).join(',') || '<none>' : others.length,
      ...(image.nodes ? [holdersText(layer.digest, image.nodes, wide)] : []),
      escapeTerminal(layer.instruction) || '<unknown>',
    ].join('\t');
  });
  const headers = counts.map(({ header }) => header).join('\t');
  const header = `LAYER\tDIGEST\tSIZE\t${headers}\t${wide ? 'SHARED WITH' : 'SHARED'}\t${image.nodes ? 'NODES\t' : ''}INSTRUCTION`;
  const table = alignTabs([header, ...rows].join('\n'), listLayout).split('\n');
  const lines = table.flatMap((line, index) => {
    const layer = index > 0 && files ? image.layers[index - 1] : undefined;
    return [line, ...(layer ? pathLines(layer) : [])];
  });
  return [
    ...lines,
    '',
    ...nodeLines({ nodes: image.nodes, layers: image.layers }),
    sumLine(image),
    ...wasteLines(image),
    ...(waste ? ['', ...fileLines(image.efficiency)] : []),
  ]
    .map((line) => `${cut(line)}\n`)
    .join('');
}

interface CountColumn {
  header: string;
  cell(layer: LayerReport): string | number;
}

/** How many paths a layer adds, changes and removes; SAME, written again as it was, only where there is such a layer. */
function countColumns(layers: readonly LayerReport[], isNarrow: boolean): CountColumn[] {
  if (isNarrow) return [{ header: 'FILES', cell: countsText }];
  const same = { header: 'SAME', cell: (layer: LayerReport) => layer.same.length };
  return [
    { header: 'ADDED', cell: ({ added }) => added.length },
    { header: 'CHANGED', cell: ({ changed }) => changed.length },
    { header: 'REMOVED', cell: ({ removed }) => removed.length },
    ...(layers.some((layer) => layer.same.length > 0) ? [same] : []),
  ];
}

/** `+2 ~1 -1 =1` */
const countsText = (layer: LayerReport): string =>
  Object.entries(markedPaths(layer))
    .flatMap(([mark, { length }]) => (length > 0 ? [`${mark}${length}`] : []))
    .join(' ') || '0';

/** Layers that the bundled cluster makes up: they have sizes and instructions, and no files. */
export function simulatedText(
  { reference, layers }: ImageFacts,
  nodes: ShownImage['nodes'] | undefined,
  { wide, columns }: Pick<LayersView, 'wide' | 'columns'>,
): string {
  const cut = (line: string) => (columns === undefined ? line : truncateText(line, columns));
  const rows = layers.map(({ digest, sizeBytes, instruction }, index) =>
    [
      index + 1,
      shortDigest(digest),
      sizeText(sizeBytes),
      ...(nodes ? [holdersText(digest, nodes, wide)] : []),
      instruction,
    ].join('\t'),
  );
  const header = `LAYER\tDIGEST\tSIZE\t${nodes ? 'NODES\t' : ''}INSTRUCTION`;
  return [
    ...alignTabs([header, ...rows].join('\n'), listLayout).split('\n'),
    '',
    ...nodeLines({ nodes, layers }),
    `${familiarName(reference)} is simulated by the bundled cluster: these layers have no files`,
  ]
    .map((line) => `${cut(line)}\n`)
    .join('');
}

/** `2/3`, or their names. */
function holdersText(digest: string, nodes: readonly LayerNode[], wide: boolean): string {
  const holding = nodes.filter(({ layers }) => layers.has(digest)).map(({ name }) => escapeTerminal(name));
  return wide ? holding.join(',') || '<none>' : `${holding.length}/${nodes.length}`;
}

/** What each node would have to pull. */
function nodeLines({ nodes, layers }: { nodes: ShownImage['nodes']; layers: readonly ImageLayerFacts[] }): string[] {
  if (!nodes || nodes.length === 0) return [];
  const rows = nodes.map(({ name, layers: here }) => {
    const missing = layers.filter(({ digest }) => !here.has(digest));
    const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return `${escapeTerminal(name)}\t${layers.length - missing.length}/${layers.length}\t${sizeText(bytes)}`;
  });
  return [...alignTabs(['NODE\tHAS\tTO PULL', ...rows].join('\n'), listLayout).split('\n'), ''];
}

/** As `image ls` writes it; an image without a name has its short id. */
export const shownName = (name: string): string =>
  name.startsWith('sha256:') ? shortDigest(name) : escapeTerminal(familiarName(name));

export const shortDigest = (digest: string): string => digest.slice(digest.indexOf(':') + 1).slice(0, 12);

/** `+` added, `~` changed, `-` removed, `=` written again as it was. */
const markedPaths = ({ added, changed, removed, same }: LayerReport): Record<string, readonly string[]> => ({
  ...{ '+': added, '~': changed, '-': removed, '=': same },
});

/** In the order of the paths. */
function pathLines(layer: LayerReport): string[] {
  return Object.entries(markedPaths(layer))
    .flatMap(([mark, paths]) => paths.map((path) => ({ path, mark })))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, mark }) => `        ${mark} /${escapeTerminal(path)}`);
}

/** How much of the image others need not pull or keep again. */
function sumLine({ layers, sizeBytes, sharedBy }: ShownImage): string {
  const shared = layers.filter(({ digest }) => (sharedBy.get(digest) ?? []).length > 0);
  const bytes = shared.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  const count = layers.length === 1 ? '1 layer' : `${layers.length} layers`;
  const others = shared.length === 0 ? 'none' : `${shared.length} of them (${sizeText(bytes)})`;
  return `${count}, ${sizeText(sizeBytes)}; ${others} shared with other images here`;
}

function wasteLines(image: ShownImage): string[] {
  const { score, wastedBytes, userWastedShare } = image.efficiency;
  const total = `efficiency ${percent(score)}, ${sizeText(wastedBytes)} wasted`;
  const share =
    image.layers.length > 1 ? ` (${percent(userWastedShare)} of what the layers above the lowest hold)` : '';
  const told = image.waste.slice(0, TOLD_WASTE).map((waste) => wasteLine(waste, image.layers));
  const rest = image.waste.length - told.length;
  return [`${total}${share}`, ...told, ...(rest > 0 ? [`  and ${rest} more such pairs of layers`] : [])];
}

/** Who hides how much of whom. */
function wasteLine({ by, in: where, bytes, files, repeated, removed }: Waste, layers: readonly LayerReport[]): string {
  const name = (index: number) => {
    const text = escapeTerminal(layers[index]?.instruction ?? '');
    return `layer ${index + 1}${text ? ` "${truncateText(text, 60)}"` : ''}`;
  };
  const count = files === 1 ? '1 file' : `${files} files`;
  const changed = files - removed - repeated;
  const parts = [
    removed > 0 ? `removes ${removed}` : '',
    repeated > 0 ? `writes ${repeated} again unchanged` : '',
    changed > 0 ? `changes ${changed}` : '',
  ].filter(Boolean);
  return `  ${sizeText(bytes)} of ${name(where)} in ${count} that ${name(by)} hides: it ${parts.join(', ')}`;
}

function fileLines({ files }: Efficiency): string[] {
  if (files.length === 0) return ['No file stands in more than one layer.'];
  const rows = files.map(({ count, bytes, path }) => `${count}\t${sizeText(bytes)}\t/${escapeTerminal(path)}`);
  return alignTabs(['COUNT\tSIZE\tPATH', ...rows].join('\n'), listLayout).split('\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
