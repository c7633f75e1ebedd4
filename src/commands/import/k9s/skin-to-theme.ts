import { type Color, contrast, parseColor } from '../../../theme/color.ts';
import { hexOf, papersOf, readableOn } from '../../../theme/readable.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { skinColor } from './color-names.ts';

/** Where in a skin (under `k9s`) the colour of a token stands: text, and what it stands on. */
interface From {
  fg: string;
  bg?: string;
  words?: string;
}

const tokens: Partial<Record<ThemeToken, From>> = {
  text: { fg: 'body.fgColor' },
  'text.muted': { fg: 'frame.menu.fgColor' },
  accent: { fg: 'body.logoColor', words: 'bold' },
  'header.label': { fg: 'info.fgColor' },
  'header.value': { fg: 'info.sectionColor' },
  'view.title': { fg: 'frame.title.fgColor', words: 'bold' },
  'view.scope': { fg: 'frame.title.highlightColor' },
  'view.count': { fg: 'frame.title.counterColor' },
  'view.filter': { fg: 'frame.title.filterColor' },
  crumb: { fg: 'frame.crumbs.fgColor', bg: 'frame.crumbs.bgColor' },
  'crumb.active': { fg: 'frame.crumbs.fgColor', bg: 'frame.crumbs.activeColor', words: 'bold' },
  border: { fg: 'frame.border.fgColor' },
  'table.header': { fg: 'views.table.header.fgColor', words: 'bold' },
  'table.sorted': { fg: 'views.table.header.sorterColor', words: 'bold' },
  'row.selected': { fg: 'views.table.cursorFgColor', bg: 'views.table.cursorBgColor', words: 'bold' },
  'row.marked': { fg: 'views.table.markColor', words: 'bold' },
  'row.changed': { fg: 'frame.status.modifyColor', words: 'bold' },
  'status.ok': { fg: 'frame.status.newColor' },
  'status.progress': { fg: 'frame.status.pendingColor' },
  'status.warn': { fg: 'frame.status.highlightColor' },
  'status.error': { fg: 'frame.status.errorColor' },
  'status.done': { fg: 'frame.status.completedColor' },
  'age.fresh': { fg: 'frame.status.addColor' },
  key: { fg: 'frame.menu.keyColor' },
  'key.label': { fg: 'frame.menu.fgColor' },
  prompt: { fg: 'prompt.fgColor' },
  'prompt.suggestion': { fg: 'prompt.suggestColor' },
  'dialog.title': { fg: 'dialog.fgColor', words: 'bold' },
  button: { fg: 'dialog.buttonFgColor', bg: 'dialog.buttonBgColor' },
  'button.focus': { fg: 'dialog.buttonFocusFgColor', bg: 'dialog.buttonFocusBgColor', words: 'bold' },
  'yaml.key': { fg: 'views.yaml.keyColor' },
  'yaml.value': { fg: 'views.yaml.valueColor' },
};

export interface ImportedTheme {
  /** The theme file. */
  text: string;
  /** What was made readable: `status.error #aa0000 -> #e57878 (2.4 : 1)`. */
  repaired: readonly string[];
}

function at(skin: unknown, path: string): unknown {
  let value = skin;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}

/** Where a skin says nothing of what a row under the cursor looks like, it is turned round. */
const turned = 'inverse bold';

/**
 * A theme of ours that looks like a skin. The dashboard leaves the background to the terminal, so every colour has
 * to be readable there; what is not is made lighter or darker, and told.
 */
export function skinToTheme(name: string, raw: unknown): ImportedTheme {
  const skin = at(raw, 'k9s') ?? raw;
  const colorAt = (path: string | undefined) => {
    const written = path === undefined ? undefined : skinColor(at(skin, path));
    return written === undefined ? undefined : parseColor(written);
  };
  const kind = kindOf(colorAt('body.bgColor'), colorAt('body.fgColor'));
  const repaired: string[] = [];
  const lines: string[] = [];
  for (const [token, { fg: from, bg: on, words = '' }] of Object.entries(tokens)) {
    const fg = colorAt(from);
    const bg = colorAt(on);
    if (!fg || fg.kind === 'ansi') {
      if (token === 'row.selected') lines.push(`  ${token}: ${turned}`);
      continue;
    }
    const shown = token === 'border' ? fg : readableOn(fg, bg ? [bg] : papersOf(kind));
    if (shown !== fg && shown.kind === 'rgb') {
      const worst = Math.min(...(bg ? [bg] : papersOf(kind)).map((paper) => contrast(fg, paper)));
      repaired.push(`${token} ${hexOf(fg)} -> ${hexOf(shown)} (its contrast was ${worst.toFixed(1)} : 1)`);
    }
    lines.push(`  ${token}: "${[styleText(shown, bg), words].filter(Boolean).join(' ')}"`);
  }
  if (!lines.some((line) => line.includes(' row.selected:'))) lines.push(`  row.selected: ${turned}`);
  const head = [`name: ${JSON.stringify(name)}`, 'about: "Made from a skin of k9s."', `kind: ${kind}`, 'styles:'];
  return { text: `${[...head, ...lines].join('\n')}\n`, repaired };
}

function styleText(fg: Color, bg: Color | undefined): string {
  const text = fg.kind === 'rgb' ? hexOf(fg) : '';
  return bg?.kind === 'rgb' ? `${text} on ${hexOf(bg)}` : text;
}

const black = parseColor('#000000')!;
const white = parseColor('#ffffff')!;
const isDark = (color: Color) => contrast(color, white) > contrast(color, black);

/** By its background, else by its text: who writes light does so on dark. */
function kindOf(paper: Color | undefined, text: Color | undefined): 'dark' | 'light' {
  if (paper) return isDark(paper) ? 'dark' : 'light';
  return text && isDark(text) ? 'light' : 'dark';
}
