/**
 * Terminal columns of text. Written here because the package for it builds an Intl.Segmenter when it is
 * loaded, which costs every command line some 40 ms; a test compares the two.
 */

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const EMOJI = /\p{Emoji_Presentation}/u;
const PICTOGRAPH = /\p{Extended_Pictographic}/u;

/** East Asian Width W and F (Unicode UAX 11), without what is an emoji by presentation. */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2fb],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

const JOINER = 0x200d;
const EMOJI_STYLE = 0xfe0f;
const KEYCAP = 0x20e3;

/** Vowels and finals of Hangul in parts: they are drawn into the syllable of the consonant before them. */
function isJamoTail(code: number): boolean {
  return (code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7fb);
}

function isRegional(code: number): boolean {
  return code >= 0x1f1e6 && code <= 0x1f1ff;
}

function isSkinTone(code: number): boolean {
  return code >= 0x1f3fb && code <= 0x1f3ff;
}

function baseWidth(char: string, code: number): number {
  if (code >= 0x20 && code < 0x7f) return 1;
  if (NO_WIDTH.test(char)) return 0;
  if (WIDE.some(([from, to]) => code >= from && code <= to)) return 2;
  return EMOJI.test(char) ? 2 : 1;
}

/** One thing that a terminal draws in one place: a character with its marks, a joined emoji, a flag. */
interface Cluster {
  text: string;
  width: number;
}

/** The clusters of a text; simpler than UAX 29, and the same for what stands in names, logs and labels. */
function clusters(text: string): Cluster[] {
  const result: Cluster[] = [];
  let previous = 0;
  let regionals = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const last = result.at(-1);
    regionals = isRegional(code) ? regionals + 1 : 0;
    const width = baseWidth(char, code);
    const joins =
      width === 0 ||
      (previous === JOINER && PICTOGRAPH.test(char)) ||
      (isRegional(code) && regionals % 2 === 0) ||
      (isSkinTone(code) && last?.width === 2) ||
      (isJamoTail(code) && last?.width === 2);
    if (last && joins) {
      last.text += char;
      if (code === KEYCAP || (code === EMOJI_STYLE && PICTOGRAPH.test(last.text))) last.width = 2;
    } else result.push({ text: char, width });
    previous = code;
  }
  return result;
}

/** Terminal columns that `text` takes: Korean and emoji two, combining marks none. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  return clusters(text).reduce((sum, cluster) => sum + cluster.width, 0);
}

/** Cuts `text` to at most `width` columns, never inside a character; what was cut shows as `ellipsis`. */
export function truncateText(text: string, width: number, ellipsis = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 0) return '';
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, room) + ellipsis;
  let used = 0;
  let kept = '';
  for (const cluster of clusters(text)) {
    used += cluster.width;
    if (used > room) break;
    kept += cluster.text;
  }
  return kept + ellipsis;
}

/** Fills `text` up with spaces to `width` columns; wider text stays as it is. */
export function padText(text: string, width: number): string {
  const missing = width - textWidth(text);
  return missing > 0 ? text + ' '.repeat(missing) : text;
}

/** Lines of at most `width` columns, broken at spaces; a word that is wider is broken inside. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    if (line !== undefined && textWidth(line) + 1 + textWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== undefined) lines.push(line);
    line = '';
    let used = 0;
    for (const cluster of textWidth(word) <= width ? [{ text: word, width: 0 }] : clusters(word)) {
      if (used > 0 && used + cluster.width > width) {
        lines.push(line);
        [line, used] = ['', 0];
      }
      line += cluster.text;
      used += cluster.width;
    }
  }
  return line === undefined ? lines : [...lines, line];
}
