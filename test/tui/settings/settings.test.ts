import { afterEach, describe, expect, test } from 'vitest';
import { noUserFiles, type UserFiles } from '../../../src/settings/read-user-files.ts';
import { expandAlias } from '../../../src/tui/settings/expand-alias.ts';
import { keyNamed } from '../../../src/tui/settings/key-names.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { type FakeCluster, fakeCluster, podRow } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let screen: TestScreen | undefined;
let files: Partial<UserFiles>;

afterEach(() => {
  screen?.close();
  speak('en');
});

async function open(set: Partial<UserFiles>, cluster: FakeCluster = shop()): Promise<TestScreen> {
  files = set;
  screen = await renderTest({ cols: 100, rows: 30, cluster, userFiles: () => ({ ...noUserFiles, ...files }) });
  return screen;
}

function shop(): FakeCluster {
  return fakeCluster([podRow('shop', 'api-1'), podRow('shop', 'web-1')]);
}

async function command(s: TestScreen, line: string): Promise<void> {
  await s.press(':');
  await s.type(`${line}\r`);
}

test.each([
  ['Shift-A', 'shift-a'],
  ['A', 'shift-a'],
  ['Ctrl-Shift-X', 'ctrl-shift-x'],
  ['shift+ctrl+x', 'ctrl-shift-x'],
  ['Escape', 'esc'],
  ['PgDn', 'pagedown'],
  ['?', '?'],
  ['F5', 'f5'],
  ['Ctrl--', 'ctrl--'],
  ['hello', undefined],
  ['F13', undefined],
])('%s is the key %s', (written, id) => {
  expect(keyNamed(written)).toBe(id);
});

describe('keys', () => {
  test('mean what the user says; hints and help follow', async () => {
    const s = await open({ settings: { keys: { describe: ['ctrl-x'], mark: [] } } });
    expect(s.lines().at(-1)).toContain('Ctrl-X Describe');
    await s.press('d');
    expect(s.text()).toContain('pods(shop)');
    await s.press('ctrl-x');
    expect(s.text()).toContain('describe(');
    await s.press('esc', '?');
    await s.waitFor('Ctrl-X');
    expect(s.text()).not.toMatch(/Space +Mark\b/);
  });

  test('that two actions of the user want are told; one that another action had is taken from it', async () => {
    const s = await open({ settings: { keys: { describe: ['z'], yaml: ['z', 'nokey'], lgos: ['l'] } } });
    const told = s.text();
    expect(told).toContain('dashboard.keys.yaml: z is given to describe already');
    expect(told).toContain('"nokey" is no key');
    expect(told).toContain('there is no action "lgos"; did you mean "logs"?');
    await s.press('z');
    expect(s.text()).toContain('describe(');
  });
});

describe('aliases', () => {
  test('stand for whole lines, and for kinds as k9s writes them', async () => {
    const s = await open({ aliases: { mine: 'pp shop /web', pp: 'v1/pods', loop: 'loop' } });
    await s.press(':');
    await s.type('mi');
    expect(s.lines().at(-2)).toContain('mine');
    await s.press('esc');
    await command(s, 'mine');
    expect(s.text()).toContain('pods(shop)[1/2] /web');
  });

  test.each([
    ['dp shop', { dp: 'apps/v1/deployments' }, 'deployments.v1.apps shop'],
    ['a /x', { a: 'b', b: 'a' }, 'a /x'],
    ['v1/pods', {}, 'pods'],
    [':constructor', {}, 'constructor'],
  ])('%s', (line, aliases, meant) => {
    expect(expandAlias(line, aliases)).toBe(meant);
  });
});

test('hot keys run lines, with what is selected in them', async () => {
  const s = await open({
    hotKeys: { near: { shortCut: 'Shift-H', command: 'pods $NAMESPACE /$NAME', description: 'Only this' } },
  });
  await s.press('j', 'shift-h');
  expect(s.text()).toContain('pods(shop)[1/2] /web-1');
  await s.press('?');
  await s.waitFor('Only this');
});

test('read-only: what changes something is refused, and what only looks is not', async () => {
  const s = await open({ settings: { readOnly: true } });
  await s.press('ctrl-d');
  expect(s.text()).toContain('read-only');
  await s.press('d');
  expect(s.text()).toContain('describe(');
});

test('settings that change are taken up at once; what is wrong is told and changes nothing', async () => {
  const s = await open({ settings: {} });
  files = { settings: { readOnly: true, keys: { describe: ['x'] } } };
  s.dashboard.reloadFiles();
  await s.settle();
  expect(s.lines().at(-1)).toContain('x Describe');
  files = { settings: {}, problems: ['settings.json is not right'] };
  s.dashboard.reloadFiles();
  await s.settle();
  expect(s.text()).toContain('settings.json is not right');
  await s.press('x');
  expect(s.text()).toContain('describe(');
});

test('what was wrong before keeps nothing from being taken up', async () => {
  const problems = ['plugins.yaml is not right'];
  const s = await open({ problems });
  files = { problems, settings: { keys: { describe: ['x'] } } };
  s.dashboard.reloadFiles();
  await s.settle();
  expect(s.lines().at(-1)).toContain('x Describe');
});

test('header and trail can be left out from the start, and brought back', async () => {
  const s = await open({ settings: { header: false, crumbs: false } });
  expect(s.lines()[0]).toMatch(/^─ pods\(shop\)/);
  expect(s.lines().at(-2)!.trim()).toBe('');
  await s.press('ctrl-e', 'ctrl-g');
  expect(s.lines()[0]).toContain('Context kind-dev');
  expect(s.lines().at(-2)).toContain('pods');
});

test(':settings says what is set and what is wrong', async () => {
  const s = await open({
    settings: { start: 'pods', keys: { describe: ['ctrl-x'] } },
    aliases: { pp: 'v1/pods' },
    problems: ['aliases.yaml is not right:\n  - aliases.x: has to be a text'],
  });
  await command(s, 'settings');
  for (const text of ['Wrong', 'aliases.x: has to be a text', 'Ctrl-X', 'v1/pods', 'start']) {
    expect(s.text()).toContain(text);
  }
});

test(':theme shows each theme as one moves over it, and esc brings the old one back', async () => {
  const s = await open({});
  const before = s.dashboard.theme.name;
  await s.waitFor('pods');
  await command(s, 'theme');
  expect(s.text()).toContain('Themes');
  await s.type('mono');
  expect(s.dashboard.theme.name).toBe('monochrome');
  await s.press('esc');
  expect(s.dashboard.theme.name).toBe(before);
});
