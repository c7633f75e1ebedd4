import { type Color, type ColorDepth, colorParameters } from './color.ts';
import { inheritedToken, type ThemeToken, themeTokenNames } from './tokens.ts';

export const textAttributes = ['bold', 'dim', 'italic', 'underline', 'inverse'] as const;
export type TextAttribute = (typeof textAttributes)[number];

const attributeParameter: Record<TextAttribute, number> = { bold: 1, dim: 2, italic: 3, underline: 4, inverse: 7 };

/** How one token looks. */
export interface Style {
  fg?: Color;
  bg?: Color;
  attributes: readonly TextAttribute[];
}

/** A theme as its file says it, validated. */
export interface ThemeFile {
  name: string;
  about: string;
  kind: 'dark' | 'light';
  styles: Partial<Record<ThemeToken, Style>>;
}

/** A theme made ready for one terminal. */
export interface Theme {
  name: string;
  kind: 'dark' | 'light';
  depth: ColorDepth;
  /** The opening SGR sequence of a token; '' where it looks like plain text. */
  open(token: ThemeToken): string;
  /** `text` in the look of `token`, closed with a full reset. `text` must not hold control characters. */
  paint(token: ThemeToken, text: string): string;
}

const reset = '\u001b[0m';
const blackText = '30';

/**
 * Resolves inheritance and turns styles into SGR sequences for `depth`. Where the terminal shows no
 * colours, a style that has a background keeps apart by inverse video, so the selected row stays visible.
 */
export function compileTheme(file: ThemeFile, depth: ColorDepth, attributes = true): Theme {
  const sequences = new Map<ThemeToken, string>();
  for (const token of themeTokenNames) sequences.set(token, attributes ? sequenceOf(file, token, depth) : '');
  return {
    name: file.name,
    kind: file.kind,
    depth,
    open: (token) => sequences.get(token)!,
    paint(token, text) {
      const sequence = sequences.get(token)!;
      return sequence === '' || text === '' ? text : `${sequence}${text}${reset}`;
    },
  };
}

function sequenceOf(file: ThemeFile, token: ThemeToken, depth: ColorDepth): string {
  let from: ThemeToken | undefined = token;
  while (from && !file.styles[from]) from = inheritedToken(from);
  const style = from && file.styles[from];
  if (!style) return '';
  const fg = style.fg ? colorParameters(style.fg, depth, 'fg', style.bg ?? paperOf(file.kind)) : '';
  // Terminals of sixteen colours show bold ones brighter, and bold black as a grey that is not read on a colour.
  const isGreyed = depth === '16' && style.bg !== undefined && fg === blackText;
  const attributes = style.attributes.filter((attribute) => !(isGreyed && attribute === 'bold'));
  const parameters = [...attributes.map((attribute) => String(attributeParameter[attribute])), fg];
  if (style.bg) parameters.push(depth === 'none' ? '7' : colorParameters(style.bg, depth, 'bg'));
  const used = [...new Set(parameters)].filter(Boolean);
  return used.length === 0 ? '' : `\u001b[${used.join(';')}m`;
}

/** What a theme is written on where it does not say so itself. */
function paperOf(kind: ThemeFile['kind']): Color {
  return { kind: 'ansi', index: kind === 'dark' ? 0 : 15 };
}

/** Plain text everywhere: for widgets in tests and for terminals that can do nothing. */
export const plainTheme: Theme = compileTheme({ name: 'plain', about: '', kind: 'dark', styles: {} }, 'none');
