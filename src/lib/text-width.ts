import stringWidth from 'string-width';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Terminal columns that `text` takes: Korean and emoji two, combining marks none. */
export function textWidth(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

let segmenter: Intl.Segmenter | undefined;

/** Cuts `text` to at most `width` columns, never inside a character; what was cut shows as `ellipsis`. */
export function truncateText(text: string, width: number, ellipsis = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 0) return '';
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, room) + ellipsis;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let used = 0;
  let end = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += textWidth(segment);
    if (used > room) break;
    end += segment.length;
  }
  return text.slice(0, end) + ellipsis;
}

/** Fills `text` up with spaces to `width` columns; wider text stays as it is. */
export function padText(text: string, width: number): string {
  const missing = width - textWidth(text);
  return missing > 0 ? text + ' '.repeat(missing) : text;
}
