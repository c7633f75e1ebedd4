import { describe, expect, test } from 'vitest';
import { type Color, contrast, parseColor, shownColor } from '../../src/theme/color.ts';
import { listThemes, readTheme } from '../../src/theme/load-theme.ts';
import type { Style, ThemeFile } from '../../src/theme/theme.ts';
import { inheritedToken, type ThemeToken, themeTokenNames } from '../../src/theme/tokens.ts';

const env = { HOME: '/nowhere' };
const names = [...listThemes(env).keys()];

/** Backgrounds that terminals have: the plain one, and the tinted ones of well-known palettes. */
const papers = { dark: ['#000000', '#1e1e2e', '#282c34'], light: ['#ffffff', '#f4f0e6'] };
/** Lines are no text. */
const noText: readonly ThemeToken[] = ['border'];

function styleOf(theme: ThemeFile, token: ThemeToken): Style | undefined {
  const from = inheritedToken(token);
  return theme.styles[token] ?? (from && styleOf(theme, from));
}

const color = (text: string): Color => parseColor(text)!;

describe('the themes that come with kctl', () => {
  test('are at least twelve, dark and light', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
    const kinds = names.map((name) => readTheme(name, env).kind);
    expect(kinds.filter((kind) => kind === 'light').length).toBeGreaterThanOrEqual(4);
    for (const name of names) expect(readTheme(name, env)).toMatchObject({ name, about: expect.stringMatching(/\.$/) });
  });

  describe.each(names)('%s', (name) => {
    const theme = readTheme(name, env);

    test('every text has a contrast of 4.5 : 1 to what it stands on', () => {
      for (const token of themeTokenNames) {
        const style = styleOf(theme, token);
        if (!style?.fg || noText.includes(token)) continue;
        const on = style.bg ? [style.bg] : papers[theme.kind].map(color);
        for (const paper of on) expect(contrast(style.fg, paper), token).toBeGreaterThanOrEqual(4.5);
      }
    });

    test('the selected row can be read and seen', () => {
      const { fg, bg, attributes } = styleOf(theme, 'row.selected')!;
      if (attributes.includes('inverse')) return;
      expect(contrast(fg!, bg!)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(bg!, color(papers[theme.kind][0]!))).toBeGreaterThanOrEqual(1.25);
    });

    test.each(['256', '16'] as const)('can be read with %s colours', (depth) => {
      for (const token of themeTokenNames) {
        const style = styleOf(theme, token);
        if (!style?.fg || noText.includes(token)) continue;
        const on = style.bg ?? color(papers[theme.kind][0]!);
        const fg = shownColor(style.fg, depth, on);
        expect(contrast(fg!, shownColor(on, depth)!), token).toBeGreaterThanOrEqual(depth === '16' ? 3 : 4.5);
      }
    });
  });
});

/** Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1. */
const visions = {
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function linear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

/** CIELAB (D65) of a colour as such an eye sees it. */
function seenBy(vision: keyof typeof visions, shown: Color): number[] {
  if (shown.kind !== 'rgb') throw new Error('a colour of the terminal has no exact tone');
  const from = [shown.r, shown.g, shown.b].map(linear);
  const m = visions[vision];
  const [r, g, b] = [0, 3, 6].map((row) =>
    Math.max(0, Math.min(1, m[row]! * from[0]! + m[row + 1]! * from[1]! + m[row + 2]! * from[2]!)),
  ) as [number, number, number];
  const f = (value: number) => (value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27) * (value / 116) + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe('for colour-blind eyes', () => {
  test.each([
    ['deuteranopia', 'deuteranopia'],
    ['deuteranopia', 'protanopia'],
    ['tritanopia', 'tritanopia'],
    ['colour-blind-safe', 'deuteranopia'],
    ['colour-blind-safe', 'protanopia'],
  ] as const)('%s tells what is well from what is not, seen with %s', (name, vision) => {
    const theme = readTheme(name, env);
    const states = ['status.ok', 'status.progress', 'status.warn', 'status.error'] as const;
    for (const [index, one] of states.entries()) {
      for (const other of states.slice(index + 1)) {
        const [a, b] = [one, other].map((token) => seenBy(vision, styleOf(theme, token)!.fg!)) as [number[], number[]];
        const difference = Math.hypot(...a.map((value, place) => value - b[place]!));
        expect(difference, `${one} and ${other}`).toBeGreaterThanOrEqual(18);
      }
    }
  });
});
