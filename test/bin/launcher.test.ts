import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandbox } from '../support/program.ts';

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box.dispose());

const version = /^Client Version: v\d/;

describe('bin/kctl', () => {
  test('runs by any path, from any folder, through links of links', () => {
    const folder = join(box.home, 'a b');
    mkdirSync(folder);
    symlinkSync(kctl, join(folder, 'one'));
    symlinkSync('one', join(folder, 'kctl'));
    expect(box.run(join(folder, 'kctl'), ['version', '--client']).stdout).toMatch(version);
    expect(box.run('sh', ['-c', 'cd "a b" && ./kctl version --client']).stdout).toMatch(version);
    expect(box.run('kctl', ['version', '--client'], { env: { PATH: `${folder}:/usr/bin:/bin` } }).stdout).toMatch(
      version,
    );
  });

  test('needs nothing on PATH', () => {
    expect(box.kctl(['version', '--client'], { env: { PATH: '' } }).stdout).toMatch(version);
  });

  test('is called kubectl through a link of that name', () => {
    symlinkSync(kctl, join(box.home, 'kubectl'));
    expect(box.run('./kubectl', ['frobnicate']).stderr).toMatch(/^error: unknown command "frobnicate" for "kubectl"/);
    expect(box.kctl(['frobnicate']).stderr).toMatch(/^error: unknown command "frobnicate" for "kctl"/);
  });
});

/** A copy of the launcher beside a bundle that only says which Node runs it; no runtime of its own. */
describe('where the own runtime is missing', () => {
  let copy: string;
  beforeEach(() => {
    const home = mkdtempSync(join(tmpdir(), 'kctl-launcher-'));
    mkdirSync(join(home, 'bin'));
    mkdirSync(join(home, 'dist'));
    copy = join(home, 'bin', 'kctl');
    box.run('cp', [kctl, copy]);
    writeFileSync(join(home, 'dist', 'main.mjs'), 'console.log("ran", process.argv.slice(2).join(" "))');
  });
  afterEach(() => rmSync(dirname(dirname(copy)), { recursive: true, force: true }));

  /** A PATH with one program called node. */
  const pathWithNode = (script: string): string => {
    const bin = join(box.home, 'fake');
    mkdirSync(bin);
    writeFileSync(join(bin, 'node'), script);
    chmodSync(join(bin, 'node'), 0o755);
    return bin;
  };

  test('takes a Node of 22.19 or newer from PATH', () => {
    const PATH = pathWithNode(`#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    expect(box.run(copy, ['get', 'pods'], { env: { PATH } })).toEqual({
      stdout: 'ran get pods\n',
      stderr: '',
      code: 0,
    });
  });

  test('says in one line what to install where Node is too old or missing', () => {
    const old = pathWithNode('#!/bin/sh\nexit 1\n');
    for (const PATH of [old, '/nowhere']) {
      const ran = box.run(copy, ['get', 'pods'], { env: { PATH } });
      expect(ran.stderr).toMatch(/^kctl: needs Node 22\.19 or newer: run 'npm ci' in .*\n$/);
      expect(ran.code).toBe(1);
    }
  });

  test('says that it is not built', () => {
    rmSync(join(dirname(dirname(copy)), 'dist'), { recursive: true });
    expect(box.run(copy, []).stderr).toMatch(/^kctl: not built yet: run 'npm ci' in .*\n$/);
  });
});

test('bin/kctl.mjs, npm’s link, runs the same program and passes its exit code on', () => {
  const link = join(dirname(kctl), 'kctl.mjs');
  expect(box.run(process.execPath, [link, 'version', '--client']).stdout).toMatch(version);
  expect(box.run(process.execPath, [link, 'frobnicate']).code).toBe(1);
});

test('called kubectl, a plugin stands in front of a command that only kctl has', () => {
  symlinkSync(kctl, join(box.home, 'kubectl'));
  const folder = join(box.home, 'plugins');
  mkdirSync(folder);
  for (const name of ['kubectl-why', 'kubectl-get']) {
    writeFileSync(join(folder, name), '#!/bin/sh\necho "plugin $*"\n', { mode: 0o755 });
  }
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  expect(box.run('./kubectl', ['why', 'web', '--all'], { env }).stdout).toBe('plugin web --all\n');
  expect(box.kctl(['why', '--help'], { env }).stdout).toContain('kctl why');
  expect(box.run('./kubectl', ['get', '--help'], { env }).stdout).toContain('kubectl get');
});
