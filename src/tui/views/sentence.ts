import type { DocumentText } from './document-model.ts';
import { wrapWords } from './error-lines.ts';

/** A sentence in place of a text, broken at words. */
export function sentence(text: string): DocumentText {
  return (width) =>
    wrapWords(text, Math.max(10, width - 4)).map((line) => ({
      text: `  ${line}`,
      paint: (shown, theme) => theme.paint('text.muted', shown),
    }));
}
