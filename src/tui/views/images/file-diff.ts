import { sizeText } from '../../../lib/size-text.ts';
import type { FileContent } from '../../../oci/layers/explore-image.ts';
import { modeText } from '../../../oci/layers/permission-text.ts';
import type { LayerEntry } from '../../../oci/read-layer.ts';
import { say } from '../../words/say.ts';
import { DocumentModel, type DocumentText, linesOf } from '../document-model.ts';
import { diffParts, sideBySideFrom, sideBySideLines, unifiedLines } from '../object/text-diff.ts';
import { sentence } from '../sentence.ts';
import { ownerText } from './file-lines.ts';
import { momentText } from './file-note.ts';
import { mostText, textOf } from './file-text.ts';

/** A file as one layer or image has it. */
export interface FileSide {
  /** `layer 2`, `shop/web:1` */
  name: string;
  /** Undefined where it is not there. */
  entry: LayerEntry | undefined;
  /** Its content; undefined where it has none. */
  open(signal: AbortSignal): Promise<FileContent | undefined>;
}

/** What one file has otherwise than another one: text line by line, and of the rest its size, permissions and times. */
export function openFileDiff(of: string, before: FileSide, after: FileSide): DocumentModel {
  const stopping = new AbortController();
  const model = new DocumentModel({
    view: { type: 'document', content: 'image-file-diff', of },
    async load(): Promise<DocumentText> {
      const facts = factLines(before.entry, after.entry);
      const [old, now] = [await linesAt(before, stopping.signal), await linesAt(after, stopping.signal)];
      if (typeof old === 'string' || typeof now === 'string') {
        const why = typeof old === 'string' ? old : (now as string);
        return sentence([...facts, why].join(' · '));
      }
      const parts = diffParts(old, now);
      if (!parts) return sentence(say('They differ in too much to be laid side by side.'));
      if (parts.every(({ kind }) => kind === 'same'))
        return sentence([...facts, say('The content is the same.')].join(' · '));
      const head = [`  ${before.name} → ${after.name}`, ...facts.map((fact) => `  ${fact}`), ''];
      return (width) => [...head, ...(width >= sideBySideFrom ? sideBySideLines(parts, width) : unifiedLines(parts))];
    },
  });
  const close = model.close.bind(model);
  model.close = () => {
    stopping.abort();
    close();
  };
  return model;
}

/** Lines of a text; a sentence where it is none. */
async function linesAt({ entry, open, name }: FileSide, signal: AbortSignal): Promise<string[] | string> {
  if (!entry) return [];
  if (entry.kind === 'symlink') return [entry.link];
  const content = await open(signal);
  if (!content) return say('{name}: no text', { name });
  const { bytes, isCut } = content;
  if (isCut) return say('{name}: longer than {size}, which is not compared', { name, size: sizeText(mostText) });
  const text = textOf(bytes, false);
  return text === undefined ? say('{name}: no text', { name }) : text === '' ? [] : linesOf(text);
}

function factLines(before: LayerEntry | undefined, after: LayerEntry | undefined): string[] {
  if (!before || !after) return [];
  const facts = (entry: LayerEntry) => [
    sizeText(entry.size),
    modeText(entry),
    ownerText(entry),
    entry.mtime > 0 ? momentText(entry.mtime) : '',
  ];
  const [old, now] = [facts(before), facts(after)];
  return old.flatMap((fact, at) => (fact === now[at] ? [] : [`${fact} -> ${now[at]}`]));
}
