import { sizeText } from '../../../lib/size-text.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import { defaultRules, judgeImage, type RuleResult } from '../../../oci/layers/ci-rules.ts';
import type { Efficiency } from '../../../oci/layers/efficiency.ts';
import type { ImageSummaryFacts } from '../../../oci/layers/explore-image.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { wrapWords } from '../error-lines.ts';
import { stepOf } from '../step-of.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import type { Move } from '../view-model.ts';
import type { FoundImage } from './find-image.ts';

/** What the left pane tells of. */
export interface LayersFacts {
  image: FoundImage;
  /** Present when all layers are read. */
  summary: ImageSummaryFacts | undefined;
  /** Names of other images that have each layer, by its digest. */
  holders: ReadonlyMap<string, readonly string[]>;
  /** Whether the files of a layer are read. */
  isRead(layer: number): boolean;
}

/** Bytes that a layer hides of lower ones, or writes again as they were. */
function wasteBy({ summary }: LayersFacts, layer: number): number | undefined {
  return summary?.waste.filter(({ by }) => by === layer).reduce((sum, { bytes }) => sum + bytes, 0);
}

const otherHolders = ({ holders }: LayersFacts, digest: string): readonly string[] => holders.get(digest) ?? [];

export const verdictOf = (results: readonly RuleResult[]): 'pass' | 'fail' =>
  results.some(({ verdict }) => verdict === 'fail') ? 'fail' : 'pass';

/** The columns before an instruction: a sign for layers whose files are not read, number, size, waste, sharers. */
const widths = { number: 4, size: 9, wasted: 9, shared: 8 };

const header = (): string =>
  `  ${padText('#', widths.number)}${padText(say('SIZE'), widths.size)}${padText(say('WASTED'), widths.wasted)}${padText(say('SHARED'), widths.shared)}${say('INSTRUCTION')}`;

function layerPieces(facts: LayersFacts, layer: number): Piece[] {
  const { digest, sizeBytes, instruction } = facts.image.layers[layer]!;
  const wasted = wasteBy(facts, layer);
  const others = otherHolders(facts, digest).length;
  return [
    ['text.muted', padText(String(layer + 1), widths.number)],
    ['text', padText(sizeText(sizeBytes), widths.size)],
    [wasted ? 'status.warn' : 'text.muted', padText(wasted === undefined ? '-' : sizeText(wasted), widths.wasted)],
    ['text.muted', padText(others === 0 ? '-' : `+${others}`, widths.shared)],
    [facts.isRead(layer) || !facts.image.explorer ? 'text' : 'text.muted', instruction || say('<unknown>')],
  ];
}

/** The layers with a cursor, and below them what the image as a whole is like. */
export class LayersPane {
  at = 0;
  #top = 0;
  #height = 10;

  move(by: number, count: number): void {
    this.at = Math.max(0, Math.min(this.at + by, count - 1));
  }

  /** How far a move leads. */
  stepsOf(move: Move, steps: number, count: number): number {
    return stepOf(move, steps, { height: this.#height, count }) ?? 0;
  }

  click(line: number, count: number): boolean {
    const layer = this.#top + line - 1;
    if (line < 1 || line > this.#height || layer >= count) return false;
    this.at = layer;
    return true;
  }

  lines(facts: LayersFacts, width: number, height: number, isFocused: boolean, theme: Theme): string[] {
    const count = facts.image.layers.length;
    const details = fitting(detailsOf(facts, this.at, width, theme), height - 2 - Math.min(count, 5));
    // Both are seen: a long list gives up what it needs for the figures, and has a third of the room at least.
    this.#height = Math.max(1, Math.min(count, Math.max(height - 2 - details.length, Math.ceil(height / 3) - 1)));
    this.#top = Math.max(0, Math.min(this.#top, count - this.#height));
    if (this.at < this.#top) this.#top = this.at;
    if (this.at >= this.#top + this.#height) this.#top = this.at - this.#height + 1;
    const rows = facts.image.layers.slice(this.#top, this.#top + this.#height).map((_, index) => {
      const layer = this.#top + index;
      const isAt = layer === this.at;
      const pieces: Piece[] = [[undefined, isAt ? '> ' : '  '], ...layerPieces(facts, layer)];
      if (isAt && isFocused)
        return theme.paint('row.selected', padText(truncateText(piecesText(pieces), width), width));
      return paintPieces(pieces, width, theme);
    });
    const head = theme.paint('table.header', truncateText(header(), width));
    return [head, ...rows, '', ...details].slice(0, height);
  }

  /** `Layer 3, 1.2MB, wasted 0B, shared with 2 images, RUN make` */
  spoken(facts: LayersFacts): string[] {
    return facts.image.layers.map(({ digest, sizeBytes, instruction }, layer) => {
      const wasted = wasteBy(facts, layer);
      const others = otherHolders(facts, digest).length;
      return [
        say('Layer {number}', { number: layer + 1 }),
        sizeText(sizeBytes),
        ...(wasted ? [say('{size} wasted', { size: sizeText(wasted) })] : []),
        ...(others > 0 ? [say('shared with {count} images', { count: others })] : []),
        piecesText([[undefined, instruction || say('<unknown>')]]),
      ].join(', ');
    });
  }
}

/** A label, and a text behind it that goes on under itself. */
function entry(label: string, text: string, width: number, theme: Theme, most = 2): string[] {
  const lead = `  ${label}: `;
  const indent = textWidth(lead);
  const lines = wrapWords(piecesText([[undefined, text]]), Math.max(12, width - indent)).slice(0, most);
  return lines.map((line, index) =>
    paintPieces([index === 0 ? ['text.muted', lead] : [undefined, ' '.repeat(indent)], ['text', line]], width, theme),
  );
}

/** Lines that go together, and which of them go first where there is no room: 0 stays. */
interface Detail {
  lines: string[];
  rank: number;
}

/** As many details as there is room for; what stands in the list above, or is the least of the figures, goes first. */
function fitting(details: readonly Detail[], height: number): string[] {
  const linesTo = (rank: number) => details.filter((detail) => detail.rank <= rank).flatMap(({ lines }) => lines);
  for (let rank = 4; rank > 0; rank--) if (linesTo(rank).length <= height) return linesTo(rank);
  return linesTo(0);
}

/** The layer under the cursor, the image, and which instructions waste how much. */
function detailsOf(facts: LayersFacts, at: number, width: number, theme: Theme): Detail[] {
  const { image, summary } = facts;
  const layer = image.layers[at];
  const title = (text: string) => theme.paint('view.title', truncateText(text, width));
  const details: Detail[] = [];
  const add = (rank: number, ...lines: string[]) => details.push({ rank, lines });
  if (layer) {
    const others = otherHolders(facts, layer.digest);
    add(2, title(say('Layer {number}', { number: at + 1 })));
    add(4, ...entry(say('digest'), layer.digest, width, theme, 1));
    add(2, ...entry(say('instruction'), layer.instruction || say('<unknown>'), width, theme));
    if (others.length > 0) add(2, ...entry(say('shared with'), others.join(', '), width, theme));
    add(2, '');
  }
  add(1, title(`${say('Image')} ${image.isSimulated ? say('(simulated)') : ''}`.trimEnd()));
  add(1, ...entry(say('size'), sizeLine(facts), width, theme, 1));
  if (image.platform) add(3, ...entry(say('platform'), image.platform, width, theme, 1));
  if (summary) {
    const [figures, rules] = efficiencyLines(summary, width, theme);
    add(0, ...figures);
    add(3, ...rules);
    add(0, ...wasteLines(facts, summary, width, theme));
  }
  for (const note of image.notes) {
    for (const line of wrapWords(note, Math.max(12, width - 4)))
      add(0, paintPieces([['text.muted', `  ${line}`]], width, theme));
  }
  return details;
}

function sizeLine({ image: { layers } }: LayersFacts): string {
  const size = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return say('{size} in {count} layers', { size: sizeText(size), count: layers.length });
}

/** What dive tells of an image, and by how much it breaks which rules. */
function efficiencyLines(
  { efficiency }: ImageSummaryFacts,
  width: number,
  theme: Theme,
): [figures: string[], rules: string[]] {
  const results = judgeImage(efficiency, defaultRules);
  const verdict = verdictOf(results) === 'pass' ? say('passes the rules') : say('fails the rules');
  const score = `${percent(efficiency.score)}, ${verdict}`;
  const wasted = say('{size} in {count} files that several layers have', {
    size: sizeText(efficiency.wastedBytes),
    count: efficiency.files.length,
  });
  const failed = results.filter(({ verdict }) => verdict === 'fail');
  return [
    [
      ...entry(say('efficiency'), score, width, theme, 1),
      ...entry(say('wasted'), efficiency.wastedBytes > 0 ? wasted : sizeText(0), width, theme),
    ],
    failed.flatMap(({ rule }) => entry(rule, brokenText[rule](efficiency, defaultRules[rule]), width, theme)),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** How far a rule is broken: what was found, and the limit. */
const brokenText: Readonly<Record<RuleResult['rule'], (found: Efficiency, limit: string) => string>> = {
  highestUserWastedPercent: (found, limit) => `${percent(found.userWastedShare)} > ${percent(Number(limit))}`,
  highestWastedBytes: (found, limit) => `${sizeText(found.wastedBytes)} > ${limit}`,
  lowestEfficiency: (found, limit) => `${percent(found.score)} < ${percent(Number(limit))}`,
};

function wasteLines({ image }: LayersFacts, { waste }: ImageSummaryFacts, width: number, theme: Theme): string[] {
  if (waste.length === 0) return [];
  const lines = waste.slice(0, 5).map(({ by, in: inside, bytes }) => {
    const what = image.layers[by]?.instruction || say('<unknown>');
    const pieces: Piece[] = [
      ['status.warn', `  ${sizeText(bytes).padStart(7)} `],
      ['text.muted', say('layer {by} hides of layer {of}: ', { by: by + 1, of: inside + 1 })],
      ['text', what],
    ];
    return paintPieces(pieces, width, theme);
  });
  return ['', theme.paint('view.title', truncateText(say('Waste by instruction'), width)), ...lines];
}
