import { PassThrough } from 'node:stream';
import {
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  Exec,
  Health,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  Metrics,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  topNodes,
  topPods,
  type V1ConfigMap,
  type V1Status,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { eventually } from '../support/program.ts';

/** The library that Lens and many others are built on. */
describe('@kubernetes/client-node', () => {
  let emulator: Emulator;
  const config = new KubeConfig();
  let core: CoreV1Api;
  beforeAll(async () => {
    emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
    config.loadFromString(emulator.adminKubeconfig);
    core = config.makeApiClient(CoreV1Api);
  });
  afterAll(() => emulator?.stop());

  const namespace = 'default';
  const pod = async (name: string, args?: string[]): Promise<void> => {
    const container = { name: 'main', image: 'nginx', ...(args ? { args } : {}) };
    await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec: { containers: [container] } } });
    await eventually(
      async () => (await core.readNamespacedPod({ namespace, name })).status?.containerStatuses?.[0]?.ready,
      `pod ${name}`,
      30_000,
    );
  };

  test('typed calls, and errors with a code and a status', async () => {
    const made = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'typed', labels: { a: 'b' } }, data: { key: '1' } },
    });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const listed = await core.listNamespacedConfigMap({ namespace, labelSelector: 'a=b', limit: 5 });
    expect(listed.items.map((one) => one.metadata?.name)).toEqual(['typed']);
    made.data = { key: '2' };
    await core.replaceNamespacedConfigMap({ namespace, name: 'typed', body: made });
    await expect(core.replaceNamespacedConfigMap({ namespace, name: 'typed', body: made })).rejects.toMatchObject({
      code: 409,
    });
    const missing = await core.readNamespacedConfigMap({ namespace, name: 'nosuch' }).catch((error) => error);
    expect([missing.code, JSON.parse(missing.body).reason]).toEqual([404, 'NotFound']);
    const deleted = await core.deleteNamespacedConfigMap({ namespace, name: 'typed' });
    expect(deleted.status).toBe('Success');
    const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
    expect(gitVersion).toMatch(/^v1\.36\./);
    expect(await new Health(config).readyz({})).toBe(true);
  });

  test('patches of each type', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const container = { name: 'main', image: 'nginx:1', env: [{ name: 'A', value: '1' }] };
    await apps.createNamespacedDeployment({
      namespace,
      body: {
        metadata: { name: 'web' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
        },
      },
    });
    const patch = (type: PatchStrategy, body: unknown, more: { fieldManager?: string; force?: boolean } = {}) =>
      apps.patchNamespacedDeployment({ namespace, name: 'web', body, ...more }, setHeaderOptions('Content-Type', type));
    const image = (value: string, more = {}) => ({
      spec: { template: { spec: { containers: [{ name: 'main', image: value, ...more }] } } },
    });
    const containerOf = async () =>
      (await apps.readNamespacedDeployment({ namespace, name: 'web' })).spec?.template.spec?.containers[0];
    await patch(PatchStrategy.StrategicMergePatch, image('nginx:2', { env: [{ name: 'B', value: '2' }] }));
    expect(await containerOf()).toMatchObject({ image: 'nginx:2', env: [{ name: 'B' }, { name: 'A' }] });
    await patch(PatchStrategy.JsonPatch, [{ op: 'remove', path: '/spec/template/spec/containers/0/env' }]);
    expect((await containerOf())?.env).toBeUndefined();
    await patch(PatchStrategy.MergePatch, { metadata: { annotations: { note: 'x' } } });
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, ...image('nginx:3') };
    await expect(patch(PatchStrategy.ServerSideApply, applied, { fieldManager: 'me' })).rejects.toMatchObject({
      code: 409,
    });
    await patch(PatchStrategy.ServerSideApply, applied, { fieldManager: 'me', force: true });
    expect((await containerOf())?.image).toBe('nginx:3');
    const scale = await apps.patchNamespacedDeploymentScale(
      { namespace, name: 'web', body: { spec: { replicas: 1 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(scale.spec?.replicas).toBe(1);
    await apps.deleteNamespacedDeployment({ namespace, name: 'web' });
  });

  test('an informer lists, and follows what is added, changed and removed', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const labelSelector = 'watched=yes';
    const informer = makeInformer<V1ConfigMap>(
      config,
      path,
      () => core.listNamespacedConfigMap({ namespace, labelSelector }),
      labelSelector,
    );
    const seen: string[] = [];
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, (object) => {
        seen.push(`${verb} ${object.metadata?.name}`);
      });
    }
    let failure: unknown;
    informer.on('error', (error) => {
      failure = error;
    });
    const create = (name: string) =>
      core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { watched: 'yes' } } } });
    await create('first');
    await informer.start();
    try {
      await create('second');
      await core.patchNamespacedConfigMap(
        { namespace, name: 'first', body: { data: { a: 'b' } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      // Out of the selector is gone for who looks through it.
      await core.patchNamespacedConfigMap(
        { namespace, name: 'second', body: { metadata: { labels: { watched: 'no' } } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      await core.deleteNamespacedConfigMap({ namespace, name: 'first' });
      await eventually(() => seen.length >= 5, 'five events');
      expect(seen).toEqual(['add first', 'add second', 'update first', 'delete second', 'delete first']);
      expect(informer.list()).toEqual([]);
      expect(failure).toBeUndefined();
    } finally {
      await informer.stop();
    }
  });

  test('a watch with bookmarks, from a version on', async () => {
    const { metadata } = await core.listNamespacedSecret({ namespace });
    const events: string[] = [];
    const watch = new Watch(config);
    const controller = await watch.watch(
      `/api/v1/namespaces/${namespace}/secrets`,
      { resourceVersion: metadata?.resourceVersion, allowWatchBookmarks: true },
      (type, object) => events.push(`${type} ${object.metadata.name}`),
      () => {},
    );
    try {
      await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'sealed' }, stringData: { a: 'b' } } });
      await eventually(() => events.includes('ADDED sealed'), 'the event');
    } finally {
      controller.abort();
    }
  });

  test('objects of any kind by what they say of themselves', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace },
      spec: { hard: { pods: '9' } },
    };
    expect(await objects.create(quota)).toMatchObject({ metadata: { uid: expect.any(String) } });
    await objects.patch(
      { ...quota, spec: { hard: { pods: '8' } } },
      undefined,
      undefined,
      'me',
      undefined,
      PatchStrategy.MergePatch,
    );
    expect(await objects.read(quota)).toMatchObject({ spec: { hard: { pods: '8' } } });
    await objects.delete(quota);
    const custom = config.makeApiClient(CustomObjectsApi);
    const nodes = await custom.listClusterCustomObject({
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      plural: 'nodes',
    });
    expect(nodes).toMatchObject({ kind: 'NodeMetricsList' });
  });

  test('server-side apply of any kind, and a conflict that names who holds the field', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const apply = (manager: string, value: string, force = false) =>
      objects.patch<V1ConfigMap>(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { a: value } },
        undefined,
        undefined,
        manager,
        force,
        PatchStrategy.ServerSideApply,
      );
    await apply('one', '1');
    const refused = await apply('two', '2').catch((error: { code: number; body: string }) => error);
    expect(refused).toMatchObject({ code: 409, body: expect.stringContaining('conflict with \\"one\\": .data.a') });
    const taken = await apply('two', '2', true);
    expect(taken.data).toEqual({ a: '2' });
    expect(taken.metadata?.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['two', 'Apply'],
    ]);
  });

  test('what nodes and pods use, and their sums', async () => {
    const metrics = new Metrics(config);
    const { kind, items } = await metrics.getNodeMetrics();
    expect(kind).toBe('NodeMetricsList');
    // Figures come some seconds after the node.
    for (const { usage } of items) expect(Object.keys(usage).sort()).toEqual(['cpu', 'memory']);
    const nodes = await topNodes(core);
    expect(nodes.map(({ Node, CPU }) => [Node.metadata?.name, Number(CPU.Capacity) > 0])).toEqual([
      [expect.stringContaining('control-plane'), true],
    ]);
    expect(await topPods(core, metrics, 'kube-public')).toEqual([]);
  });

  test('reviews, jobs, evictions', async () => {
    const review = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: 'list', resource: 'pods' } } },
    });
    expect(review.status?.allowed).toBe(true);
    const rules = await config
      .makeApiClient(AuthorizationV1Api)
      .createSelfSubjectRulesReview({ body: { spec: { namespace } } });
    expect(rules.status?.resourceRules.length).toBeGreaterThan(0);
    const job = await config.makeApiClient(BatchV1Api).createNamespacedJob({
      namespace,
      body: {
        metadata: { generateName: 'once-' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox' }] } } },
      },
    });
    expect(job.metadata?.name).toMatch(/^once-\w{5}$/);
    const token = await core.createNamespacedServiceAccountToken({
      namespace,
      name: 'default',
      body: { spec: { audiences: ['x'] } },
    });
    expect(token.status?.expirationTimestamp).toBeInstanceOf(Date);
  });

  test('logs and exec of a running pod', async () => {
    await pod('shell');
    const lines = new PassThrough();
    let text = '';
    lines.on('data', (data) => {
      text += data;
    });
    await new Log(config).log(namespace, 'shell', 'main', lines, { tailLines: 5 });
    await eventually(() => text.includes('\n'), 'a line of the log');

    const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
    let out = '';
    stdout.on('data', (data) => {
      out += data;
    });
    stderr.resume();
    stdin.end('typed in\n');
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config)
        .exec(
          namespace,
          'shell',
          'main',
          ['sh', '-c', 'read line; echo "got $line"; exit 3'],
          stdout,
          stderr,
          stdin,
          false,
          resolve,
        )
        .catch(reject);
    });
    expect(status.status).toBe('Failure');
    expect(status.details?.causes).toContainEqual({ reason: 'ExitCode', message: '3' });
    await eventually(() => out === 'got typed in\n', 'what the command wrote');
  });
});
