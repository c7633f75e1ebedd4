import { textWidth } from '../../../lib/text-width.ts';
import { graphemes } from '../../term/graphemes.ts';

/** Printable ASCII, Hangul syllables, ideographs and kana: one character each, of one or two columns. */
const simple = /^[\x20-\x7e\uac00-\ud7a3\u4e00-\u9fff\u3041-\u3096\u30a1-\u30fa]*$/;
const ascii = /^[\x20-\x7e]*$/;

/** What is looked at first, so that a line of a megabyte is not asked for what is on its first columns. */
const block = 4096;

/** What stands in columns of a terminal, from `from` on: for each thing drawn in one place its characters and columns. */
function* cellsFrom(text: string, from: number): Generator<readonly [characters: number, columns: number]> {
  let at = from;
  while (at < text.length) {
    const part = text.slice(at, at + block);
    if (!simple.test(part)) {
      for (const { segment } of graphemes(text.slice(at))) yield [segment.length, textWidth(segment)];
      return;
    }
    for (let index = 0; index < part.length; index++) yield [1, part.charCodeAt(index) < 0x7f ? 1 : 2];
    at += part.length;
  }
}

/** A part of a line on the screen. */
export interface TextPart {
  from: number;
  to: number;
  /** Columns that stay empty before it: half of a wide character that was cut. */
  lead: number;
  /** There is more of the line behind it. */
  more: boolean;
}

/** The characters of `text` in the columns from `left` on, at most `width` wide. */
export function partAt(text: string, left: number, width: number): TextPart {
  if (ascii.test(text.slice(0, left + width + 1))) {
    const from = Math.min(left, text.length);
    const to = Math.min(text.length, left + width);
    return { from, to, lead: 0, more: text.length > left + width };
  }
  let column = 0;
  let at = 0;
  let from = -1;
  let lead = 0;
  for (const [characters, columns] of cellsFrom(text, 0)) {
    if (from < 0 && column >= left) {
      from = at;
      lead = column - left;
    }
    if (from >= 0 && column + columns > left + width) return { from, to: at, lead, more: true };
    column += columns;
    at += characters;
  }
  return { from: from < 0 ? text.length : from, to: text.length, lead, more: false };
}

/** Where each row of a line begins that is broken at `width` columns; the first one is 0. */
export function rowStarts(text: string, width: number): number[] {
  const starts = [0];
  if (width < 2 || (text.length <= width && textWidth(text) <= width)) return starts;
  if (ascii.test(text)) {
    for (let at = width; at < text.length; at += width) starts.push(at);
    return starts;
  }
  let used = 0;
  let at = 0;
  for (const [characters, columns] of cellsFrom(text, 0)) {
    if (used + columns > width) {
      starts.push(at);
      used = 0;
    }
    used += columns;
    at += characters;
  }
  return starts;
}
