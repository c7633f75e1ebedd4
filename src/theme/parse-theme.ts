import { parseDocument } from 'yaml';
import { KctlError } from '../lib/errors.ts';
import { parseStyle } from './style-words.ts';
import { type Style, type ThemeFile, textAttributes } from './theme.ts';
import { type ThemeToken, themeTokenNames } from './tokens.ts';

const topKeys = ['name', 'about', 'kind', 'palette', 'styles'];

/**
 * Reads a theme file. Every mistake is collected, so that one look at the message mends them all.
 * @throws KctlError `config` that names `source`, the place in the file and what would be right.
 */
export function parseTheme(text: string, source: string): ThemeFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw invalid(source, [document.errors[0]!.message.split('\n')[0]!]);
  const raw: unknown = document.toJS();
  if (!isMap(raw)) throw invalid(source, ['it must be a map with the keys name, kind and styles']);
  const mistakes: string[] = [];
  for (const key of Object.keys(raw)) {
    if (!topKeys.includes(key)) mistakes.push(`unknown key "${key}"; known: ${topKeys.join(', ')}`);
  }
  if (typeof raw.name !== 'string' || raw.name === '') mistakes.push('name: a text is required');
  if (raw.kind !== 'dark' && raw.kind !== 'light') mistakes.push('kind: must be dark or light');
  const palette = readPalette(raw.palette, mistakes);
  const styles: ThemeFile['styles'] = {};
  if (!isMap(raw.styles)) mistakes.push('styles: a map from token to style is required');
  else {
    for (const [token, value] of Object.entries(raw.styles)) {
      if (!(themeTokenNames as string[]).includes(token)) {
        mistakes.push(`styles.${token}: unknown token${suggestion(token)}`);
        continue;
      }
      styles[token as ThemeToken] = readStyle(value, `styles.${token}`, palette, mistakes);
    }
  }
  if (mistakes.length > 0) throw invalid(source, mistakes);
  return {
    name: raw.name as string,
    about: typeof raw.about === 'string' ? raw.about : '',
    kind: raw.kind as 'dark' | 'light',
    styles,
  };
}

function readPalette(raw: unknown, mistakes: string[]): Map<string, string> {
  const palette = new Map<string, string>();
  if (raw === undefined) return palette;
  if (!isMap(raw)) mistakes.push('palette: must be a map from a name to a colour');
  else for (const [name, value] of Object.entries(raw)) palette.set(name, String(value));
  return palette;
}

function readStyle(raw: unknown, place: string, palette: Map<string, string>, mistakes: string[]): Style {
  if (typeof raw !== 'string') {
    mistakes.push(`${place}: must be words such as "#ff8800 on black bold"`);
    return { attributes: [] };
  }
  return parseStyle(raw, palette, (word) =>
    mistakes.push(
      `${place}: "${word}" is no colour (#rrggbb, red, bright-red, gray, a palette name) nor ${textAttributes.join(', ')}`,
    ),
  );
}

function suggestion(token: string): string {
  const last = token.split('.').at(-1)!;
  const near = themeTokenNames.filter((name) => name.includes(last) || name.startsWith(`${token.split('.')[0]}.`));
  return near.length > 0 ? `; did you mean ${near.slice(0, 4).join(', ')}?` : '';
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(source: string, mistakes: string[]): KctlError {
  return new KctlError('config', `theme ${source} is not valid:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`, {
    hint: `Tokens: ${themeTokenNames.join(', ')}.`,
  });
}
