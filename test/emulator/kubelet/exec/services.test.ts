import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import '../../../../src/emulator/kubelet/exec/index.ts';
import { createAuthority, issue } from '../../../../src/emulator/pki/certificates.ts';
import { createWorld, deployment, START, type World } from '../../controllers/world.ts';

const INGRESS = '203.0.113.254';
const never = new AbortController().signal;
let world: World;

const create = (resource: string, object: object) => world.client.create(resource, object as never);
const meta = (name: string, namespace = 'default') => ({ name, namespace });
const shell = (name: string, namespace = 'default', spec = {}, image = 'busybox:1.36') =>
  create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(name, namespace), labels: { app: name } },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image, command: ['sleep', 'infinity'] }],
      ...spec,
    },
  });
const service = (name: string, spec: object) =>
  create('services', { apiVersion: 'v1', kind: 'Service', metadata: meta(name), spec });
const policy = (name: string, spec: object) =>
  create('networkpolicies.networking.k8s.io', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: meta(name),
    spec,
  });

beforeAll(async () => {
  world = await createWorld();
  await create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  await world.plane.idle();
  await create('ingressclasses.networking.k8s.io', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'kctl.dev/ingress' },
  });
  await create('deployments.apps', deployment('web'));
  await create('deployments.apps', deployment('api', { replicas: 1 }, { image: 'example.org/api:1' }));
  const ports = [{ port: 80 }];
  await service('web', { selector: { app: 'web' }, type: 'LoadBalancer', ports });
  await service('sticky', { selector: { app: 'web' }, sessionAffinity: 'ClientIP', ports });
  await service('api', { selector: { app: 'api' }, ports });
  await service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' });
  await service('away', { type: 'ExternalName', externalName: 'example.org' });
  await service('peers', { selector: { app: 'web' }, clusterIP: 'None', ports });
  const hostAliases = [{ ip: INGRESS, hostnames: ['shop.example', 'plain.example'] }];
  await shell('p', 'default', { hostAliases });
  await shell('c', 'default', { hostAliases }, 'nginx:1.27');
  await shell('far', 'other');
  await world.run(60);
});
afterAll(() => world.plane.stop());

async function sh(script: string, name = 'p', namespace = 'default') {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const seen = { out: '', err: '' };
  streams.stdout.on('data', (chunk) => {
    seen.out += chunk;
  });
  streams.stderr.on('data', (chunk) => {
    seen.err += chunk;
  });
  const wanted = { command: ['sh', '-c', script], stdout: true, stderr: true };
  const running = world.plane.nodeApi.exec(namespace, name, wanted, streams, never);
  let code: number | undefined;
  const ended = running.then((result) => {
    code = result.code;
  });
  // What waits for an answer that never comes waits on the cluster's clock.
  for (let turns = 0; code === undefined && turns < 40; turns++) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 25))]);
    if (code === undefined && turns > 8) await world.run(1);
  }
  await ended;
  return { ...seen, code };
}
const podIn = (out: string) => /in pod <code>([^<]+)</.exec(out)?.[1];

describe('a service is reached', () => {
  test('at the address of its load balancer, and at its port of each node', async () => {
    const web = world.get('services', 'web');
    const [{ ip }] = web['status'].loadBalancer.ingress;
    expect(podIn((await sh(`wget -qO- http://${ip}/`)).out)).toMatch(/^web-/);
    for (const node of world.lister.list('nodes')) {
      const { address } = node['status'].addresses.find(({ type }: { type: string }) => type === 'InternalIP');
      expect(podIn((await sh(`wget -qO- http://${address}:${web['spec'].ports[0].nodePort}/`)).out)).toMatch(/^web-/);
    }
  });

  test('by turns on all of its pods, or always on the same where it asks for that', async () => {
    const many = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do wget -qO- http://NAME/ | grep pod; done';
    const pods = async (name: string) =>
      new Set([...(await sh(many.replace('NAME', name))).out.matchAll(/<code>([^<]+)</g)].map(([, pod]) => pod));
    expect((await pods('web')).size).toBe(3);
    expect((await pods('sticky')).size).toBe(1);
  });

  test('by another name for it, and a name outside of the cluster is none', async () => {
    expect(podIn((await sh('wget -qO- http://alias/')).out)).toMatch(/^web-/);
    expect((await sh('wget -qO- http://away/')).code).toBe(1);
  });

  test('pod by pod, by the addresses of a headless one', async () => {
    const [pod] = world.pods().filter(({ metadata }) => metadata.labels?.['app'] === 'web');
    const host = pod!['status'].podIP.replaceAll('.', '-');
    expect(podIn((await sh(`wget -qO- http://${host}.peers/`)).out)).toBe(pod!.metadata.name);
  });
});

describe('policies of the network', () => {
  test('let pods of other namespaces in until they say no', async () => {
    const ask = () => sh('wget -T 2 -qO- http://api.default/', 'far', 'other');
    expect((await ask()).code).toBe(0);
    await policy('neighbours', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ podSelector: {} }] }],
    });
    const refused = await ask();
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('timed out');
    expect((await sh('wget -T 2 -qO- http://api/')).code).toBe(0);
    await world.client.delete('networkpolicies.networking.k8s.io', 'default', 'neighbours');
    expect((await ask()).code).toBe(0);
  });

  test('go by the labels that a pod has now', async () => {
    const spider = () => sh('wget --spider --timeout=1 api', 'guest');
    await shell('guest');
    await world.run(20);
    expect((await spider()).err).toMatch(/^Connecting to api \(10\.96\.\d+\.\d+:80\)\nremote file exists\n$/);
    await policy('deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
    const access = { podSelector: { matchLabels: { access: 'true' } } };
    await policy('invited', { podSelector: { matchLabels: { app: 'api' } }, ingress: [{ from: [access] }] });
    expect((await spider()).err).toContain('download timed out');
    await world.edit('pods', 'guest', ({ metadata }) => {
      metadata.labels!['access'] = 'true';
    });
    expect(await spider()).toMatchObject({ code: 0, err: expect.stringContaining('remote file exists') });
    for (const name of ['deny-all', 'invited'])
      await world.client.delete('networkpolicies.networking.k8s.io', 'default', name);
  });

  test('keep a pod from what it may not reach', async () => {
    await shell('caged');
    await world.run(20);
    await policy('cage', {
      podSelector: { matchLabels: { app: 'caged' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: { matchLabels: { app: 'api' } } }] }],
    });
    expect((await sh('nc -z -w 1 api 80', 'caged')).code).toBe(0);
    expect((await sh('nc -z -w 1 web 80', 'caged')).code).toBe(1);
    expect((await sh(`nc -vz -w 1 ${INGRESS} 80`, 'caged')).err).toContain('timed out');
  });
});

describe('an Ingress', () => {
  const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
  const ingress = (name: string, spec: object) =>
    create('ingresses.networking.k8s.io', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: meta(name),
      spec: { ingressClassName: 'nginx', ...spec },
    });

  test('says where it is reached, if it is of our class', async () => {
    const paths = [
      { path: '/', pathType: 'Prefix', backend: backend('web') },
      { path: '/api', pathType: 'Prefix', backend: backend('api') },
      { path: '/none', pathType: 'Exact', backend: backend('missing') },
    ];
    const rule = { host: 'shop.example', http: { paths } };
    await ingress('shop', { rules: [rule], tls: [{ hosts: ['shop.example'], secretName: 'shop-tls' }] });
    await ingress('foreign', { ingressClassName: 'else', rules: [{ ...rule, host: 'x.example' }] });
    await world.run(1);
    const at = (name: string) => world.get('ingresses.networking.k8s.io', name)['status']?.loadBalancer;
    expect(at('shop')).toEqual({ ingress: [{ ip: INGRESS }] });
    expect(at('foreign') ?? {}).toEqual({});
  });

  test('leads by host and path to services', async () => {
    expect(podIn((await sh('wget -qO- http://shop.example/')).out)).toMatch(/^web-/);
    const api = await sh('wget -qO- http://shop.example/api/v1?x=1');
    expect(JSON.parse(api.out)).toMatchObject({ service: 'app', path: '/api/v1' });
    const code = "curl -so /dev/null -w '%{http_code}' http://";
    expect((await sh(`${code}shop.example/none`, 'c')).out).toBe('503');
    expect((await sh(`${code}plain.example/`, 'c')).out).toBe('404');
    expect(podIn((await sh(`curl -s -H 'Host: shop.example' http://${INGRESS}/`, 'c')).out)).toMatch(/^web-/);
  });

  test('speaks TLS with the certificate of its Secret', async () => {
    const authority = await createAuthority('test', START);
    const pair = await issue(authority, { commonName: 'shop.example', usage: 'server', dns: ['shop.example'] }, START);
    await create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta('shop-tls'),
      type: 'kubernetes.io/tls',
      data: {
        'tls.crt': Buffer.from(pair.cert).toString('base64'),
        'tls.key': Buffer.from(pair.key).toString('base64'),
      },
    });
    expect(podIn((await sh('curl -sk https://shop.example/', 'c')).out)).toMatch(/^web-/);
    expect((await sh('curl -s https://shop.example/', 'c')).code).toBe(60);
    expect((await sh('curl -sk https://plain.example/', 'c')).code).toBe(35);
  });
});
