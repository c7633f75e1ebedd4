import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Looks } from '../../../src/tui/settings/looks.ts';
import { watchFolders } from '../../../src/tui/settings/watch-files.ts';
import { askBackground } from '../../../src/tui/term/ask-background.ts';
import { say, speak } from '../../../src/tui/words/say.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-looks-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
  speak('en');
});

const looks = (env: Record<string, string> = {}, themeName?: string) =>
  new Looks({ env: { KCTL_HOME: home, ...env }, depth: '256', themeName });

describe('the theme', () => {
  test('is the one of the command line, else of the settings, else of the environment, else the usual one', () => {
    expect(looks({ KCTL_THEME: 'moss' }, 'ember').dress({ theme: 'fjord' }).name).toBe('ember');
    expect(looks({ KCTL_THEME: 'moss' }).dress({ theme: 'fjord' }).name).toBe('fjord');
    expect(looks({ KCTL_THEME: 'moss' }).dress({}).name).toBe('moss');
    expect(looks().dress({}).name).toBe('default-dark');
  });

  test('goes with the background of the terminal, where it was not chosen', () => {
    const both = looks();
    both.dress({ theme: { dark: 'dusk', light: 'harbour' } });
    expect(both.onBackground('dark')).toBeUndefined();
    expect(both.onBackground('light')?.name).toBe('harbour');
    const none = looks();
    none.dress({});
    expect(none.onBackground('light')?.name).toBe('default-light');
    const chosen = looks();
    chosen.dress({ theme: 'moss' });
    expect(chosen.followsTerminal).toBe(false);
    expect(chosen.onBackground('light')).toBeUndefined();
  });

  test('that is set and not there is told, and keeps nobody from the dashboard', () => {
    const wrong = looks();
    expect(wrong.dress({ theme: 'nope' }).name).toBe('default-dark');
    expect(String(wrong.problem)).toContain('there is no theme "nope"');
    expect(() => looks({}, 'nope').dress({})).toThrow('there is no theme "nope"');
  });
});

test('the language is that of the environment, else that of the settings', () => {
  looks().dress({ language: 'ko' });
  expect(say('Delete')).toBe('삭제');
  looks({ KCTL_LANG: 'en' }).dress({ language: 'ko' });
  expect(say('Delete')).toBe('Delete');
});

describe('the background of the terminal', () => {
  test.each([
    ['\u001b]11;rgb:ffff/ffff/ffff\u0007', 'light'],
    ['\u001b]11;rgb:1e1e/1e1e/2e2e\u001b\\', 'dark'],
    ['\u001b]11;rgb:f4/f0/e6\u0007', 'light'],
  ])('%j is %s', async (answer, background) => {
    const stdin = new PassThrough();
    const asked: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const stop = askBackground(stdin, { write: (text) => asked.push(text) }, resolve);
    expect(asked).toEqual(['\u001b]11;?\u001b\\']);
    // An answer may come in pieces, and after a key.
    stdin.write(`j${answer.slice(0, 9)}`);
    stdin.write(answer.slice(9));
    expect(await promise).toBe(background);
    expect(stdin.listenerCount('data')).toBe(0);
    stop();
  });
});

test('a change of a file is told once, when it is left alone; other files are not', async () => {
  const changed = vi.fn();
  const stop = watchFolders([home, join(home, 'not-there')], changed);
  writeFileSync(join(home, 'notes.txt'), 'x');
  writeFileSync(join(home, 'settings.json'), '{}');
  writeFileSync(join(home, 'settings.json'), '{ }');
  await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 3000 });
  stop();
  expect(changed).toHaveBeenCalledTimes(1);
});
