import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type UserWorld, userAccess } from '../../../src/oci/registry/user-access.ts';

let home: string;
const broken: string[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-access-'));
  mkdirSync(join(home, 'docker'));
  broken.length = 0;
});
afterEach(() => rmSync(home, { recursive: true }));

function access(settings: UserWorld['settings'], more: Partial<UserWorld> = {}) {
  let isLoose: (host: string) => boolean = () => false;
  const { route } = userAccess({
    env: { HOME: home, XDG_CONFIG_HOME: home },
    signal: new AbortController().signal,
    settings,
    connections(_, loose) {
      isLoose = loose;
      return {};
    },
    broken: (path) => broken.push(path),
    ...more,
  });
  const mirrors = (registry: string) => route(registry, 'web').mirrors.map(({ address }) => address.href);
  return { isLoose, mirrors };
}

const daemon = (content: string) => writeFileSync(join(home, 'docker', 'daemon.json'), content);

test('the settings count before the files of other programs', () => {
  daemon(
    JSON.stringify({
      'insecure-registries': ['docker.test:5000', 'safe.test'],
      'registry-mirrors': ['https://m.test'],
    }),
  );
  const files = access({});
  expect(['docker.test:5000', 'other.test'].map(files.isLoose)).toEqual([true, false]);
  expect(files.mirrors('docker.io')).toEqual(['https://m.test/']);
  const set = access({ 'docker.io': { mirrors: ['https://own.test/x'] }, 'safe.test': { insecure: false } });
  expect([set.mirrors('docker.io'), set.isLoose('safe.test')]).toEqual([['https://own.test/x'], false]);
});

test('hosts that a flag names are trusted, and a broken file is told of and passed over', () => {
  daemon('{');
  const flagged = access({}, { insecure: ['flag.test'] });
  expect(['flag.test', 'docker.test:5000'].map(flagged.isLoose)).toEqual([true, false]);
  expect(broken).toEqual([join(home, 'docker', 'daemon.json')]);
});
