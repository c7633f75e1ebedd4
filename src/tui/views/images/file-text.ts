import { sizeText } from '../../../lib/size-text.ts';
import type { ImageExplorer } from '../../../oci/layers/explore-image.ts';
import type { LayerEntry } from '../../../oci/read-layer.ts';
import { say } from '../../words/say.ts';
import { DocumentModel, type DocumentText } from '../document-model.ts';
import { sentence } from '../sentence.ts';

/** So much of a text is shown, and of anything else: bytes. */
export const mostText = 1 << 20;
const mostBytes = 64 * 1024;

/** The content of a file of an image: as text where it is that, else byte by byte. */
export function openImageFile(explorer: ImageExplorer, image: string, layer: number, entry: LayerEntry): DocumentModel {
  const stopping = new AbortController();
  let note = '';
  const model = new DocumentModel({
    view: { type: 'document', content: 'image-file', of: `${image} /${entry.path}` },
    async load(): Promise<DocumentText> {
      const [at, path] = sourceOf(explorer, layer, entry);
      if (at === undefined) return sentence(whatElse(entry));
      const { bytes, isCut } = await contentAt(explorer, at, path, stopping.signal);
      const text = textOf(bytes, isCut);
      const shown = text === undefined ? bytes.subarray(0, mostBytes) : bytes;
      const isPart = isCut || shown.length < bytes.length;
      note = isPart
        ? say('the first {size} of {total}', { size: sizeText(shown.length), total: sizeText(entry.size) })
        : '';
      return text ?? hexText(shown);
    },
    notes: () => (note === '' ? [] : [note]),
  });
  const close = model.close.bind(model);
  model.close = () => {
    stopping.abort();
    close();
  };
  return model;
}

/** As much of a file's content as is shown. */
export const contentAt = (explorer: ImageExplorer, layer: number, path: string, signal: AbortSignal) =>
  explorer.content(layer, path, mostText, signal);

/** Where the content stands: that of a hard link under the name it shares. */
export function sourceOf(
  explorer: ImageExplorer,
  layer: number,
  entry: LayerEntry,
): [layer: number | undefined, path: string] {
  if (entry.kind === 'file') return [layer, entry.path];
  if (entry.kind !== 'hardlink') return [undefined, ''];
  const file = explorer.tree.find(entry.link);
  const found = file?.versions.findLast((version) => version.layer <= layer && typeof version.entry !== 'string');
  const isFile = found && typeof found.entry !== 'string' && found.entry.kind === 'file';
  return isFile ? [found.layer, entry.link] : [undefined, ''];
}

function whatElse({ kind, link }: LayerEntry): string {
  if (kind === 'symlink') return say('A symbolic link to {path}', { path: link });
  if (kind === 'hardlink')
    return say('A hard link to {path}, which is not among the layers that are read', { path: link });
  return say('No file, but a {kind}: it has no content', { kind });
}

/** Undefined for what is no text: bytes that are no UTF-8, or a zero among the first ones. */
export function textOf(bytes: Buffer, isCut: boolean): string | undefined {
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    // The cut may go through a letter.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

/** `00000010  7f 45 4c 46 …  |.ELF…|`, as `hexdump -C` shows bytes. */
function hexText(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.subarray(at, at + 16);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}`;
    const letters = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${halves}  |${letters}|`);
  }
  return lines.join('\n');
}
