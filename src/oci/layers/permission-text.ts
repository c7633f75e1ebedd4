import type { LayerEntry } from '../read-layer.ts';

const letters: Readonly<Record<string, string>> = { directory: 'd', symlink: 'l', device: 'c', fifo: 'p' };

/** `-rwxr-xr-x`, as ls writes it. */
export const modeText = ({ kind, isBlock, mode }: LayerEntry): string =>
  `${isBlock ? 'b' : (letters[kind] ?? '-')}${permissionText(mode)}`;

/** `rwxr-xr-x`, with s and t as ls writes them. */
function permissionText(mode: number): string {
  const bits = [6, 3, 0].map((shift) => (mode >> shift) & 7);
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000];
  return bits
    .map((bit, index) => {
      const plain = bit & 1 ? 'x' : '-';
      const letter = index === 2 ? 't' : 's';
      const last = special[index] ? (bit & 1 ? letter : letter.toUpperCase()) : plain;
      return `${bit & 4 ? 'r' : '-'}${bit & 2 ? 'w' : '-'}${last}`;
    })
    .join('');
}
