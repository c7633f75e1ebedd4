import { textWidth } from '../../lib/text-width.ts';

/** Breaks a sentence at its spaces into lines of at most `width` columns; a word that is longer stays whole. */
export function wrapped(text: string, width: number): string[] {
  const found: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      found.push(line);
      line = word;
    } else line = longer;
  }
  found.push(line);
  return found;
}
