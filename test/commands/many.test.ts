import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure, run, table } from './fake-cluster.ts';

const pods = (namespace: string) => `GET /api/v1/namespaces/${namespace}/pods`;
const list = (namespace: string, ...names: string[]) => table(names.map((name) => ({ name, namespace })));
const namespaces = {
  'GET /api/v1/namespaces': { kind: 'NamespaceList', items: ['kube-system', 'team-a', 'team-b'].map(named) },
};
const kctl = { tool: 'kctl' };

function named(name: string) {
  return { metadata: { name } };
}

describe('several namespaces', () => {
  test('are one table, in the order in which they are named, and asked for without a list of all', async () => {
    const { stdout, stderr, code, requests } = await run(
      ['get', 'pods', '-n', 'b,a'],
      { [pods('a')]: list('a', 'one'), [pods('b')]: list('b', 'two') },
      kctl,
    );
    expect({ stdout, stderr, code }).toEqual({
      stdout: 'NAMESPACE   NAME   AGE\nb           two    5m\na           one    5m\n',
      stderr: '',
      code: 0,
    });
    expect(requests.map(({ path }) => path)).toEqual(['/api/v1/namespaces/b/pods', '/api/v1/namespaces/a/pods']);
  });

  test.each([
    ['team-*', ['team-a', 'team-b']],
    ['!kube-*,!team-b', ['team-a']],
    ['t*,kube-system,!team-a', ['team-b', 'kube-system']],
  ])('may be patterns: %s', async (pattern, expected) => {
    const routes = Object.fromEntries(['kube-system', 'team-a', 'team-b'].map((ns) => [pods(ns), list(ns, 'x')]));
    const { stdout } = await run(['get', 'pods', '-n', pattern, '--no-headers'], { ...namespaces, ...routes }, kctl);
    expect(stdout.match(/^\S+/gm)).toEqual(expected);
  });

  test('one that fails is told by its name, and the others are shown', async () => {
    const { stdout, stderr, code } = await run(
      ['get', 'pods,cm', '-n', 'a,b'],
      {
        [pods('a')]: list('a', 'one'),
        [pods('b')]: failure(403, 'Forbidden', 'pods is forbidden'),
        'GET /api/v1/namespaces/a/configmaps': list('a', 'conf'),
        'GET /api/v1/namespaces/b/configmaps': list('b'),
      },
      kctl,
    );
    expect(stdout).toBe(
      'NAMESPACE   NAME      AGE\na           pod/one   5m\n\nNAMESPACE   NAME             AGE\na           configmap/conf   5m\n',
    );
    expect(stderr).toBe('Error from server (Forbidden): namespace "b": pods is forbidden\n');
    expect(code).toBe(1);
  });

  test('one that is not there is no empty list; a pattern that finds none is a mistake', async () => {
    const routes = { ...namespaces, [pods('a')]: list('a', 'one'), [pods('b')]: list('b') };
    const gone = failure(404, 'NotFound', 'namespaces "b" not found');
    const absent = await run(['get', 'pods', '-n', 'a,b'], { ...routes, 'GET /api/v1/namespaces/b': gone }, kctl);
    expect(absent).toMatchObject({ code: 1, stderr: 'Error from server (NotFound): namespaces "b" not found\n' });
    expect(absent.stdout).toContain('one');
    const nothing = await run(['get', 'pods', '-n', 'x-*'], routes, kctl);
    expect(nothing).toMatchObject({ code: 1, stdout: '', stderr: 'error: no namespace matches x-*\n' });
  });

  test('a named object is wanted in each that is named, and somewhere under a pattern', async () => {
    const routes = {
      ...namespaces,
      [`${pods('team-a')}/web`]: table([{ name: 'web', namespace: 'team-a' }]),
      [`${pods('team-b')}/web`]: failure(404, 'NotFound', 'pods "web" not found'),
      'GET /api/v1/namespaces/team-b': named('team-b'),
    };
    const pattern = await run(['get', 'pod', 'web', '-n', 'team-*'], routes, kctl);
    expect(pattern).toMatchObject({ code: 0, stderr: '' });
    const each = await run(['get', 'pod', 'web', '-n', 'team-a,team-b'], routes, kctl);
    expect(each.stdout).toBe(pattern.stdout);
    expect(each.stderr).toBe('Error from server (NotFound): namespace "team-b": pods "web" not found\n');
  });

  test('what is in no namespace is asked for once', async () => {
    const { stdout, requests } = await run(['get', 'nodes', '-n', 'a,b'], { 'GET /api/v1/nodes': list('', 'n') }, kctl);
    expect(stdout).toBe('NAME   AGE\nn      5m\n');
    expect(requests).toHaveLength(1);
  });

  test('whole objects are one list, sorted together', async () => {
    const objects = (namespace: string, ...names: string[]) => ({
      kind: 'PodList',
      items: names.map((name) => ({ metadata: { name, namespace } })),
    });
    const routes = { [pods('a')]: objects('a', 'z', 'c'), [pods('b')]: objects('b', 'd') };
    const line = ['get', 'pods', '-n', 'a,b', '-o', 'name'];
    expect((await run(line, routes, kctl)).stdout).toBe('pod/z\npod/c\npod/d\n');
    expect((await run([...line, '--sort-by=.metadata.name'], routes, kctl)).stdout).toBe('pod/c\npod/d\npod/z\n');
  });

  test('are described one after the other', async () => {
    const config = (namespace: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'conf', namespace },
      data: {},
    });
    const path = (namespace: string) => `GET /api/v1/namespaces/${namespace}/configmaps/conf`;
    const routes = { ...namespaces, [path('team-a')]: config('team-a'), [path('team-b')]: config('team-b') };
    const both = await run(['describe', 'cm', 'conf', '-n', 'team-b,team-a', '--show-events=false'], routes, kctl);
    expect(both.stdout.match(/^Namespace: .*$/gm)).toEqual(['Namespace:    team-b', 'Namespace:    team-a']);
    const some = await run(['describe', 'cm', 'conf', '-n', '*', '--show-events=false'], routes, kctl);
    expect(some).toMatchObject({ code: 0, stderr: '' });
    const none = await run(['describe', 'cm', 'nope', '-n', 'team-*'], routes, kctl);
    expect(none.stderr).toMatch(/^Error from server \(NotFound\): namespace "team-a": .*\n.*namespace "team-b": /);
    expect(none.code).toBe(1);
  });

  test('under the name kubectl, a comma is part of a name', async () => {
    const { stderr, code } = await run(['get', 'pods', '-n', 'a,b'], { [pods('a%2Cb')]: list('') });
    expect({ stderr, code }).toEqual({ stderr: 'No resources found in a,b namespace.\n', code: 0 });
  });
});

describe('several contexts', () => {
  const contexts = {
    eu: { [pods('default')]: list('default', 'one'), 'GET /api/v1/nodes': list('', 'n') },
    us: { [pods('default')]: failure(403, 'Forbidden', 'pods is forbidden'), 'GET /api/v1/nodes': list('', 'm') },
  };

  test('are one table; those that fail are told by name', async () => {
    const { stdout, stderr, code } = await run(['get', 'pods', '--contexts', 'eu,us,nope'], {}, { ...kctl, contexts });
    expect({ stdout, stderr, code }).toEqual({
      stdout: 'CONTEXT   NAME   AGE\neu        one    5m\n',
      stderr:
        'context "nope": context "nope" does not exist\nError from server (Forbidden): context "us": pods is forbidden\n',
      code: 1,
    });
  });

  test('may show different columns', async () => {
    const more = list('', 'm') as { columnDefinitions: object[]; rows: { cells: unknown[] }[] };
    more.columnDefinitions.splice(1, 0, { name: 'Zone', type: 'string' });
    more.rows[0]!.cells.splice(1, 0, 'z1');
    const both = { eu: contexts.eu, us: { 'GET /api/v1/nodes': more } };
    const { stdout } = await run(['get', 'nodes', '--contexts', 'eu,us'], {}, { ...kctl, contexts: both });
    expect(stdout).toBe('CONTEXT   NAME   AGE   ZONE\neu        n      5m    \nus        m      5m    z1\n');
  });

  test('patterns are of the names in the kubeconfig', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-contexts-'));
    const config = join(folder, 'config');
    const names = ['us', 'eu', 'test'].map((name) => `- name: ${name}\n  context: {cluster: c}\n`).join('');
    writeFileSync(config, `apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {}\ncontexts:\n${names}`);
    const options = { ...kctl, contexts, env: { HOME: folder, KUBECONFIG: config } };
    const get = (...words: string[]) => run(['get', 'nodes', '--no-headers', ...words], {}, options);
    expect((await get('--contexts', '?[su]')).stderr).toBe('error: no context matches "?[su]"\n');
    expect((await get('--contexts', '??')).stdout.match(/^\w+/gm)).toEqual(['eu', 'us']);
    expect((await get('--contexts=!test', '--contexts=!eu')).stdout.match(/^\w+/gm)).toEqual(['us']);
    expect((await get('--contexts', 'test', '--context', 'test')).stderr).toBe(
      'error: --context and --contexts exclude each other\n',
    );
  });
});
