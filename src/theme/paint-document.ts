import { meaningTokens } from './meaning-tokens.ts';
import type { Theme } from './theme.ts';

const yamlLine = /^(\s*(?:- )*)([^\s:#'"[\]{}][^:]*|"[^"]*"|'[^']*')(:)(\s.*)?$/;
const yamlItem = /^(\s*(?:- )+)(.*)$/;
const literal = /^(-?\d[\d.eE+-]*|true|false|null)$/;

/** One line of YAML: keys, values and comments apart. */
export function paintYaml(line: string, theme: Theme): string {
  if (/^\s*#|^---$/.test(line)) return theme.paint('yaml.comment', line);
  const match = yamlLine.exec(line);
  if (match) {
    const [, indent, key, colon, value] = match;
    return `${indent}${theme.paint('yaml.key', key!)}${colon}${value ? paintValue(value, theme) : ''}`;
  }
  const item = yamlItem.exec(line);
  return item ? `${item[1]}${paintValue(item[2]!, theme)}` : paintValue(line, theme);
}

function paintValue(value: string, theme: Theme): string {
  const text = value.trimStart();
  const token = literal.test(text) ? 'yaml.literal' : 'yaml.value';
  return value.slice(0, value.length - text.length) + theme.paint(token, text);
}

const blockStart = /(?:^|[:-] )[|>][+-]?\d?$/;

/** For YAML from its first line on: what stands in a block of text is text, whatever it looks like. */
export function yamlPainter(theme: Theme): (line: string) => string {
  let block: number | undefined;
  const indentOf = (line: string) => line.length - line.trimStart().length;
  return (line) => {
    if (block !== undefined) {
      if (line === '' || indentOf(line) > block) return theme.paint('yaml.value', line);
      block = undefined;
    }
    // Of `- key: |` the text stands deeper than the key, which stands behind the dashes.
    if (blockStart.test(line)) block = /^\s*(?:- )*/.exec(line)![0].length - (/^\s*(?:- )+[|>]/.test(line) ? 2 : 0);
    return paintYaml(line, theme);
  };
}

const jsonLine = /^(\s*)("(?:[^"\\]|\\.)*")(: )?(.*?)(,?)$/;

/** One line of indented JSON. */
export function paintJson(line: string, theme: Theme): string {
  const match = jsonLine.exec(line);
  if (!match) {
    const [, indent = '', text = '', comma = ''] = /^(\s*)(.*?)(,?)$/.exec(line) ?? [];
    return indent + (literal.test(text) ? theme.paint('yaml.literal', text) : text) + comma;
  }
  const [, indent, text, colon, value = '', comma] = match;
  if (colon === undefined) return `${indent}${theme.paint('yaml.value', text!)}${value}${comma}`;
  const shown = /^[[{]/.test(value) ? value : paintValue(value, theme);
  return `${indent}${theme.paint('yaml.key', text!)}${colon}${shown}${comma}`;
}

const describeLine = /^(\s*)([A-Z][\w ./()-]*?:)(\s+)?(\S.*)?$/;

/**
 * One line of `describe`: labels at the line's start, warnings in the list of events.
 * @param meaningOf what the value under a label means (`api/cell-meaning.ts`); undefined: nothing in particular
 */
export function paintDescribe(
  line: string,
  theme: Theme,
  meaningOf: (label: string, value: string) => keyof typeof meaningTokens | undefined,
): string {
  if (/^\s+Warning\s/.test(line)) return theme.paint('status.warn', line);
  const match = describeLine.exec(line);
  if (!match) return theme.paint('text', line);
  const [, indent, label, gap = '', value] = match;
  const meaning = value && meaningOf(label!.slice(0, -1), value);
  const shown = value ? theme.paint((meaning && meaningTokens[meaning]) || 'text', value) : '';
  return `${indent}${theme.paint('yaml.key', label!)}${gap}${shown}`;
}
