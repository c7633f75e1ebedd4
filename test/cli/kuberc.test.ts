import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { permittedPlugin, restrictPlugins } from '../../src/kube/credentials/plugin-policy.ts';
import { run } from '../commands/fake-cluster.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-kuberc-'));
  mkdirSync(join(home, '.kube'));
  env = { HOME: home, KUBECONFIG: join(home, 'config') };
  writeFileSync(
    env.KUBECONFIG!,
    'contexts:\n- name: a\n  context: {namespace: one}\n- name: b\n  context: {namespace: two}\ncurrent-context: a\n',
  );
});
afterEach(() => rmSync(home, { recursive: true }));

const head = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n';
const write = (text: string, file = join(home, '.kube', 'kuberc')) => {
  writeFileSync(file, text);
  return file;
};
const aliases = (...lines: string[]) => `${head}aliases:\n${lines.map((line) => `- ${line}\n`).join('')}`;
const defaults = (...lines: string[]) => `${head}defaults:\n${lines.map((line) => `- ${line}\n`).join('')}`;

test('an alias stands for a command, its flags and arguments', async () => {
  write(
    aliases(
      '{name: names, command: config get-contexts, prependArgs: [b], appendArgs: [a], options: [{name: output, default: name}]}',
    ),
  );
  expect((await run(['names'], {}, { env })).stdout).toBe('a\nb\n');
  expect((await run(['names', '--output='], {}, { env })).stdout).toContain('CURRENT');
  expect((await run(['names', '-oname', 'b'], {}, { env })).stdout).toBe('a\nb\nb\n');
});

test('defaults count where a flag is not given', async () => {
  write(
    defaults(
      '{command: config get-contexts, options: [{name: output, default: name}, {name: no-headers, default: "true"}]}',
    ),
  );
  expect((await run(['config', 'get-contexts'], {}, { env })).stdout).toBe('a\nb\n');
  expect((await run(['config', 'get-contexts', '-o', ''], {}, { env })).stdout).toMatch(/^\*? +a/);
});

test.each([{ KUBERC: 'off' }, { KUBECTL_KUBERC: 'false' }])('%j turns it off', async (off) => {
  write(aliases('{name: names, command: config get-contexts}'));
  const { stderr } = await run(['names'], {}, { env: { ...env, ...off } });
  expect(stderr).toContain('unknown command "names" for "kubectl"');
});

test('another file by flag and by environment', async () => {
  const file = write(
    aliases('{name: names, command: config get-contexts, options: [{name: output, default: name}]}'),
    join(home, 'mine'),
  );
  expect((await run([`--kuberc=${file}`, 'names'], {}, { env })).stdout).toBe('a\nb\n');
  expect((await run(['names', '--kuberc', file], {}, { env })).stdout).toBe('a\nb\n');
  expect((await run(['names'], {}, { env: { ...env, KUBERC: file } })).stdout).toBe('a\nb\n');
});

const said = 'error occurred while applying preferences ';
test.each([
  [aliases('{name: get-it, command: get}'), `${said}invalid alias name, can only include alphabetical characters\n`],
  [aliases('{name: x, command: get}', '{name: x, command: get}'), `${said}duplicate alias name x\n`],
  [aliases('{name: names, command: nope}'), `${said}command "nope" not found to set alias "names": []\n`],
  [
    aliases('{name: names, command: config get-contexts, options: [{name: -o}]}'),
    `${said}flag name -o should be in long form without dashes\n`,
  ],
  [
    aliases('{name: names, command: config get-contexts, options: [{name: nope}]}'),
    `${said}invalid alias flag nope in alias names\n`,
  ],
])('%j is refused', async (text, stderr) => {
  write(text);
  expect(await run(['names'], {}, { env })).toMatchObject({ stdout: '', stderr, code: 1 });
});

test('defaults of a command that is not there are told, of a flag that is not there refused', async () => {
  write(
    defaults('{command: nope, options: []}', '{command: config get-contexts, options: [{name: nope, default: x}]}'),
  );
  const { stderr, code } = await run(['config', 'get-contexts'], {}, { env });
  expect(stderr).toBe(
    `Warning: command "nope" not found to set kuberc override\n${said}invalid flag nope for command config get-contexts\n`,
  );
  expect(code).toBe(1);
});

test('files that cannot be read', async () => {
  expect((await run(['options', '--kuberc=/nope'], {}, { env })).stderr).toBe(
    `${said}kuberc error kuberc: open /nope: no such file or directory\n`,
  );
  expect((await run(['options', '--kuberc='], {}, { env })).stderr).toBe(`${said}kuberc file is not found\n`);
  expect((await run(['options', '--kuberc=x'], {}, { env: { ...env, KUBERC: 'off' } })).stderr).toContain(
    'mutually exclusive',
  );
  write('kind: Other\n');
  const { stderr, code } = await run(['config', 'current-context'], {}, { env });
  expect(stderr).toContain('kuberc: no preferences loaded from');
  expect(code).toBe(0);
});

test('a built-in command is not shadowed', async () => {
  write(aliases('{name: config, command: options}'));
  expect((await run(['config', 'current-context'], {}, { env })).stdout).toBe('a\n');
});

test('what follows an alias is completed', async () => {
  write(aliases('{name: use, command: config use-context}'));
  expect((await run(['__completeNoDesc', 'use', ''], {}, { env })).stdout).toBe('a\nb\n:4\n');
});

describe('credentialPluginPolicy', () => {
  afterEach(() => restrictPlugins({ type: '', allowed: [] }));

  test.each([
    ['credentialPluginPolicy: Some', 'unknown credentialPluginPolicy "Some"'],
    ['credentialPluginPolicy: Allowlist', 'credentialPluginAllowlist must name a plugin'],
    ['credentialPluginAllowlist: [{name: x}]', 'credentialPluginAllowlist must not be there where the policy is ""'],
    [
      'credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{}]',
      'an entry of credentialPluginAllowlist names no plugin',
    ],
  ])('%j is refused', async (text, reason) => {
    write(`${head}${text}\n`);
    const { stderr, code } = await run(['config', 'current-context'], {}, { env });
    expect(stderr).toBe(`error occurred while applying preferences ${reason}\n`);
    expect(code).toBe(1);
  });

  test('holds for the plugins of this process', async () => {
    const bin = join(home, 'bin');
    mkdirSync(bin);
    for (const name of ['login', 'other']) writeFileSync(join(bin, name), '', { mode: 0o755 });
    writeFileSync(join(bin, 'plain'), '', { mode: 0o644 });
    const place = { env: { PATH: bin }, cwd: home };
    const may = (command: string) => permittedPlugin(command, place);
    const read = async (text: string) => {
      write(`${head}${text}\n`);
      expect((await run(['config', 'current-context'], {}, { env })).stderr).toBe('');
    };
    await read('credentialPluginPolicy: DenyAll');
    expect(() => may('login')).toThrow('plugin "login" not allowed: policy set to "DenyAll"');
    await read('credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: login}, {command: plain}]');
    // The path that was compared is the one that runs.
    expect(may('login')).toBe(join(bin, 'login'));
    expect(may('bin/login')).toBe(join(bin, 'login'));
    for (const refused of ['other', 'plain', 'missing', './login', '']) {
      expect(() => may(refused)).toThrow(`plugin "${refused}" not allowed: policy set to "Allowlist"`);
    }
    await read('credentialPluginPolicy: AllowAll');
    expect(may('anything')).toBe('anything');
  });
});
