import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { colorDepth } from '../../src/theme/color-depth.ts';
import { commandLineTheme } from '../../src/theme/command-line-theme.ts';
import { bundledThemeFolder, listThemes, loadTheme, readTheme, themeNames } from '../../src/theme/load-theme.ts';
import { parseTheme } from '../../src/theme/parse-theme.ts';
import { compileTheme } from '../../src/theme/theme.ts';
import { themeTokenNames } from '../../src/theme/tokens.ts';

const bundled = readdirSync(join(import.meta.dirname, '..', '..', 'themes')).map((file) => file.replace('.yaml', ''));

describe('bundled themes', () => {
  test('are found from the module', () => {
    expect([...listThemes({ HOME: '/nowhere' }).keys()].sort()).toEqual(bundled.toSorted());
    expect(bundledThemeFolder()).toMatch(/themes$/);
  });

  test.each(bundled)('%s: the selected row stands out even without colours', (name) => {
    const theme = compileTheme(readTheme(name, { HOME: '/nowhere' }), 'none');
    expect(theme.open('row.selected')).toMatch(/\[(\d+;)*7m|\[(\d+;)*7;/);
    for (const token of themeTokenNames) expect(theme.open(token)).not.toMatch(/38;|48;|\[3\dm/);
  });
});

describe('parseTheme', () => {
  test('reads words, palette names and attributes', () => {
    const theme = parseTheme(
      'name: mine\nkind: dark\npalette: { sea: "#004080" }\nstyles:\n  accent: sea on bright-red bold\n  border: gray\n',
      'mine.yaml',
    );
    expect(theme.styles.accent).toEqual({
      fg: { kind: 'rgb', r: 0, g: 64, b: 128 },
      bg: { kind: 'ansi', index: 9 },
      attributes: ['bold'],
    });
    expect(theme.styles.border).toEqual({ fg: { kind: 'ansi', index: 8 }, attributes: [] });
  });

  test('names every mistake with its place', () => {
    const text = 'kind: blue\ncolour: x\nstyles:\n  row.select: red\n  accent: reddish\n  border: 3\n';
    expect(() => parseTheme(text, 'mine.yaml')).toThrowError(
      /^theme mine\.yaml is not valid:\n {2}- unknown key "colour".*\n {2}- name: a text is required\n {2}- kind: must be dark or light\n {2}- styles\.row\.select: unknown token; did you mean row\.selected.*\n {2}- styles\.accent: "reddish" is no colour.*\n {2}- styles\.border: must be words/,
    );
  });

  test('says where YAML is broken', () => {
    expect(() => parseTheme('name: [', 'mine.yaml')).toThrowError(/theme mine\.yaml is not valid/);
  });
});

describe('colorDepth', () => {
  const table: [Record<string, string>, boolean, string][] = [
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, true, 'truecolor'],
    [{ TERM: 'xterm-256color' }, true, '256'],
    [{ TERM: 'xterm' }, true, '16'],
    [{ TERM: 'dumb' }, true, 'none'],
    [{ TERM: 'vt100' }, true, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, true, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, true, '256'],
    [{ TERM: 'dumb', NO_COLOR: '1', FORCE_COLOR: '3' }, false, 'truecolor'],
    [{ FORCE_COLOR: '0', COLORTERM: 'truecolor' }, true, 'none'],
    [{ TERM: 'xterm-256color' }, false, 'none'],
    [{ OS: 'Windows_NT' }, true, '256'],
  ];
  test.each(table)('%j tty %s → %s', (env, isTerminal, depth) => {
    expect(colorDepth(env, isTerminal)).toBe(depth);
  });
});

test('colours come down to what the terminal has', () => {
  const file = parseTheme(
    'name: t\nkind: dark\nstyles: { accent: "#ff8b84", row.selected: "#ffffff on #204060" }',
    't',
  );
  expect(compileTheme(file, 'truecolor').open('accent')).toBe('\u001b[38;2;255;139;132m');
  expect(compileTheme(file, '256').open('accent')).toBe('\u001b[38;5;210m');
  expect(compileTheme(file, '16').open('accent')).toBe('\u001b[91m');
  expect(compileTheme(file, 'none').open('accent')).toBe('');
  expect(compileTheme(file, 'none').open('row.selected')).toBe('\u001b[7m');
  // What a theme leaves out looks like what it stands for.
  expect(compileTheme(file, '256').open('key')).toBe('\u001b[38;5;210m');
  expect(compileTheme(file, '256').paint('text', 'plain')).toBe('plain');
});

test("a user's theme is found and replaces a bundled one of the same name", () => {
  const config = mkdtempSync(join(tmpdir(), 'kctl-themes-'));
  mkdirSync(join(config, 'kctl', 'themes'), { recursive: true });
  writeFileSync(join(config, 'kctl', 'themes', 'default-dark.yaml'), 'name: mine\nkind: light\nstyles: {}\n');
  const env = { XDG_CONFIG_HOME: config };
  expect(loadTheme({ env, depth: '16' })).toMatchObject({ name: 'mine', kind: 'light', depth: '16' });
  expect(() => loadTheme({ name: 'nope', env, depth: '16' })).toThrowError('there is no theme "nope"');
});

describe('the theme of the command line', () => {
  const opened = async (env: Record<string, string>, isTerminal = true) =>
    (await commandLineTheme({ HOME: '/nowhere', ...env }, isTerminal))?.open('status.error');

  test("is the terminal's own sixteen colours, which no file is read for", async () => {
    expect(await opened({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('\u001b[31m');
    expect(await opened({ TERM: 'xterm', KCTL_THEME: 'terminal' })).toBe('\u001b[31m');
    expect(themeNames({ HOME: '/nowhere' })).toEqual([...bundled, 'terminal'].sort());
    expect(readTheme('terminal', { HOME: '/nowhere' }).name).toBe('terminal');
  });

  test('is the chosen one in the colours that there are', async () => {
    const env = { TERM: 'xterm-256color', KCTL_THEME: 'default-dark' };
    expect(await opened({ ...env, COLORTERM: 'truecolor' })).toBe('\u001b[38;2;255;139;132m');
    expect(await opened(env)).toBe('\u001b[38;5;210m');
    await expect(opened({ ...env, KCTL_THEME: 'nope' })).rejects.toThrowError('there is no theme "nope"');
  });

  test('is none where nothing is painted', async () => {
    expect(await opened({ TERM: 'xterm' }, false)).toBeUndefined();
    expect(await opened({ TERM: 'xterm', NO_COLOR: '1' })).toBeUndefined();
    expect(await opened({ TERM: 'dumb' })).toBeUndefined();
    expect(await opened({ FORCE_COLOR: '1' }, false)).toBe('\u001b[31m');
  });
});

test.each(bundled)('%s: black on a colour is not bold where bold is shown as a brighter colour', (name) => {
  const theme = loadTheme({ name, env: {}, depth: '16' });
  for (const token of themeTokenNames) expect(theme.open(token), token).not.toMatch(/\b1;(?:\d+;)*30;\d/);
});
