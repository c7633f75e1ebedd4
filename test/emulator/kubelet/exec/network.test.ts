import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import '../../../../src/emulator/kubelet/exec/index.ts';
import { createWorld, deployment, type World } from '../../controllers/world.ts';

const never = new AbortController().signal;
let world: World;

beforeAll(async () => {
  world = await createWorld();
  const create = (resource: string, object: unknown) => world.client.create(resource, object as never);
  const meta = (name: string) => ({ name, namespace: 'default' });
  await create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('default') }).catch(
    () => {},
  );
  await create('deployments.apps', deployment('web'));
  const service = (name: string, selector: object, port = 80) =>
    create('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta(name),
      spec: { selector, ports: [{ port, targetPort: 80 }] },
    });
  await service('web', { app: 'web' });
  await service('empty', { app: 'nobody' });
  await create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta('p'),
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', 'infinity'] }],
    },
  });
  await world.run(60);
});
afterAll(() => world.plane.stop());

async function sh(script: string): Promise<{ out: string; err: string; code: number }> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const seen = { out: '', err: '' };
  streams.stdout.on('data', (chunk) => {
    seen.out += chunk;
  });
  streams.stderr.on('data', (chunk) => {
    seen.err += chunk;
  });
  const wanted = { command: ['sh', '-c', script], stdout: true, stderr: true };
  const { code } = await world.plane.nodeApi.exec('default', 'p', wanted, streams, never);
  return { ...seen, code };
}

const address = (name: string): string => world.get('services', name)['spec'].clusterIP;

test.each(['web', 'web.default', 'web.default.svc', 'web.default.svc.cluster.local'])(
  'the name %s leads to a pod of the service that is ready',
  async (name) => {
    const { out, code } = await sh(`wget -qO- http://${name}/`);
    expect({ code, pod: /in pod <code>(web-[^<]+)</.exec(out)?.[1] !== undefined }).toEqual({ code: 0, pod: true });
    expect((await sh(`nslookup ${name}`)).out).toContain(address('web'));
  },
);

test('a service without a pod refuses, and a name that is none is not found', async () => {
  const refused = await sh('wget -qO- http://empty/');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('Connection refused');
  const unknown = await sh('wget -qO- http://nowhere/');
  expect(unknown).toMatchObject({ code: 1, out: '' });
  expect(unknown.err).toContain("bad address 'nowhere'");
  expect((await sh('nslookup nowhere')).code).toBe(1);
});

test('a pod that is no longer ready gets nothing', async () => {
  const names = world.pods().map(({ metadata }) => metadata.name!);
  const [kept, ...others] = names.filter((one) => one.startsWith('web-'));
  for (const name of others) {
    await world.edit('pods', name, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, 'kctl.dev/ready-after': 'never' };
    });
  }
  await world.run(30);
  const seen = new Set<string>();
  for (let round = 0; round < 12; round++) seen.add(/<code>([^<]+)</.exec((await sh('wget -qO- http://web')).out)![1]!);
  expect([...seen]).toEqual([kept]);
});
