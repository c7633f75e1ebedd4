import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulated, emulated } from './emulated.ts';

let cluster: Emulated;
const kctl = async (line: string, where?: string) =>
  cluster.run([...line.split(' '), ...(where ? ['--where', where] : [])]);

beforeAll(async () => {
  cluster = await emulated();
  for (const [name, size] of [
    ['small', '1'],
    ['middle', '5'],
    ['large', '12'],
  ]) {
    await kctl(`create configmap ${name} --from-literal=size=${size}`);
  }
  await kctl('label configmap large kind=big');
  await kctl('create secret generic token --from-literal=size=9');
}, 60_000);

afterAll(() => cluster.stop());

const names = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(/\s+/)[0]);

test('a table has the rows of which it is true, in pages too', async () => {
  const { stdout, code } = await kctl('get configmaps --chunk-size=1', 'int(data.size) > 4');
  expect(names(stdout)).toEqual(['NAME', 'large', 'middle']);
  expect(code).toBe(0);
});

test.each([
  ['-o name', 'configmap/large\nconfigmap/middle\n'],
  ['-o jsonpath={.items[*].metadata.name}', 'large middle'],
  ['-o custom-columns=N:.metadata.name --no-headers', 'large\nmiddle\n'],
  ['--server-print=false --no-headers -l kind=big', expect.stringMatching(/^large\s+\S+\n$/)],
])('get %s', async (flags, expected) => {
  const { stdout } = await kctl(`get configmaps ${flags}`, 'int(data.size) > 4');
  expect(stdout).toEqual(expected);
});

test('wide, sorted, of several types and of names', async () => {
  const several = await kctl('get configmaps,secrets -o wide --no-headers', '"size" in keys && name < "m"');
  expect(names(several.stdout)).toEqual(['configmap/large']);
  const sorted = await kctl('get configmaps --no-headers --sort-by=.data.size', '"size" in keys');
  expect(names(sorted.stdout)).toEqual(['small', 'middle', 'large']);
  const named = await kctl('get configmaps small large --no-headers', 'labels["kind"] == "big"');
  expect(names(named.stdout)).toEqual(['large']);
});

test('nothing found is said as of any list', async () => {
  expect(await kctl('get configmaps', 'false')).toEqual({
    stdout: '',
    stderr: 'No resources found in default namespace.\n',
    code: 0,
  });
});

test('objects of which it cannot be told are counted', async () => {
  const { stderr, stdout } = await kctl('get configmaps -o name', 'int(data.size + "x") > 0 || name == "small"');
  expect(stdout).toBe('configmap/small\n');
  expect(stderr).toMatch(
    /^warning: --where could not be told of 2 object\(s\), which count as not chosen: configmap\//,
  );
});

test('a condition that is none is refused before anything is asked', async () => {
  const { stderr, code } = await kctl('get configmaps', 'data.size =');
  expect(stderr).toMatch(/^error: --where: equality is written ==\n {2}data\.size =\n {12}\^\n/);
  expect(code).toBe(1);
  const unknown = await kctl('delete configmaps', 'dota.size == "1"');
  expect(unknown.stderr).toContain('configmaps have no field or word "dota"; did you mean "data"?');
  expect(names((await kctl('get configmaps --no-headers')).stdout)).toContain('small');
});

test('an empty condition is no condition', async () => {
  for (const line of ['get configmaps', 'delete configmaps --all', 'label configmaps --all a=b']) {
    const { stdout, stderr, code } = await cluster.run([...line.split(' '), '--where', ' ']);
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: 'error: --where: the condition is empty\n',
      code: 1,
    });
  }
});

test('objects of files are chosen among as the cluster has them', async () => {
  const items = ['small', 'large'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
  writeFileSync(join(cluster.folder, 'two.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const { stdout } = await kctl('label -f two.json chosen=yes --dry-run=server', 'data.size == "12"');
  expect(stdout).toBe('configmap/large labeled (server dry run)\n');
  for (const verb of ['delete', 'describe']) {
    const { stderr } = await kctl(`${verb} -f two.json`, 'true');
    expect(stderr).toContain('--where chooses among objects of the cluster, not among those of files');
  }
});

test('scale and set take the condition instead of names', async () => {
  for (const name of ['web', 'api']) await kctl(`create deployment ${name} --image=nginx:1 --replicas=0`);
  const scaled = await kctl('scale deployments --replicas=0', 'name == "web"');
  expect(scaled.stdout).toBe('deployment.apps/web scaled\n');
  const set = await kctl('set image deployments nginx=nginx:2', '"nginx:1" in images && name != "web"');
  expect(set.stdout).toBe('deployment.apps/api image updated\n');
  expect((await kctl('get deployments -o name', '"nginx:2" in images')).stdout).toBe('deployment.apps/api\n');
});

test('label and annotate change what is chosen', async () => {
  const labelled = await kctl('label configmaps tier=low', 'int(data.size) < 6 && !("ca.crt" in keys)');
  expect(labelled.stdout).toBe('configmap/middle labeled\nconfigmap/small labeled\n');
  const annotated = await kctl('annotate configmap small large note=x', 'labels.tier == "low"');
  expect(annotated.stdout).toBe('configmap/small annotated\n');
});

test('describe shows what is chosen', async () => {
  const { stdout } = await kctl('describe configmaps', 'data.size == "5"');
  expect(stdout).toMatch(/^Name: +middle\n/);
  expect(stdout).not.toContain('large');
});

test('delete takes what is chosen, and shows it first on a terminal', async () => {
  const dry = await kctl('delete configmaps --dry-run=client', 'int(data.size) > 4');
  expect(dry.stdout).toBe('configmap "large" deleted (dry run)\nconfigmap "middle" deleted (dry run)\n');
  const gone = await kctl('delete configmaps', 'int(data.size) > 10');
  expect(gone.stdout).toBe('configmap "large" deleted\n');
  expect(names((await kctl('get configmaps --no-headers')).stdout)).toEqual(['kube-root-ca.crt', 'middle', 'small']);
  const none = await kctl('delete configmaps', 'int(data.size) > 100');
  expect(none.stdout).toBe('No resources found\n');
  expect((await kctl('delete configmap middle', 'true')).stderr).toContain(
    'name cannot be provided when a selector is specified',
  );
});
