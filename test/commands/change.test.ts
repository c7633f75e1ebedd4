import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyMergePatch } from '../../src/lib/patch/merge-patch.ts';
import { failure, type Routes, run } from './fake-cluster.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const web = '/apis/apps/v1/namespaces/default/deployments/web';
const configMap = (metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'default', labels: { a: 'b' }, annotations: { n: '1' }, ...metadata },
  data: { colour: 'blue' },
});

/** A server that holds one config map and takes merge patches. */
function keeping(): Routes {
  let live: object = configMap();
  return {
    [`GET ${configMaps}/one`]: () => live,
    [`PATCH ${configMaps}/one`]: ({ body }) => {
      live = applyMergePatch(live, JSON.parse(String(body))) as object;
      return live;
    },
    [`GET ${configMaps}/none`]: failure(404, 'NotFound', 'configmaps "none" not found'),
  };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-change-'));
  writeFileSync(
    join(folder, 'one.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {colour: blue}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('label and annotate', () => {
  test.each([
    ['label cm one c=d', 'configmap/one labeled', { labels: { c: 'd' } }],
    ['label cm one a=z --overwrite', 'configmap/one labeled', { labels: { a: 'z' } }],
    ['label cm one a-', 'configmap/one unlabeled', { labels: { a: null } }],
    ['annotate cm one n=2=3 --overwrite', 'configmap/one annotated', { annotations: { n: '2=3' } }],
    ['annotate cm/one n-', 'configmap/one annotated', { annotations: { n: null } }],
    ['label cm one c=d --resource-version=7', 'configmap/one labeled', { labels: { c: 'd' }, resourceVersion: '7' }],
  ])('%s', async (line, said, metadata) => {
    const { stdout, stderr, requests } = await run(line.split(' '), keeping());
    expect({ stdout, stderr }).toEqual({ stdout: `${said}\n`, stderr: '' });
    expect(requests.at(-1)).toMatchObject({ method: 'PATCH', contentType: 'application/merge-patch+json' });
    expect(JSON.parse(String(requests.at(-1)!.body))).toEqual({ metadata });
  });

  test.each([
    ['label cm one a=b', 'configmap/one not labeled'],
    ['label cm one zz-', 'label "zz" not found.\nconfigmap/one not labeled'],
    ['label cm one c=d --dry-run=client', 'configmap/one labeled (dry run)'],
    ['label cm one --list', 'a=b'],
    ['label cm --all --list', 'Listing labels for ConfigMap./one:\n a=b'],
    ['label --local -f one.yaml x=y -o jsonpath={.metadata}', '{"labels":{"x":"y"},"name":"one"}'],
  ])('%s sends no change', async (line, said) => {
    const routes = {
      ...keeping(),
      [`GET ${configMaps}`]: { kind: 'ConfigMapList', metadata: {}, items: [configMap()] },
    };
    const { stdout, requests } = await run(line.split(' '), routes, { cwd: folder });
    expect(stdout.trimEnd()).toBe(said);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each([
    ['label cm one', 'error: at least one label update is required'],
    ['label', 'error: one or more resources must be specified as <resource> <name> or <resource>/<name>'],
    ['label cm a=b', 'error: resource(s) were provided, but no name was specified'],
    ['label cm one a=b c', 'error: all resources must be specified before label changes: c'],
    ['label cm one a=b=c', 'error: invalid label spec: a=b=c'],
    ['label cm one a=b a-', 'error: can not both modify and remove a label in the same command'],
    ['label cm one a=z', "error: 'a' already has a value (b), and --overwrite is false"],
    ['label cm none a=z', 'Error from server (NotFound): configmaps "none" not found'],
    [
      'label --local cm one a=b',
      'error: can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set',
    ],
    ['label cm --all -l x=y a=b', 'error: cannot set --all and --selector at the same time'],
    [
      'annotate cm one n=2',
      "error: --overwrite is false but found the following declared annotation(s): 'n' already has a value (1)",
    ],
    [
      'annotate cm one n=2 n-',
      'error: can not both modify and remove the following annotation(s) in the same command: n',
    ],
  ])('%s is refused', async (line, said) => {
    expect(await run(line.split(' '), keeping())).toMatchObject({ stdout: '', stderr: `${said}\n`, code: 1 });
  });
});

describe('patch', () => {
  const merge = ['patch', 'cm', 'one', '--type=merge', '-p'];

  test('sends what was given, and says whether it changed anything', async () => {
    const routes = keeping();
    const first = await run([...merge, 'data: {colour: red}'], routes);
    expect(first).toMatchObject({ stdout: 'configmap/one patched\n', code: 0 });
    expect(first.requests.at(-1)).toMatchObject({
      body: '{"data":{"colour":"red"}}',
      query: { fieldManager: 'kubectl-patch' },
    });
    expect((await run([...merge, '{"data":{"colour":"red"}}'], routes)).stdout).toBe(
      'configmap/one patched (no change)\n',
    );
  });

  test.each([
    [['-p', '{"data":{"colour":"red"}}'], 'red'],
    [['--type=merge', '-p', '{"data":{"colour":null,"size":"1"}}'], ''],
    [['--type=json', '-p', '[{"op":"replace","path":"/data/colour","value":"green"}]'], 'green'],
  ])('--local %j', async (flags, colour) => {
    const line = ['patch', '--local', '-f', 'one.yaml', ...flags, '-o', 'jsonpath={.data.colour}'];
    expect(await run(line, {}, { cwd: folder })).toMatchObject({ stdout: colour, stderr: '', code: 0, requests: [] });
  });

  test('a subresource is what is looked at and what is patched', async () => {
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 2 } };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } };
    const routes = { [`GET ${web}`]: deployment, [`GET ${web}/scale`]: scale, [`PATCH ${web}/scale`]: scale };
    const line = ['patch', 'deploy', 'web', '--subresource=scale', '--type=merge', '-p', '{}'];
    expect((await run(line, routes)).stdout).toBe('scale.autoscaling/web patched (no change)\n');
  });

  test('a kind without strategic merge is named, with the way out', async () => {
    const routes = {
      ...keeping(),
      [`PATCH ${configMaps}/one`]: failure(415, 'UnsupportedMediaType', 'unknown format'),
    };
    expect((await run(['patch', 'cm', 'one', '-p', '{}'], routes)).stderr).toBe(
      'error: application/strategic-merge-patch+json is not supported by v1, Kind=ConfigMap: unknown format\n' +
        'Custom resources have no strategic merge: try --type=merge.\n',
    );
  });

  test.each([
    [['cm', 'one'], 'must specify --patch or --patch-file containing the contents of the patch'],
    [['cm', 'one', '-p', '{}', '--type=foo'], '--type must be one of [json merge strategic], not "foo"'],
    [['cm', 'one', '-p', '{}', '--patch-file=x'], 'cannot specify --patch and --patch-file together'],
    [['cm', 'one', '--patch-file=/nope'], 'unable to read patch file: open /nope: no such file or directory'],
    [['cm', 'one', '-p', 'a: [1'], 'unable to parse "a: [1": yaml: line 1: '],
    [['cm', '-p', '{}'], 'resource(s) were provided, but no name was specified'],
  ])('patch %j is refused', async (words, said) => {
    const { stderr, code } = await run(['patch', ...words], keeping());
    expect(stderr).toContain(`error: ${said}`);
    expect(code).toBe(1);
  });
});

describe('scale', () => {
  /** A deployment of two pods whose size follows what is asked for. */
  function scalable(): Routes {
    let scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web', resourceVersion: '5' },
      spec: { replicas: 2 },
      status: { replicas: 2 },
    };
    const set = ({ body }: { body?: string | Uint8Array }) => {
      scale = applyMergePatch(scale, JSON.parse(String(body))) as typeof scale;
      scale.status.replicas = scale.spec.replicas;
      return scale;
    };
    return {
      [`GET ${web}`]: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } },
      [`GET ${web}/scale`]: () => scale,
      [`PATCH ${web}/scale`]: set,
      [`PUT ${web}/scale`]: set,
    };
  }

  test.each([
    ['--replicas=5', 'PATCH'],
    ['--replicas=5 --timeout=5s', 'GET'],
    ['--replicas=5 --current-replicas=2', 'PUT'],
    ['--replicas=5 --dry-run=server', 'PATCH'],
  ])('%s', async (flags, last) => {
    const { stdout, requests } = await run(['scale', 'deploy', 'web', ...flags.split(' ')], scalable());
    expect(stdout).toMatch(/^deployment\.apps\/web scaled( \(server dry run\))?\n$/);
    expect(requests.at(-1)).toMatchObject({ method: last, path: `${web}/scale` });
    const change = requests.find(({ method }) => method !== 'GET')!;
    expect(JSON.parse(String(change.body)).spec).toEqual({ replicas: 5 });
  });

  test.each([
    ['deploy web', 'required flag(s) "replicas" not set'],
    ['deploy web --replicas=-1', 'The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0'],
    ['deploy web --replicas=1 --current-replicas=4', 'Expected replicas to be 4, was 2'],
    ['deploy web --replicas=1 --resource-version=4', 'Expected resource version to be 4, was 5'],
    ['deploy nope --replicas=1', 'no objects passed to scale the server could not find the requested resource'],
  ])('%s is refused', async (words, said) => {
    const { stderr, code, requests } = await run(['scale', ...words.split(' ')], scalable());
    expect({ stderr, code }).toEqual({ stderr: `error: ${said}\n`, code: 1 });
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
