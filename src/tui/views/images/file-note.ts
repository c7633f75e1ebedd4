import { truncateText } from '../../../lib/text-width.ts';
import { capabilityText } from '../../../oci/layers/capability-text.ts';
import { pathOf } from '../../../oci/layers/layer-tree.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';
import type { LayerEntry } from '../../../oci/read-layer.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { type Piece, paintPieces } from '../text/pieces.ts';

/** `2026-11-21 20:31:07Z`, UTC, so that the same image says the same everywhere. */
export const momentText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace(/\.\d+/, '');

/** The whole path under the cursor, which layer it is of and what others did to it: three lines below the files. */
export function fileNote(row: LookRow, width: number, theme: Theme): string[] {
  const { file, entry, layer, change } = row;
  const others = file.versions.filter((version) => version.entry !== 'folder').length;
  const facts = [
    change === 'removed'
      ? say('removed by layer {number}', { number: layer + 1 })
      : say('of layer {number}', { number: layer + 1 }),
    ...(others > 1 ? [say('{count} layers had a hand in it', { count: others })] : []),
    ...(entry ? rightsOf(entry) : []),
    ...(entry && entry.mtime > 0 ? [momentText(entry.mtime)] : []),
  ];
  const path: Piece[] = [['text', endOf(`/${pathOf(file)}`, width)]];
  return [
    theme.paint('border', '─'.repeat(width)),
    paintPieces(path, width, theme),
    theme.paint('text.muted', truncateText(facts.join(' · '), width)),
  ];
}

/** What a program may do beyond who starts it. */
function rightsOf({ kind, mode, capability, uid, gid }: LayerEntry): string[] {
  if (kind !== 'file') return [];
  return [
    ...(mode & 0o4000 ? [say('runs as user {id} (setuid)', { id: uid })] : []),
    ...((mode & 0o2010) === 0o2010 ? [say('runs as group {id} (setgid)', { id: gid })] : []),
    ...(capability ? [capabilityText(capability)] : []),
  ];
}

/** The end of a path is what tells it from others. */
function endOf(path: string, width: number): string {
  const letters = [...path];
  return letters.length <= width
    ? path
    : `…${letters.slice(Math.max(0, letters.length - Math.floor(width / 2))).join('')}`;
}
