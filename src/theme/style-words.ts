import { parseColor } from './color.ts';
import { type Style, type TextAttribute, textAttributes } from './theme.ts';

/**
 * A style is one line of words: `COLOUR [on COLOUR] [bold|dim|italic|underline|inverse]...`; `-` is the terminal's own
 * colour. Apart from the files that hold such lines, so that a theme in code needs no YAML.
 * @param unknown is told each word that means nothing
 */
export function parseStyle(
  words: string,
  palette: ReadonlyMap<string, string> = new Map(),
  unknown: (word: string) => void = () => {},
): Style {
  const style: Style = { attributes: [] };
  const attributes: TextAttribute[] = [];
  let layer: 'fg' | 'bg' = 'fg';
  for (const word of words.split(/\s+/).filter(Boolean)) {
    if (word === 'on') layer = 'bg';
    else if ((textAttributes as readonly string[]).includes(word)) attributes.push(word as TextAttribute);
    else if (word !== '-') {
      const color = parseColor(palette.get(word) ?? word);
      if (color) style[layer] = color;
      else unknown(word);
    }
  }
  style.attributes = attributes;
  return style;
}
