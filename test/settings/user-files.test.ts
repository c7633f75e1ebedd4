import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contextFolder, readUserFiles } from '../../src/settings/read-user-files.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-files-'));
  env = { KCTL_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

const settings = (dashboard: unknown) => write('settings.json', JSON.stringify({ dashboard }));

describe('settings.json', () => {
  test('holds for all contexts, and differently for those that a pattern finds, the last one first', () => {
    settings({
      theme: 'fjord',
      keys: { delete: ['ctrl-x'] },
      contexts: { 'prod-*': { theme: 'ember', readOnly: true, keys: { mark: ['m'] } }, 'prod-eu': { theme: 'moss' } },
    });
    expect(readUserFiles(env, 'dev').settings).toEqual({ theme: 'fjord', keys: { delete: ['ctrl-x'] } });
    expect(readUserFiles(env, 'prod-us').settings).toMatchObject({
      theme: 'ember',
      readOnly: true,
      keys: { delete: ['ctrl-x'], mark: ['m'] },
    });
    expect(readUserFiles(env, 'prod-eu').settings).toMatchObject({ theme: 'moss', readOnly: true });
  });

  test('says of everything that is wrong where it is and what would do, and uses the rest', () => {
    settings({ theme: 3, them: 'x', header: 'no', language: 'de', keys: { quit: 'q' }, crumbs: false });
    const { settings: read, problems } = readUserFiles(env, 'dev');
    expect(read).toEqual({ crumbs: false, keys: {} });
    expect(problems).toEqual([
      `${join(home, 'settings.json')} is not right:
  - dashboard.theme: has to be a map, not 3
  - dashboard.them: there is no such setting; did you mean "theme"?
  - dashboard.header: has to be true or false, not "no"
  - dashboard.language: "de" is none of those that there are: en, ko
  - dashboard.keys.quit: has to be a list, not "q"`,
    ]);
  });

  test('what protects is not lost by a slip', () => {
    settings({ readOnly: 'yes' });
    const { settings: read, problems } = readUserFiles(env, 'dev');
    expect(read.readOnly).toBe(true);
    expect(problems[0]).toContain('dashboard.readOnly: has to be true or false');
  });

  test('that is no JSON is told, and so is a section that is none', () => {
    write('settings.json', '{');
    expect(readUserFiles(env, 'dev').problems[0]).toMatch(/settings\.json is not right:\n {2}- the file: .*JSON/);
    settings([]);
    expect(readUserFiles(env, 'dev').problems[0]).toContain('dashboard: has to be a map, not []');
  });
});

describe('files beside it', () => {
  test('are read from the folder for all and from that of the context', () => {
    write('aliases.yaml', 'aliases:\n  pp: v1/pods\n  x: svc\n');
    write('contexts/prod-eu/aliases.yaml', 'aliases:\n  x: deploy\n');
    expect(readUserFiles(env, 'prod/eu').aliases).toEqual({ pp: 'v1/pods', x: 'deploy' });
    expect(readUserFiles(env, 'dev').aliases).toEqual({ pp: 'v1/pods', x: 'svc' });
    expect(contextFolder(env, '../../etc')).toBe(join(home, 'contexts', '..-..-etc'));
  });

  test('plugins are in one file, or in files of a folder: several, several by name, or one', () => {
    write('plugins.yaml', 'plugins:\n  a: {shortCut: Shift-A, command: echo, args: [1, true]}\n');
    write('plugins/more/b.yaml', 'plugins:\n  b: {shortCut: Shift-B, command: echo}\n');
    write('plugins/c.yml', 'c: {shortCut: Shift-C, command: echo}\n');
    write('plugins/d.yaml', 'shortCut: Shift-D\ncommand: echo\n');
    const { plugins, problems } = readUserFiles(env, 'dev');
    expect(Object.keys(plugins).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(plugins['a']?.args).toEqual(['1', 'true']);
    expect(problems).toEqual([]);
  });

  test('what lacks something that it needs is told and left out', () => {
    write('hotkeys.yaml', 'hotKeys:\n  a: {shortCut: Shift-A}\n  b: {shortCut: Shift-B, command: pods}\n');
    write('views.yaml', 'views:\n  v1/pods: {columns: NAME}\n');
    write('aliases.yaml', 'aliases: [a: b\n');
    const { hotKeys, problems } = readUserFiles(env, 'dev');
    expect(Object.keys(hotKeys)).toEqual(['b']);
    const text = problems.join('\n');
    expect(text).toContain('hotKeys.a.command: is missing');
    expect(text).toContain('views.v1/pods.columns: has to be a list, not "NAME"');
    expect(text).toMatch(/aliases\.yaml is not right:\n {2}- the file: .*line/);
  });
});
