import { textWidth } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import { graphemes } from '../term/graphemes.ts';
import { type Run, type RunStyle, sgrRuns } from './sgr-runs.ts';

/** The screen's own colours, by the kind of its theme. */
const screens = {
  dark: { fg: '#d8dee9', bg: '#16181d' },
  light: { fg: '#1c1e21', bg: '#ffffff' },
} as const;

/** One cell of the picture, in pixels; the font is 14 px. */
const cell = { width: 8.4, height: 18, baseline: 13.5 };
const margin = 12;
const fonts = "'DejaVu Sans Mono','Noto Sans Mono CJK KR','D2Coding',Menlo,Consolas,monospace";

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Colours as they are seen: inverse video changed round. */
function seen(style: RunStyle, theme: Theme): { fg: string; bg: string | undefined } {
  const own = screens[theme.kind];
  const fg = style.fg ?? own.fg;
  return style.inverse ? { fg: style.bg ?? own.bg, bg: fg } : { fg, bg: style.bg };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Pieces between gaps, since viewers make one space of several. */
function evenPieces(text: string): { text: string; cells: number }[] {
  return text.split(/( {2,})/).flatMap(sameWidths);
}

/** Pieces in which every letter is as wide as every other: fonts for wide letters keep to no grid of their own. */
function sameWidths(text: string): { text: string; cells: number }[] {
  const pieces: { text: string; cells: number; wide: boolean }[] = [];
  for (const { segment } of graphemes(text)) {
    const cells = textWidth(segment);
    const last = pieces.at(-1);
    if (last && last.wide === cells > 1) {
      last.text += segment;
      last.cells += cells;
    } else pieces.push({ text: segment, cells, wide: cells > 1 });
  }
  return pieces;
}

/** A frame (painted lines) as an SVG picture of a screen `columns` wide. The same frame gives the same bytes. */
export function svgPicture(lines: readonly string[], columns: number, title: string, theme: Theme): string {
  const width = round(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin;
  const parts: string[] = [];
  lines.forEach((line, row) => {
    let column = 0;
    const y = margin + row * cell.height;
    for (const run of sgrRuns(line)) {
      const { fg, bg } = seen(run.style, theme);
      const cells = textWidth(run.text);
      if (bg) parts.push(rect(margin + column * cell.width, y, cells * cell.width, bg));
      for (const piece of evenPieces(run.text)) {
        if (piece.text.trim() !== '') parts.push(svgText(piece, { x: margin + column * cell.width, y, fg, run }));
        column += piece.cells;
      }
    }
  });
  const { bg } = screens[theme.kind];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${xml(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${bg}"/>`,
    `<g font-family="${fonts}" font-size="14" xml:space="preserve">`,
    ...parts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function rect(x: number, y: number, width: number, fill: string): string {
  return `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${cell.height}" fill="${fill}"/>`;
}

interface TextPlace {
  x: number;
  y: number;
  fg: string;
  run: Run;
}

function svgText(piece: { text: string; cells: number }, { x, y, fg, run: { style } }: TextPlace): string {
  // Spaces at either end would stretch what is between them.
  const lead = piece.text.length - piece.text.trimStart().length;
  const text = piece.text.trim();
  const looks = [
    style.bold && 'font-weight="bold"',
    style.italic && 'font-style="italic"',
    style.underline && 'text-decoration="underline"',
    style.dim && 'opacity="0.6"',
  ].filter(Boolean);
  const at = `x="${round(x + lead * cell.width)}" y="${round(y + cell.baseline)}"`;
  const length = `textLength="${round(textWidth(text) * cell.width)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text ${[at, length, `fill="${fg}"`, ...looks].join(' ')}>${xml(text)}</text>`;
}

/** The same as a page of HTML that stands alone: text can be marked and copied, and a browser makes a PNG of it. */
export function htmlPage(lines: readonly string[], title: string, theme: Theme): string {
  const { fg, bg } = screens[theme.kind];
  const rows = lines.map((line) =>
    sgrRuns(line)
      .map((run) => htmlRun(run, theme))
      .join(''),
  );
  return [
    '<!DOCTYPE html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${xml(title)}</title><style>`,
    `body{margin:0;background:${bg}}`,
    `pre{margin:0;padding:${margin}px;color:${fg};background:${bg};font:14px/${cell.height}px ${fonts};display:inline-block}`,
    '</style></head><body>',
    `<pre>${rows.join('\n')}</pre>`,
    '</body></html>',
    '',
  ].join('\n');
}

function htmlRun({ text, style }: Run, theme: Theme): string {
  const { fg, bg } = seen(style, theme);
  const rules = [
    fg !== screens[theme.kind].fg && `color:${fg}`,
    bg && `background:${bg}`,
    style.bold && 'font-weight:bold',
    style.italic && 'font-style:italic',
    style.underline && 'text-decoration:underline',
    style.dim && 'opacity:.6',
  ].filter(Boolean);
  return rules.length === 0 ? xml(text) : `<span style="${rules.join(';')}">${xml(text)}</span>`;
}
