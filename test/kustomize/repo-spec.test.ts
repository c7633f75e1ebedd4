import { describe, expect, test } from 'vitest';
import { parseRepoSpec } from '../../src/kustomize/load/repo-spec.ts';

describe('a URL of a repository', () => {
  test.each([
    ['https://github.com/org/repo', 'https://github.com/org/repo', '', ''],
    ['https://github.com/org/repo/deploy/base?ref=v1', 'https://github.com/org/repo', 'deploy/base', 'v1'],
    ['github.com/org/repo//deploy?version=main', 'https://github.com/org/repo', 'deploy', 'main'],
    ['https://github.com/org/repo.git/deploy', 'https://github.com/org/repo.git', 'deploy', ''],
    ['git@github.com:org/repo.git//deploy', 'git@github.com:org/repo.git', 'deploy', ''],
    ['ssh://git@github.com/org/repo', 'git@github.com:org/repo', '', ''],
    ['ssh://git@example.com:7999/org/repo.git', 'ssh://git@example.com:7999/org/repo.git', '', ''],
    ['git::https://example.com/org/repo/x', 'https://example.com/org/repo', 'x', ''],
    ['https://dev.azure.com/o/p/_git/repo/deploy', 'https://dev.azure.com/o/p/_git/repo', 'deploy', ''],
    ['file:///srv/repo//deploy?ref=a', 'file:///srv/repo', 'deploy', 'a'],
    ['user@example.com:org/repo', 'user@example.com:org/repo', '', ''],
  ])('%s', (url, cloneUrl, kustomizationPath, ref) => {
    expect(parseRepoSpec(url)).toMatchObject({ cloneUrl, kustomizationPath, ref });
  });

  test.each([
    'base',
    './base',
    '../base',
    '/srv/base',
    'base/web.yaml',
    'https://example.com',
    'ftp://example.com/a/b',
  ])('%s is none', (text) => {
    expect(parseRepoSpec(text)).toBeUndefined();
  });

  test('that leaves the repository is none', () => {
    expect(parseRepoSpec('https://github.com/org/repo//../other')).toBeUndefined();
  });

  test('says how long to wait and whether to fetch submodules', () => {
    expect(parseRepoSpec('https://github.com/o/r')).toMatchObject({
      timeout: '27s',
      timeoutMs: 27_000,
      submodules: true,
    });
    expect(parseRepoSpec('https://github.com/o/r?timeout=90&submodules=false')).toMatchObject({
      ...{ timeout: '1m30s', timeoutMs: 90_000, submodules: false },
    });
    expect(parseRepoSpec('https://github.com/o/r?timeout=2m')).toMatchObject({ timeout: '2m0s', timeoutMs: 120_000 });
  });
});
