import { describe, expect, test } from 'vitest';
import { failure, run } from './fake-cluster.ts';

describe('version', () => {
  test('client and server', async () => {
    const { stdout } = await run(['version'], { 'GET /version': { gitVersion: 'v1.36.4' } });
    expect(stdout).toMatch(
      /^Client Version: v1\.32\.5\+kctl\..*\nKustomize Version: v5\.5\.0\nServer Version: v1\.36\.4\n$/,
    );
  });

  test('the client is told even where the server does not answer', async () => {
    const { stdout, stderr, code } = await run(['version', '-o', 'json'], {
      'GET /version': failure(403, 'Forbidden', 'no'),
    });
    expect(Object.keys(JSON.parse(stdout))).toEqual(['clientVersion', 'kustomizeVersion']);
    expect({ stderr, code }).toEqual({ stderr: 'Error from server (Forbidden): no\n', code: 1 });
  });

  test('--client asks nobody', async () => {
    const { requests, code } = await run(['version', '--client', '-o', 'yaml']);
    expect({ requests, code }).toEqual({ requests: [], code: 0 });
  });
});

describe('api-resources', () => {
  test('one group', async () => {
    const { stdout } = await run(['api-resources', '--api-group=storage.k8s.io', '--namespaced=true']);
    expect(stdout).toBe(
      'NAME                   SHORTNAMES   APIVERSION          NAMESPACED   KIND\n' +
        'csistoragecapacities                storage.k8s.io/v1   true         CSIStorageCapacity\n',
    );
  });

  test('names by verb and category', async () => {
    const { stdout } = await run(['api-resources', '-o', 'name', '--categories=all', '--verbs=list', '--sort-by=name']);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['cronjobs.batch', 'daemonsets.apps']);
  });

  test('api-versions', async () => {
    const { stdout } = await run(['api-versions']);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['v1', 'apps/v1', 'batch/v1']));
  });
});

describe('describe', () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const config = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: {},
  });
  const list = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: {}, items: ['web-a', 'web-b', 'db'].map(config) };
  const events = { kind: 'EventList', apiVersion: 'v1', metadata: {}, items: [] };
  const routes = { [`GET ${path}`]: list, 'GET /api/v1/namespaces/default/events': events };
  const names = (text: string) => text.match(/^Name:.*$/gm)?.map((line) => line.replace(/^Name:\s+/, ''));

  test('a name that is none is the beginning of names', async () => {
    const { stdout, code } = await run(['describe', 'cm', 'web'], routes);
    expect({ names: names(stdout), code }).toEqual({ names: ['web-a', 'web-b'], code: 0 });
  });

  test('without events there is no section for them', async () => {
    expect((await run(['describe', 'cm', 'db'], routes)).stdout).toMatch(/\nEvents: +<none>\n\n$/);
    expect((await run(['describe', 'cm', 'db', '--show-events=false'], routes)).stdout).not.toContain('Events');
  });

  test('type/name is exact', async () => {
    const refused = { ...routes, [`GET ${path}/web`]: failure(404, 'NotFound', 'configmaps "web" not found') };
    expect(await run(['describe', 'cm/web'], refused)).toMatchObject({
      stdout: '',
      stderr: 'Error from server (NotFound): configmaps "web" not found\n',
      code: 1,
    });
  });

  test('a whole type, and nothing', async () => {
    expect(names((await run(['describe', 'cm'], routes)).stdout)).toEqual(['web-a', 'web-b', 'db']);
    expect(await run(['describe', 'cm'], { [`GET ${path}`]: { ...list, items: [] } })).toMatchObject({
      stdout: '',
      stderr: 'No resources found in default namespace.\n',
      code: 0,
    });
  });
});
