import { textWidth } from '../../lib/text-width.ts';

/**
 * Breaks a sentence at its spaces into lines of at most `width` columns; a word that is longer stays whole, and what
 * follows the first line of a point (`- `) stands below its text.
 */
export function wrapped(text: string, width: number): string[] {
  const found: string[] = [];
  const indent = text.startsWith('- ') ? '  ' : '';
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      found.push(line);
      line = indent + word;
    } else line = longer;
  }
  found.push(line);
  return found;
}
