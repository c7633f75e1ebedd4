import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { padText } from '../../../lib/text-width.ts';
import { pathOf, type TreeChange } from '../../../oci/layers/layer-tree.ts';
import { modeText } from '../../../oci/layers/permission-text.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';
import type { LayerEntry } from '../../../oci/read-layer.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import type { Piece } from '../text/pieces.ts';

/** A sign and a colour for each change, so that neither is alone. */
export const changeLooks: Readonly<Record<TreeChange, { sign: string; token: ThemeToken; word: string }>> = {
  added: { sign: '+', token: 'status.ok', word: 'added' },
  modified: { sign: '~', token: 'status.warn', word: 'modified' },
  same: { sign: '=', token: 'status.progress', word: 'rewritten' },
  removed: { sign: '-', token: 'status.error', word: 'removed' },
  unmodified: { sign: ' ', token: 'text', word: 'unmodified' },
};

/** Narrower than this the owner goes, and then the permissions: names are what one looks for. */
const ownersFrom = 48;
const permissionsFrom = 36;

/** A row in two parts: what stands before the name, on which a click folds, and the name. */
export function fileRowPieces(
  row: LookRow,
  branch: string,
  { attributes, width }: { attributes: boolean; width: number },
): { before: Piece[]; after: Piece[] } {
  const { sign, token } = changeLooks[row.change];
  const { entry, file } = row;
  const fold = row.isFolder ? (row.isFolded ? '▸ ' : '▾ ') : '  ';
  const size = padText(sizeText(row.size).padStart(7), 8);
  const lead = width >= permissionsFrom ? `${attributeText(row, width >= ownersFrom)} ${size}` : size;
  const link = entry?.link ? ` ${entry.kind === 'symlink' ? '->' : '='} ${entry.link}` : '';
  return {
    before: [...(attributes ? [['text.muted', lead] as Piece] : []), [token, `${sign} `], ['border', branch + fold]],
    after: [
      [token, `${file.name}${row.isFolder ? '/' : ''}`],
      ['text.muted', link],
    ],
  };
}

/** `added file /etc/passwd, 1.2kB, -rw-r--r-- 0:0` */
export function spokenFile(row: LookRow, attributes: boolean): string {
  const { word } = changeLooks[row.change];
  const kind = row.isFolder ? say('folder') : say('file');
  const rest = attributes ? [attributeText(row, true).replace(/ +/g, ' ').trim()] : [];
  const parts = [`${say(word)} ${kind} /${escapeTerminal(pathOf(row.file))}`, sizeText(row.size), ...rest];
  return [...parts, ...(row.isFolded ? [say('folded')] : [])].join(', ');
}

export const ownerText = ({ uid, gid }: LayerEntry): string => `${uid}:${gid}`;

function attributeText({ entry }: LookRow, hasOwner: boolean): string {
  const owner = hasOwner ? ` ${padText(entry ? ownerText(entry) : '', 11)}` : '';
  return `${entry ? modeText(entry) : 'd?????????'}${owner}`;
}

/** The lines that lead to each row. */
export function branchesOf(rows: readonly LookRow[]): string[] {
  const open: boolean[] = [];
  return rows.map(({ depth, isLast }) => {
    open.length = depth;
    const lead = open
      .slice(1)
      .map((goesOn) => (goesOn ? '│  ' : '   '))
      .join('');
    open[depth] = !isLast;
    return depth === 0 ? '' : `${lead}${isLast ? '└─ ' : '├─ '}`;
  });
}
