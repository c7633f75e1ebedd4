import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageFacts } from '../../../src/api/image-facts.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ApiStatusError } from '../../../src/api/status.ts';
import { createAuthority, issue } from '../../../src/emulator/pki/certificates.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { addressOf, lineOf, parseAddress } from '../../../src/tui/state/address.ts';
import { messagePattern } from '../../../src/tui/views/local/event-groups.ts';
import { findsResource } from '../../../src/tui/views/local/finds.ts';
import { checkScreen, sizes, type WideCluster, wideCluster } from './wide-cluster.ts';

let cluster: WideCluster;
const day = 86_400_000;

beforeAll(async () => {
  cluster = await wideCluster();
  const now = Date.now();
  const authority = await createAuthority('Test authority', now - 3 * 365 * day);
  const put = async (name: string, cert: string) => {
    const data = {
      'tls.crt': Buffer.from(cert).toString('base64'),
      'tls.key': Buffer.from('no key').toString('base64'),
    };
    const metadata = { name, namespace: 'default' };
    await cluster.emulator.client.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'kubernetes.io/tls',
      data,
    });
  };
  const request = {
    commonName: 'web.example.com',
    usage: 'server' as const,
    dns: ['web.example.com', '가게.example.com'],
  };
  await put('fresh', (await issue(authority, request, now)).cert);
  await put('soon', (await issue(authority, request, now - 350 * day)).cert);
  await put('gone', (await issue(authority, request, now - 400 * day)).cert);
  await put('broken', 'this is no certificate');
}, 60_000);

afterAll(() => cluster.stop());

test.each(sizes)('certificates by when they end, at %i×%i', async (cols, rows) => {
  const s = await cluster.open('certs default', cols, rows);
  await s.waitFor(/certs\(default\)\[4\]/);
  const lines = s.lines().filter((line) => /fresh|soon|gone|broken/.test(line));
  expect(lines.map((line) => /\b(fresh|soon|gone|broken)\b/.exec(line)?.[0])).toEqual([
    'broken',
    'gone',
    'soon',
    'fresh',
  ]);
  expect(s.text()).toMatch(/x gone +Error: expired/);
  expect(s.text()).toMatch(/! soon +Warning +1[3-6]d/);
  expect(s.text()).toMatch(/ fresh +Active +36[3-6]d|fresh +Active +\d+d/);
  expect(s.text()).toMatch(/x broken +Error: no certificate/);
  checkScreen(s, cols);
  s.close();
});

const answer = (words: string, stdout: string) => (services: DashboardServices) => {
  services.run = async (argv) =>
    argv.join(' ') === words
      ? { code: 0, stdout, stderr: '' }
      : { code: 1, stdout: '', stderr: `error: not asked: ${argv.join(' ')}` };
};

test.each(sizes)('images that pods use, with what their layers share, at %i×%i', async (cols, rows) => {
  const layer = (digest: string, sizeBytes: number) => ({ digest: `sha256:${digest}`, sizeBytes, instruction: '' });
  const base = layer('base', 29_100_000);
  const pod = (name: string, image: string, owner?: string) => ({
    metadata: {
      name,
      namespace: 'shop',
      ...(owner && { ownerReferences: [{ kind: 'Job', name: owner, uid: owner }] }),
    },
    spec: { containers: [{ name: 'a', image }] },
  });
  const pods = [
    pod('web', 'nginx:1.27'),
    pod('api', 'ghcr.io/team/api:1'),
    pod('one', 'ghcr.io/team/\u001b[31mapp', '한국'),
    pod('two', 'ghcr.io/team/\u001b[31mapp', '한국'),
  ] as unknown as KubeObject[];
  const facts: Record<string, ImageFacts> = {
    'nginx:1.27': factsOf([base, layer('nginx', 45_500_000)]),
    'ghcr.io/team/api:1': factsOf([base, layer('api', 10_000_000)]),
  };
  const s = await cluster.open('images all', cols, rows, (services) => {
    const { list } = services;
    services.list = async (resource, scope) => (resource.plural === 'pods' ? pods : list(resource, scope));
    services.imageFacts = async (reference) => facts[reference];
  });
  await s.waitFor(/images\[3\]/);
  // Uses, and who that is, have no room on a narrow screen.
  await s.waitFor(cols > 80 ? /nginx:1\.27 +74\.6MB +45\.5MB +2 +1 +1\b/ : /nginx:1\.27 +74\.6MB +45\.5MB +2 +1\b/);
  await s.waitFor(/\^\[\[31mapp +unknown +unknown +not found/);
  if (cols > 80) expect(s.text()).toMatch(/31mapp .* 2 +0 +job\/한국/);
  checkScreen(s, cols);
  s.close();
});

const factsOf = (layers: ImageFacts['layers']): ImageFacts => ({
  ...{ reference: '', digest: '', simulated: false, layers },
  sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
});

test('who may, as kctl auth who-can tells it, and from there what else he may', async () => {
  const grant = {
    subject: { kind: 'Group', name: 'system:masters' },
    binding: { name: 'cluster-admin' },
    role: { kind: 'ClusterRole', name: 'cluster-admin' },
  };
  const change = answer('auth who-can delete pods -n default -o json', JSON.stringify({ grants: [grant] }));
  const s = await cluster.open('who-can delete pods', 120, 40, change);
  await s.waitFor(/system:masters +Group +everywhere +cluster-admin +ClusterRole\/cluster-admin/);
  await s.press('enter');
  await s.waitFor(/access\(g:system:masters\)/);
});

test('what a command fails with is what the table says', async () => {
  const s = await cluster.open('who-can nothing', 120, 40, answer('', ''));
  await s.waitFor('not asked: auth who-can nothing -n default -o json');
});

test('a search that may not read a kind says which, and finds the rest', async () => {
  const s = await cluster.open('find kube-root', 120, 40, (services) => {
    const { transport } = services.cluster;
    const json = transport.json.bind(transport);
    transport.json = async (request) => {
      if (request.path !== '/api/v1/secrets') return json(request);
      const message = 'secrets is forbidden';
      throw new ApiStatusError({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        reason: 'Forbidden',
        code: 403,
        message,
      });
    };
  });
  await s.waitFor(/configmaps +kube-root-ca\.crt/);
  await s.waitFor('may not read secrets');
});

test('an account has the rights of its groups, and of its name as a user', async () => {
  const { client } = cluster.emulator;
  const group = 'rbac.authorization.k8s.io';
  const role = (name: string, rules: object[]) => ({
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name, namespace: 'default' },
    rules,
  });
  await client.create(
    `roles.${group}`,
    role('reader', [{ apiGroups: [''], resources: ['boats'], verbs: ['get', 'list', 'approve'] }]),
  );
  await client.create(`rolebindings.${group}`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'all-accounts', namespace: 'default' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'Group', apiGroup: group, name: 'system:serviceaccounts:default' }],
  });
  const s = await cluster.open('can s:default:runner /boats', 200, 50);
  await s.waitFor(/boats +default +yes +yes +- +- +- +- +- +- +approve +all-accounts/);
  await s.press(':');
  await s.type('can s:other:runner /boats\r');
  await s.waitFor(/None of \d+ access passes/);
});

test.each(sizes)('claims as full as the kubelet says, at %i×%i', async (cols, rows) => {
  const { client, lister } = cluster.emulator;
  for (const name of ['data-0', 'data-1']) {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const metadata = { name, namespace: 'default' };
    if (!lister.get('persistentvolumeclaims', 'default', metadata.name)) {
      await client.create('persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec,
      });
    }
  }
  const asked: string[] = [];
  const s = await cluster.open('volumes default', cols, rows, (services) => {
    const { transport } = services.cluster;
    const json = transport.json.bind(transport);
    transport.json = async <T>(request: Parameters<typeof json>[0]): Promise<T> => {
      if (!request.path.endsWith('/proxy/stats/summary')) return json<T>(request);
      asked.push(request.path);
      if (!request.path.includes('worker')) throw new Error('this kubelet does not answer');
      const volume = [
        {
          pvcRef: { name: 'data-0', namespace: 'default' },
          usedBytes: 95,
          availableBytes: 5 * 2 ** 20,
          capacityBytes: 100,
        },
      ];
      return { pods: [{ podRef: { name: 'db-0' }, volume }] } as T;
    };
  });
  await s.waitFor(/claim-use\(default\)\[2\]/);
  await s.waitFor(/! data-0 +Warning +95% ██████ +5Mi +1Gi/);
  expect(s.text()).toMatch(/ data-1 +(Pending|Bound) +1Gi/);
  expect(asked).toHaveLength(2);
  checkScreen(s, cols);
  s.close();
});

test('messages that differ in names and numbers alone are one', () => {
  expect(messagePattern('Created pod: web-7dd9b46b64-2cnbg')).toBe(messagePattern('Created pod: web-7dd9b46b64-r74dk'));
  expect(messagePattern('Back-off 5m0s restarting')).toBe(
    messagePattern('Back-off 10s restarting').replace('#s', '#m#s'),
  );
  expect(messagePattern('Pulling image "a"')).toBe(messagePattern('Pulling image "b"'));
  expect(messagePattern('Started')).not.toBe(messagePattern('Stopped'));
});

test('the address and the line of a search open it again', () => {
  const view = {
    type: 'table',
    resource: findsResource,
    scope: {},
    filter: '',
    wide: false,
    faults: false,
    argument: 'web app',
  } as const;
  expect(lineOf(view)).toBe('finds web app');
  const { kind, view: read } = parseAddress(addressOf(view, 'kind-dev'));
  expect(kind).toBe('finds.kctl.dev');
  expect(read).toMatchObject({ argument: 'web app', of: 'web app' });
});
