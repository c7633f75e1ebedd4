import { describe, expect, it } from 'vitest';
import { clusterAndMain } from '../../support/cluster-and-main.ts';

const cluster = clusterAndMain();
const { run, ok, given } = cluster;

const labels = (app: string) => ({ matchLabels: { app } });
const workload = (kind: string, name: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 2,
    selector: labels(name),
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'nginx:1.28', resources: { requests: { cpu: '100m' } } }] },
    },
    ...spec,
  },
});
const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});
const budget = (name: string, minAvailable: number) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { minAvailable, selector: labels(name) },
});
const ready = (app: string) =>
  expect.poll(async () => (await ok(`get pods -l app=${app}`)).match(/1\/1/g)?.length, { timeout: 15_000 }).toBe(2);
/** Everything there is, without what changes by itself. */
const state = async () => ok(['get', 'deploy,sts,rs,pvc,svc,cm,ns,nodes', '-A', '-o', 'name']);

describe('delete --preview', () => {
  it('shows what goes with a deployment and what comes of it, and deletes nothing', async () => {
    await given(workload('Deployment', 'web'));
    await given(service('web'));
    await given(budget('web', 2));
    await ready('web');
    await expect.poll(() => ok('get pdb web -o jsonpath={.status.currentHealthy}')).toBe('2');
    const before = await state();
    const { stdout, code } = await run('delete deploy/web --preview');
    expect(stdout).toMatch(
      /^4 objects would go \(cascade background\):\n {2}deployment\.apps\/web in default\n {4}replicaset\.apps\/web-\w+ in default\n( {6}pod\/web-\w+-\w+ in default\n){2}What comes of it:\n/,
    );
    expect(stdout).toContain('  ! service default/web loses its last 2 endpoints\n');
    expect(stdout).toContain(
      '  ! budget default/web has room for 0 (2 of at least 2 are healthy), 2 go: a deletion does not ask it\n',
    );
    expect(stdout).toMatch(/Nothing was deleted\.\n$/);
    expect(code).toBe(0);
    expect(await state()).toBe(before);
  });

  it('leaves dependents with --cascade=orphan', async () => {
    const { stdout } = await run('delete deploy/web --preview --cascade=orphan');
    expect(stdout).toMatch(/^1 object would go/);
    expect(stdout).toMatch(/replicaset\.apps\/web-\w+ in default stays without its owner \(orphan\)/);
    expect(stdout).not.toContain('loses its last');
  });

  it('says of a pod that its controller makes another', async () => {
    const pod = (await ok('get pods -l app=web -o name')).split('\n')[0]!;
    const { stdout } = await run(['delete', pod, '--preview']);
    expect(stdout).toMatch(/pod\/web-\S+ will be made again: replicaset\/web-\w+ stays/);
    expect(stdout).not.toContain('loses its last');
  });

  it('says which data is lost with claims, and which stays', async () => {
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await given({
      ...workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db', volumeClaimTemplates: [claim] }),
    });
    await ready('db');
    const goes = (await run('delete sts/db pvc/data-db-0 --preview')).stdout;
    expect(goes).toMatch(
      /✖ claim default\/data-db-0 \(1Gi\): its data is lost, volume \S+ is deleted with it \(reclaim policy Delete\)/,
    );
    expect(goes).toContain('claim default/data-db-1 stays, with its data, and nobody uses it any more');
    expect(goes).toContain(
      'finalizer kubernetes.io/pvc-protection holds persistentvolumeclaim/data-db-0 until no pod uses it',
    );
    const volume = await ok('get pvc data-db-0 -o jsonpath={.spec.volumeName}');
    await run(['patch', 'pv', volume, '-p', '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}']);
    expect((await run('delete pvc/data-db-0 --preview')).stdout).toContain(
      `its data stays in volume ${volume} (reclaim policy Retain)`,
    );
  });

  it('counts all that a namespace holds', async () => {
    await run('create namespace shop');
    await run('create configmap a -n shop');
    await run('create secret generic b -n shop');
    const { stdout } = await run('delete namespace shop --preview');
    for (const name of [
      'namespace/shop',
      'configmap/a in shop',
      'secret/b in shop',
      'serviceaccount/default in shop',
    ]) {
      expect(stdout).toContain(name);
    }
    expect(stdout).not.toContain('in default');
  });

  it('names a finalizer whose controller is not to be seen', async () => {
    await given({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    const { stdout } = await run('delete cm held --preview');
    expect(stdout).toContain(
      'finalizer example.com/hold holds configmap/held: kubectl-create set it, a tool and no controller',
    );
  });

  it('shows what it found and fails where something is missing', async () => {
    const { stdout, stderr, code } = await run('delete cm held nope --preview');
    expect(stdout).toContain('configmap/held in default');
    expect(stderr).toBe('Error from server (NotFound): configmaps "nope" not found\n');
    expect(code).toBe(1);
  });
});

it('does not send a raw deletion for a preview', async () => {
  await given({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'raw' } });
  const { stderr, code } = await run('delete --raw /api/v1/namespaces/default/configmaps/raw --preview');
  expect(stderr).toContain('--preview can not be used with --raw');
  expect(code).toBe(1);
  expect((await run('get cm raw')).code).toBe(0);
});

describe('drain --preview', () => {
  it('shows the fate of each pod, the room of budgets and where there is room', async () => {
    const nodes = (await ok('get nodes -l !node-role.kubernetes.io/control-plane -o name')).trim().split('\n');
    const names = nodes.map((node) => node.replace('node/', ''));
    const { stdout, code } = await run(['drain', ...names, '--preview', '--ignore-daemonsets']);
    expect(stdout).toMatch(/default\/web-\S+ +waits +no node +budget web has no room \(2 healthy, at least 2 wanted\)/);
    expect(stdout).toMatch(/kube-system\/kube-proxy-\S+ +stays +- +ignoring DaemonSet-managed Pods/);
    expect(stdout).toContain('! 2 evictions would be refused at first and tried again every 5 s: default/web-');
    expect(stdout).toMatch(/! no room elsewhere for \d+ pods \(.*\): 0\/\d+ nodes are available: /);
    expect(code).toBe(0);
    expect(await ok('get nodes')).not.toContain('SchedulingDisabled');
  });

  it('says what is in the way without the flags, and what is lost with them', async () => {
    const node = (await ok('get nodes -l !node-role.kubernetes.io/control-plane -o name')).trim().split('\n')[0]!;
    const nodeName = node.replace('node/', '');
    await given({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace: 'default' },
      spec: { nodeName, containers: [{ name: 'a', image: 'nginx:1.28' }], volumes: [{ name: 'tmp', emptyDir: {} }] },
    });
    const refused = (await run(['drain', nodeName, '--preview'])).stdout;
    expect(refused).toMatch(
      /default\/bare +in the way +- +Pods with local storage \(use --delete-emptydir-data to override\)/,
    );
    expect(refused).toContain('1 node would be cordoned and not drained');
    const forced = (
      await run(['drain', nodeName, '--preview', '--ignore-daemonsets', '--force', '--delete-emptydir-data'])
    ).stdout;
    expect(forced).toMatch(/default\/bare +goes +- +no controller brings it back; data of emptyDir tmp is lost/);
    expect(forced).toContain('✖ nothing brings back default/bare');
  });
});

describe('apply --preview', () => {
  const manifest = (image: string, replicas: number) => {
    const one = workload('Deployment', 'shown', { replicas });
    return JSON.stringify(one).replace('nginx:1.28', image);
  };

  it('shows each field that changes, whose it is, and which pods restart', async () => {
    await ok('apply -f -', { stdin: manifest('nginx:1.28', 2) });
    await run('scale deploy/shown --replicas=3');
    await expect.poll(() => ok('get deploy shown -o jsonpath={.status.replicas}')).toBe('3');
    const { stdout, code } = await run('apply -f - --preview', { stdin: manifest('nginx:1.29', 4) });
    expect(stdout).toBe(
      [
        'deployment.apps/shown in default configured',
        '    spec.replicas: 3 -> 4  (of kctl)',
        '    spec.template.spec.containers[name=main].image: "nginx:1.28" -> "nginx:1.29"',
        'What comes of it:',
        '  ! deployment/shown: its template changes, 3 pods would be replaced, RollingUpdate',
        'Nothing was changed.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(await ok('get deploy shown -o jsonpath={.spec.replicas}')).toBe('3');
  });

  it('calls what is the same unchanged and what is new created, also in a namespace that is new', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'fresh' } },
        JSON.parse(manifest('nginx:1.28', 2)),
      ],
    };
    await run('scale deploy/shown --replicas=2');
    const { stdout } = await run('apply -f - --preview', { stdin: JSON.stringify(list) });
    expect(stdout).toContain(
      'namespace/fresh created\nconfigmap/c in fresh created\ndeployment.apps/shown in default unchanged\n',
    );
    expect((await run('get ns fresh')).code).toBe(1);
  });

  it('reckons what quotas would say', async () => {
    await run(['create', 'quota', 'tight', '--hard=requests.cpu=500m,count/configmaps=100']);
    await expect.poll(() => ok('get quota tight -o jsonpath={.status.used}')).toContain('requests.cpu');
    const { stdout } = await run('apply -f - --preview', { stdin: manifest('nginx:1.28', 12) });
    expect(stdout).toMatch(
      /! quota default\/tight: requests\.cpu \d+m of 500m used, \+1 makes \d+m: more than is allowed, so some of it would be refused/,
    );
    expect(stdout).not.toContain('count/configmaps');
    await run('delete quota tight');
  });

  it('foresees conflicts of server-side apply', async () => {
    await run('create configmap theirs --from-literal=a=1');
    const stdin = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"theirs"},"data":{"a":"2"}}';
    const refused = await run('apply -f - --preview --server-side', { stdin });
    expect(refused.stderr).toContain('Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.a');
    expect(refused.stdout).toBe('Nothing was changed.\n');
    expect(refused.code).toBe(1);
    const { stdout } = await run('apply -f - --preview --server-side --force-conflicts', { stdin });
    expect(stdout).toContain('configmap/theirs in default configured\n    data.a: "1" -> "2"  (of kubectl-create)\n');
    expect(await ok('get cm theirs -o jsonpath={.data.a}')).toBe('1');
  });

  it('shows what would be pruned', async () => {
    await ok('apply -f -', {
      stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"old","labels":{"set":"p"}}}',
    });
    const { stdout } = await run('apply -f - --preview --prune -l set=p --prune-allowlist=core/v1/ConfigMap', {
      stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","labels":{"set":"p"}}}',
    });
    expect(stdout).toContain('configmap/new in default created\nconfigmap/old in default pruned\n');
    expect((await run('get cm old')).code).toBe(0);
  });
});

describe('replace --preview', () => {
  const shown = async () => {
    await ok('apply -f -', { stdin: JSON.stringify(workload('Deployment', 'swapped', { replicas: 2 })) });
    return JSON.parse(await ok('get deploy swapped -o json'));
  };

  it('shows what would be in its place and what comes of it, and changes nothing', async () => {
    const live = await shown();
    await expect.poll(() => ok('get deploy swapped -o jsonpath={.status.replicas}')).toBe('2');
    live.spec.template.spec.containers[0].image = 'nginx:1.29';
    delete live.metadata.resourceVersion;
    const { stdout, code } = await run('replace -f - --preview', { stdin: JSON.stringify(live) });
    expect(stdout).toContain('spec.template.spec.containers[name=main].image: "nginx:1.28" -> "nginx:1.29"  (of');
    expect(stdout).toContain('  ! deployment/swapped: its template changes, 2 pods would be replaced, RollingUpdate\n');
    expect(stdout).toMatch(/Nothing was changed\.\n$/);
    expect(code).toBe(0);
    expect(await ok('get deploy swapped -o jsonpath={..image}')).toBe('nginx:1.28');
  });

  it('fails as the replacement would, and knows no --force', async () => {
    const live = await shown();
    live.spec.template.spec.containers[0].image = '';
    const { stderr, code } = await run('replace -f - --preview', { stdin: JSON.stringify(live) });
    expect(stderr).toContain('spec.template.spec.containers[0].image: Required value');
    expect(code).toBe(1);
    expect((await run('replace -f - --preview --force', { stdin: JSON.stringify(live) })).stderr).toContain(
      '--preview knows neither --force nor --raw',
    );
  });
});
