import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulated, emulated } from '../emulated.ts';

let cluster: Emulated;
const kctl = (line: string, options = {}) => cluster.run(line.split(' '), options);

beforeAll(async () => {
  cluster = await emulated();
  await kctl('create configmap settings --from-literal=a=1');
  await kctl('create deployment web --image=nginx --replicas=2');
  await kctl('set env deployment/web --from=configmap/settings');
  await kctl('expose deployment web --port=80');
  await cluster.emulator.idle();
}, 60_000);

afterAll(() => cluster.stop());

const shape = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) =>
      line.slice(0, line.indexOf('   ')).replace(/-[a-z0-9]{8,10}(-[a-z0-9]{5})?/g, (_, pod) => (pod ? '-R-P' : '-R')),
    );

test('a deployment down to its pods', async () => {
  const { stdout, stderr, code } = await kctl('tree deploy/web');
  const lines = shape(stdout);
  expect(lines[0]).toBe('NAME');
  expect(lines[1]).toBe('Deployment/web');
  expect(lines.filter((line) => line.includes('ReplicaSet/web-R'))).toHaveLength(2);
  expect(lines.filter((line) => line.includes('Pod/web-R-P')).length).toBeGreaterThanOrEqual(2);
  expect(stdout).toMatch(/^NAME +READY +STATUS +REASON +AGE\n/);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});

test('with references, from a pod up to its root', async () => {
  const { stdout } = await kctl('tree pods -l app=web --root --references --no-headers');
  const lines = shape(stdout);
  expect(lines[0]).toBe('Deployment/web');
  expect(lines).toContain('├─← Service/web');
  expect(lines).toContain('├─→ ConfigMap/settings');
  expect(lines.filter((line) => line === 'Deployment/web')).toHaveLength(1);
});

test('get -o tree shows what is asked for, once', async () => {
  const { stdout } = await kctl('get deployments,replicasets,pods -o tree --no-headers');
  const roots = shape(stdout).filter((line) => /^\w/.test(line));
  expect(roots).toEqual(['Deployment/web']);
});

test('a condition chooses the roots', async () => {
  const { stdout, stderr } = await cluster.run(['tree', 'deployments', '--where', 'replicas > 5']);
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'No resources found in default namespace.\n' });
});

test('types that may not be listed are told in one line', async () => {
  const { stdout, stderr } = await kctl('tree deploy/web --as=system:serviceaccount:default:nobody');
  expect(stdout).toBe('');
  expect(stderr).toContain('Forbidden');
  await kctl('create role reader --verb=get,list --resource=deployments.apps,replicasets.apps');
  await kctl('create rolebinding reader --role=reader --serviceaccount=default:nobody');
  const some = await kctl('tree deploy/web --as=system:serviceaccount:default:nobody');
  expect(shape(some.stdout).filter((line) => line.includes('ReplicaSet'))).toHaveLength(2);
  expect(some.stdout).not.toContain('Pod/');
  expect(some.stderr).toMatch(/^warning: .* and \d+ more could not be listed: what is owned there is not shown\n$/);
});

test('nothing named, and what is not there', async () => {
  expect((await kctl('tree')).stderr).toContain('You must provide one or more resources');
  const missing = await kctl('tree deploy/nope');
  expect(missing.stderr).toBe('Error from server (NotFound): deployments.apps "nope" not found\n');
  expect(missing.code).toBe(1);
});
