import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiStatus, ApiStatusError } from '../../src/api/status.ts';
import type { ApiRequest, Transport } from '../../src/kube/cluster.ts';
import { cachedDiscovery } from '../../src/kube/discovery/discovery.ts';
import { hostFolder } from '../../src/kube/discovery/disk-cache.ts';
import type { KctlError } from '../../src/lib/errors.ts';

let cacheDir: string;

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kctl-discovery-'));
});

afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

type Answers = Record<string, unknown>;

/** Answers by path; a number is a failure with that status. */
function fakeTransport(answers: Answers): Transport & { asked: string[] } {
  const asked: string[] = [];
  return {
    server: 'https://10.0.0.1:6443/base',
    asked,
    async json<T>(request: ApiRequest) {
      asked.push(request.path);
      const answer = answers[request.path] ?? 404;
      if (typeof answer === 'number') {
        throw new ApiStatusError({ status: 'Failure', code: answer, message: `failed with ${answer}` } as ApiStatus);
      }
      return answer as T;
    },
    send: () => Promise.reject(new Error('not used')),
    openChannels: () => Promise.reject(new Error('not used')),
    openTunnel: () => Promise.reject(new Error('not used')),
    pass: () => Promise.reject(new Error('not used')),
    now: Date.now,
    onWarning: () => undefined,
    close: () => undefined,
  };
}

const resource = (name: string, kind: string, more = {}) => ({
  name,
  singularName: kind.toLowerCase(),
  namespaced: true,
  kind,
  verbs: ['get', 'list'],
  ...more,
});
const group = (name: string, ...versions: string[]) => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}`, version })),
  preferredVersion: { groupVersion: `${name}/${versions.at(-1)}`, version: versions.at(-1)! },
});

const legacy: Answers = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      group('apps', 'v1'),
      group('autoscaling', 'v1', 'v2'),
      group('example.com', 'v1'),
      group('metrics.k8s.io', 'v1beta1'),
    ],
  },
  '/api/v1': {
    resources: [
      resource('pods', 'Pod', { shortNames: ['po'], categories: ['all'] }),
      resource('pods/eviction', 'Eviction', { group: 'policy', version: 'v1', verbs: ['create'] }),
      resource('nodes', 'Node', { namespaced: false, shortNames: ['no'] }),
    ],
  },
  '/apis/apps/v1': {
    resources: [resource('deployments', 'Deployment', { shortNames: ['deploy'], categories: ['all'] })],
  },
  '/apis/autoscaling/v1': {
    resources: [
      resource('horizontalpodautoscalers', 'HorizontalPodAutoscaler', { shortNames: ['hpa'], categories: ['all'] }),
    ],
  },
  '/apis/autoscaling/v2': {
    resources: [
      resource('horizontalpodautoscalers', 'HorizontalPodAutoscaler', { shortNames: ['hpa'], categories: ['all'] }),
    ],
  },
  '/apis/example.com/v1': {
    resources: [
      resource('widgets', 'Widget', { shortNames: ['wi', 'pods'], categories: ['all'] }),
      resource('deployments', 'Deployment'),
      resource('po', 'Po'),
    ],
  },
  '/apis/metrics.k8s.io/v1beta1': 503,
};

const aggregated: Answers = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        versions: [
          {
            version: 'v1',
            resources: [
              {
                resource: 'pods',
                responseKind: { group: '', version: 'v1', kind: 'Pod' },
                scope: 'Namespaced',
                singularResource: 'pod',
                verbs: ['get'],
                shortNames: ['po'],
                categories: ['all'],
                subresources: [
                  {
                    subresource: 'eviction',
                    responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
                    verbs: ['create'],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  '/apis': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'example.com' },
        versions: [
          {
            version: 'v2',
            freshness: 'Current',
            resources: [{ resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['list'] }],
          },
          {
            version: 'v1',
            freshness: 'Current',
            resources: [{ resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['list'] }],
          },
        ],
      },
      { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [] }] },
    ],
  },
};

async function message(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: KctlError) => `${error.prefix}${error.message}${error.hint ? ` (${error.hint})` : ''}`,
  );
}

describe('what a server serves', () => {
  test('group by group, where it does not aggregate; a failing group does not hide the others', async () => {
    const transport = fakeTransport(legacy);
    const discovery = cachedDiscovery(transport, { cacheDir });
    const names = (await discovery.resources()).map((one) => `${one.plural}.${one.group}/${one.version}`);
    expect(names).toEqual([
      'pods./v1',
      'nodes./v1',
      'deployments.apps/v1',
      'horizontalpodautoscalers.autoscaling/v2',
      'horizontalpodautoscalers.autoscaling/v1',
      'widgets.example.com/v1',
      'deployments.example.com/v1',
      'po.example.com/v1',
    ]);
    expect(discovery.failures()).toEqual([
      { groupVersion: 'metrics.k8s.io/v1beta1', error: expect.any(ApiStatusError) },
    ]);
    const pods = await discovery.resolveKind('v1', 'Pod');
    expect(pods.subresources).toEqual([
      { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    ]);
  });

  test('in two requests, where it aggregates; stale groups are failures', async () => {
    const transport = fakeTransport(aggregated);
    const discovery = cachedDiscovery(transport, { cacheDir });
    expect(await discovery.resolve('widgets')).toMatchObject({ version: 'v2', kind: 'Widget', namespaced: false });
    expect((await discovery.resolveKind('v1', 'Pod')).subresources[0]).toMatchObject({
      name: 'eviction',
      group: 'policy',
    });
    expect(transport.asked).toEqual(['/api', '/apis']);
    expect(discovery.failures().map((one) => one.error.message)).toEqual([
      'stale GroupVersion discovery: metrics.k8s.io/v1beta1',
    ]);
  });

  test('fails when the server cannot be asked at all', async () => {
    const discovery = cachedDiscovery(fakeTransport({ '/api': 500, '/apis': 500 }), { cacheDir });
    expect(await message(discovery.resources())).toBe('error: failed with 500');
  });
});

describe('the disk cache', () => {
  const file = (name: string) => join(cacheDir, 'discovery', hostFolder('https://10.0.0.1:6443/base'), name);

  test('a server cannot write outside of it', async () => {
    const names = ['../../../../escaped', 'a/../../../../../escaped', '/escaped', '..', 'ok.example.com/v1'];
    const versions = names.map((groupVersion) => ({ groupVersion, version: 'v1' }));
    const lists = names.map((groupVersion) => [
      groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`,
      { kind: 'APIResourceList', groupVersion, resources: [resource('x', 'X')] },
    ]);
    const transport = fakeTransport({
      '/apis': { kind: 'APIGroupList', groups: [{ name: 'g', versions }] },
      ...Object.fromEntries(lists),
    });
    const inner = join(cacheDir, 'a', 'b');
    await cachedDiscovery(transport, { cacheDir: inner }).resources();
    const files = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ parentPath, name }) => join(relative(inner, parentPath), name)).sort()).toEqual([
      'discovery/10.0.0.1_6443/base/ok.example.com/v1/serverresources.json',
      'discovery/10.0.0.1_6443/base/servergroups.json',
    ]);
    expect(hostFolder('https://h/../../x/./y')).toBe('h/_/_/x/_/y');
  });

  test("has kubectl's layout and rights, and answers for six hours", async () => {
    let now = Date.now();
    const first = fakeTransport(aggregated);
    await cachedDiscovery(first, { cacheDir, now: () => now }).resources();
    expect(hostFolder('https://10.0.0.1:6443/base')).toBe('10.0.0.1_6443/base');
    const groups = JSON.parse(readFileSync(file('servergroups.json'), 'utf8'));
    expect(groups).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    expect(groups.groups[0]).toEqual({
      name: '',
      versions: [{ groupVersion: 'v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'v1', version: 'v1' },
    });
    expect(JSON.parse(readFileSync(file('v1/serverresources.json'), 'utf8')).resources[1]).toMatchObject({
      name: 'pods/eviction',
    });
    expect(statSync(file('servergroups.json')).mode & 0o777).toBe(0o600);
    expect(statSync(file('example.com')).mode & 0o777).toBe(0o750);
    const second = fakeTransport(aggregated);
    expect((await cachedDiscovery(second, { cacheDir, now: () => now }).resolve('widgets')).version).toBe('v2');
    expect(second.asked).toEqual([]);
    expect(await cachedDiscovery(second, { cacheDir, now: () => now }).expandCategory('widgets')).toBeUndefined();
    expect(second.asked).toEqual([]);
    // The stale group may have members, so a category is asked for anew.
    expect(await cachedDiscovery(second, { cacheDir, now: () => now }).expandCategory('all')).toHaveLength(1);
    expect(second.asked.splice(0)).toEqual(['/api', '/apis']);
    now += 6 * 3_600_000 + 60_000;
    await cachedDiscovery(second, { cacheDir, now: () => now }).resolve('widgets');
    expect(second.asked).toEqual(['/api', '/apis']);
  });

  test('a miss asks the server once, and only once', async () => {
    const { '/apis': _, ...coreOnly } = aggregated;
    await cachedDiscovery(fakeTransport({ ...coreOnly, '/apis': { kind: 'APIGroupDiscoveryList', items: [] } }), {
      cacheDir,
    }).resources();
    const transport = fakeTransport(aggregated);
    const discovery = cachedDiscovery(transport, { cacheDir });
    expect((await discovery.resolve('widgets')).kind).toBe('Widget');
    expect(transport.asked).toEqual(['/api', '/apis']);
    await expect(discovery.resolve('gadgets')).rejects.toThrow();
    expect(transport.asked).toEqual(['/api', '/apis']);
  });

  test('what is broken counts as absent', async () => {
    await cachedDiscovery(fakeTransport(aggregated), { cacheDir }).resources();
    writeFileSync(file('servergroups.json'), '{"groups":');
    const transport = fakeTransport(aggregated);
    await cachedDiscovery(transport, { cacheDir }).resolve('widgets');
    expect(transport.asked).toEqual(['/api', '/apis']);
  });

  test('a folder that cannot be written is no failure', async () => {
    const transport = fakeTransport(aggregated);
    expect((await cachedDiscovery(transport, { cacheDir: '/dev/null/x' }).resolve('widgets')).kind).toBe('Widget');
  });
});

describe('resolving', () => {
  test.each([
    ['widgets', 'widgets.example.com/v1'],
    ['widget', 'widgets.example.com/v1'],
    ['WIDGET', 'widgets.example.com/v1'],
    ['wi', 'widgets.example.com/v1'],
    ['widgets.example.com', 'widgets.example.com/v1'],
    ['widgets.exam', 'widgets.example.com/v1'],
    ['widgets.v1.example.com', 'widgets.example.com/v1'],
    ['hpa', 'horizontalpodautoscalers.autoscaling/v2'],
    ['hpa.v1.autoscaling', 'horizontalpodautoscalers.autoscaling/v1'],
    ['hpa.autoscal', 'horizontalpodautoscalers.autoscaling/v2'],
    ['deployments', 'deployments.apps/v1'],
    ['deployments.example.com', 'deployments.example.com/v1'],
    ['deploy', 'deployments.apps/v1'],
    ['pods', 'pods./v1'],
    ['pods.v1', 'pods./v1'],
    ['pods.v1.', 'pods./v1'],
    // A plural beats a short name, even of the core group.
    ['po', 'po.example.com/v1'],
  ])('%s → %s', async (word, expected) => {
    const discovery = cachedDiscovery(fakeTransport(legacy), { cacheDir });
    await discovery.resources();
    const found = await discovery.resolve(word);
    expect(`${found.plural}.${found.group}/${found.version}`).toBe(expected);
  });

  test('core words need no request when nothing is cached', async () => {
    const transport = fakeTransport(legacy);
    const discovery = cachedDiscovery(transport, { cacheDir });
    for (const word of ['pods', 'po', 'svc', 'Service', 'deploy', 'configmap']) await discovery.resolve(word);
    expect(await discovery.expandCategory('pods')).toBeUndefined();
    expect(transport.asked).toEqual([]);
  });

  test('a custom plural in the cache beats a core short name, and nothing else does', async () => {
    await cachedDiscovery(fakeTransport(legacy), { cacheDir }).resources();
    const transport = fakeTransport(legacy);
    const again = async (word: string) => (await cachedDiscovery(transport, { cacheDir }).resolve(word)).group;
    expect(await again('po')).toBe('example.com');
    expect(await again('pod')).toBe('');
    expect(await again('deploy')).toBe('apps');
    expect(transport.asked).toEqual([]);
  });

  test('what nothing answers to', async () => {
    const discovery = cachedDiscovery(fakeTransport(legacy), { cacheDir });
    const hint = ' (these groups could not be read: metrics.k8s.io/v1beta1)';
    expect(await message(discovery.resolve('gadgets.v2.example.com'))).toBe(
      `error: the server doesn't have a resource type "gadgets"${hint}`,
    );
    expect(await message(discovery.resolve('widgets.other.com'))).toContain('resource type "widgets"');
    expect(await message(discovery.resolveKind('example.com/v9', 'Widget'))).toBe(
      `error: no matches for kind "Widget" in version "example.com/v9"${hint}`,
    );
  });

  test('categories name each resource once, at its preferred version', async () => {
    const discovery = cachedDiscovery(fakeTransport(legacy), { cacheDir });
    const all = await discovery.expandCategory('all');
    expect(all?.map((one) => `${one.plural}/${one.version}`)).toEqual([
      'pods/v1',
      'deployments/v1',
      'horizontalpodautoscalers/v2',
      'widgets/v1',
    ]);
    expect(await discovery.expandCategory('widgets')).toBeUndefined();
  });
});
