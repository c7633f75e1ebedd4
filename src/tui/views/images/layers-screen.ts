import { truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { wrapWords } from '../error-lines.ts';
import { fileNote } from './file-note.ts';
import type { FilesPane } from './files-pane.ts';
import type { FoundImage } from './find-image.ts';
import type { ImageReading } from './image-reading.ts';
import type { LayersPane } from './layers-pane.ts';
import { barText, lookText, noticeText, plainWidth } from './layers-text.ts';

/** Narrower than this, one pane has the screen. */
const twoPanes = 100;
/** With fewer lines than this, all of them are for files. */
const noteFrom = 9;

export type Pane = 'layers' | 'files';

/** What the screen is drawn of. */
export interface LayersShown {
  reading: ImageReading;
  layers: LayersPane;
  files: FilesPane;
  pane: Pane;
  isAggregated: boolean;
}

/** Layers at the left, files at the right, or one of them where there is no room for both. */
export class LayersScreen {
  /** 0: one pane has the screen. */
  #leftWidth = 0;

  lines(image: FoundImage, shown: LayersShown, width: number, height: number, theme: Theme): string[] {
    const sides = { layers: leftLines, files: rightLines };
    if (width < twoPanes) {
      this.#leftWidth = 0;
      const names = `${paneName('layers', shown, theme)}   ${paneName('files', shown, theme)}`;
      const head = plainWidth(names) <= width ? names : paneName(shown.pane, shown, theme);
      return [head, ...sides[shown.pane](image, shown, width, height - 1, theme)].slice(0, height);
    }
    this.#leftWidth = Math.min(90, Math.floor(width * 0.45));
    const left = [paneName('layers', shown, theme), ...leftLines(image, shown, this.#leftWidth, height - 1, theme)];
    const rightWidth = width - this.#leftWidth - 3;
    const right = [paneName('files', shown, theme), ...rightLines(image, shown, rightWidth, height - 1, theme)];
    const bar = theme.paint('border', ' │ ');
    return Array.from({ length: height }, (_, line) => {
      const text = left[line] ?? '';
      return `${text}${' '.repeat(Math.max(0, this.#leftWidth - plainWidth(text)))}${bar}${right[line] ?? ''}`;
    });
  }

  /** What stands there: which pane, and the place in its list. */
  at(line: number, column: number, pane: Pane): { pane: Pane; line: number; column: number } {
    const isLeft = this.#leftWidth === 0 ? pane === 'layers' : column < this.#leftWidth;
    if (isLeft) return { pane: 'layers', line: line - 1, column };
    // The name of the pane and what the files are stand above them; the cursor's sign before.
    return { pane: 'files', line: line - 2, column: column - (this.#leftWidth === 0 ? 0 : this.#leftWidth + 3) - 2 };
  }
}

function paneName(pane: Pane, shown: LayersShown, theme: Theme): string {
  const isHere = shown.pane === pane;
  const name = pane === 'layers' ? say('Layers') : say('Files');
  return theme.paint(isHere ? 'view.title' : 'text.muted', isHere ? `[${name}]` : ` ${name} `);
}

function leftLines(image: FoundImage, shown: LayersShown, width: number, height: number, theme: Theme): string[] {
  return shown.layers.lines(shown.reading.facts(image), width, height, shown.pane === 'layers', theme);
}

function rightLines(image: FoundImage, shown: LayersShown, width: number, height: number, theme: Theme): string[] {
  const { files, layers, reading, isAggregated, pane } = shown;
  const notice = missingFiles(image, shown);
  const muted = (text: string) =>
    wrapWords(text, Math.max(12, width - 4)).map((line) => `  ${theme.paint('text.muted', line)}`);
  if (notice !== undefined) {
    const { totalBytes, doneBytes } = reading.progress ?? { totalBytes: 0, doneBytes: 0 };
    const bar = totalBytes > 0 ? ['', `  ${barText(doneBytes / totalBytes, Math.min(40, width - 4), theme)}`] : [];
    return ['', ...muted(notice), ...bar];
  }
  const isGrounded = reading.explorer?.isGrounded(layers.at) ?? true;
  const text = lookText(files, layers.at, { isGrounded, isAggregated });
  const head = theme.paint('table.header', truncateText(text, width));
  const row = files.current();
  const note = row && height >= noteFrom ? fileNote(row, width, theme) : [];
  const rows = files.lines(width, height - 1 - note.length, pane === 'files', theme);
  if (rows.length === 0) {
    return [head, '', ...muted(say('No file of this layer is shown: filters and toggles hide all of them.'))];
  }
  if (note.length === 0) return [head, ...rows];
  const gap = Array.from({ length: Math.max(0, height - 1 - note.length - rows.length) }, () => '');
  return [head, ...rows, ...gap, ...note];
}

/** What stands in place of the files; undefined where they are there. */
export function missingFiles(image: FoundImage, { files, layers, reading }: LayersShown): string | undefined {
  return files.look ? undefined : noticeText(image, layers.at, reading);
}
