import { textWidth } from '../../lib/text-width.ts';
import { graphemes } from '../term/graphemes.ts';

const asciiOnly = /^[\x20-\x7e]*$/;

/** The part of `text` in the columns from `left` on, at most `width` wide; a character cut at the left edge becomes a space. */
export function sliceText(text: string, left: number, width: number): string {
  if (asciiOnly.test(text)) return text.slice(left, left + width);
  let column = 0;
  let out = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const cells = textWidth(segment);
    if (column >= left) {
      if (used + cells > width) break;
      out += segment;
      used += cells;
    } else if (column + cells > left) {
      out += ' ';
      used += 1;
    }
    column += cells;
  }
  return out;
}

/** Breaks `text` hard into lines of at most `width` columns, as a terminal does. */
export function wrapText(text: string, width: number): string[] {
  if (width < 2 || (text.length <= width && textWidth(text) <= width)) return [text];
  const lines: string[] = [];
  if (asciiOnly.test(text)) {
    for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
    return lines;
  }
  let line = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const cells = textWidth(segment);
    if (used + cells > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += segment;
    used += cells;
  }
  lines.push(line);
  return lines;
}
