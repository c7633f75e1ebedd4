import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, textWidth } from '../../../lib/text-width.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { wrapWords } from '../error-lines.ts';
import { type Piece, piecesText } from '../text/pieces.ts';
import type { ObjectRef } from '../view.ts';

/** One thing that a page tells of, in as many lines as it takes. */
export interface PageRow {
  /** What the row is about, however it looks: the cursor follows it. */
  key: string;
  /** When it was, ms since 1970: its age stands before it. */
  at?: number;
  /** Signs, branches and names before the text. */
  lead: readonly Piece[];
  /** What is told; broken at words where it is too long, under itself. */
  text: string;
  token?: ThemeToken;
  /** Branches that go on in the lines that a long text takes. */
  below?: string;
  /** Where enter leads. */
  ref?: ObjectRef;
}

/** A line of a row as it stands on the screen. */
export interface RowLine {
  row: number;
  pieces: readonly Piece[];
}

/** Narrower than this, text beside its lead would be a column of single words. */
const leastText = 24;

/** The lines of a row that has `width` columns. */
export function rowLines(row: PageRow, index: number, width: number): RowLine[] {
  const { lead, text, token = 'text', below = '' } = row;
  const leadWidth = textWidth(piecesText(lead));
  const isBeside = width - leadWidth >= leastText;
  const indent = isBeside ? leadWidth : Math.min(textWidth(below) + 2, Math.max(0, width - leastText));
  const words = text === '' ? [] : wrapWords(escapeTerminal(text), Math.max(1, width - indent));
  const next = words.map((line): Piece[] => [
    ['border', padText(below, indent)],
    [token, line],
  ]);
  if (words.length === 0) return [{ row: index, pieces: lead }];
  const lines = isBeside ? [[...lead, [token, words[0]!] as Piece], ...next.slice(1)] : [lead, ...next];
  return lines.map((pieces) => ({ row: index, pieces }));
}

/** A row as one line of plain text, for searches, the clipboard and files. */
export function rowText({ lead, text }: PageRow): string {
  return `${piecesText(lead)}${escapeTerminal(text)}`;
}
