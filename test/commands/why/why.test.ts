import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { failure, type Routes, run } from '../fake-cluster.ts';

const NOW = '2026-03-02T10:00:00Z';
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW), toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const node = (name: string, more: Record<string, unknown> = {}, allocatable = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name, labels: { 'kubernetes.io/hostname': name } },
  spec: more,
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});
const pod = (name: string, spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, labels: { app: name }, creationTimestamp: '2026-03-02T09:00:00Z' },
  spec: { containers: [{ name: 'app', image: 'nginx:1.27' }], ...spec },
  status: { phase: 'Pending', ...status },
});
const sized = (requests: Record<string, string>) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests } }],
});
const event = (of: string, reason: string, message: string, count = 1): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${of}.${reason}`, namespace: 'default' },
  involvedObject: { uid: of },
  reason,
  message,
  count,
  type: 'Warning',
  lastTimestamp: '2026-03-02T09:59:00Z',
});

interface Things {
  nodes?: KubeObject[];
  pods?: KubeObject[];
  events?: KubeObject[];
  more?: Routes;
}
const list = (items: readonly KubeObject[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });
const EMPTY = ['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map(
  (kind) => `apps/v1/namespaces/default/${kind}`,
);

function cluster({ nodes = [node('n1'), node('n2')], pods = [], events = [], more = {} }: Things): Routes {
  const inDefault = '/api/v1/namespaces/default';
  return {
    'GET /api/v1/nodes': list(nodes),
    'GET /api/v1/pods': list(pods),
    'GET /api/v1/namespaces': list([]),
    [`GET ${inDefault}/pods`]: list(pods),
    [`GET ${inDefault}/services`]: list([]),
    [`GET ${inDefault}/events`]: ({ query }) =>
      list(events.filter((one) => query?.fieldSelector === `involvedObject.uid=${one['involvedObject'].uid}`)),
    ...Object.fromEntries(EMPTY.map((path) => [`GET /apis/${path}`, list([])])),
    'GET /apis/batch/v1/namespaces/default/jobs': list([]),
    'GET /apis/batch/v1/namespaces/default/cronjobs': list([]),
    'GET /apis/policy/v1/poddisruptionbudgets': list([]),
    ...Object.fromEntries(pods.map((one) => [`GET ${inDefault}/pods/${one.metadata.name}`, one])),
    ...Object.fromEntries(nodes.map((one) => [`GET /api/v1/nodes/${one.metadata.name}`, one])),
    ...more,
  };
}
const why = async (line: string[], things: Things, options = {}) =>
  run(['why', ...line], cluster(things), { tool: 'kctl', ...options });
const running = (state: object, more: object = {}) => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state, ...more }],
});

describe('a pod without a node', () => {
  const message =
    '0/4 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
    'no new claims to deallocate, preemption: 0/4 nodes are available: 2 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.';
  const things: Things = {
    nodes: [
      node('big'),
      node('crowded', {}, { pods: '1' }),
      node('db', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] }),
      node('gone', {
        unschedulable: true,
        taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
      }),
    ],
    pods: [
      pod('other', { ...sized({ cpu: '3' }), nodeName: 'big' }, { phase: 'Running' }),
      pod('small', { nodeName: 'crowded' }, { phase: 'Running' }),
      pod('web', sized({ cpu: '1500m', memory: '1Gi' }), {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      }),
    ],
  };

  test('gets the verdict of every node, the nearest first', async () => {
    const { stdout, code } = await why(['pod/web'], things);
    expect(code).toBe(0);
    expect(stdout).toBe(`\
pod default/web is Pending: no node takes it
  asks for cpu 1500m, memory 1Gi

The scheduler said: ${message}

NODE      VERDICT    REASON
big       no room    cpu: wants 1500m, 1 of 4 free
crowded   no room    pods: 1 of 1 are there
db        tainted    does not tolerate dedicated=db:NoSchedule
gone      cordoned   takes no new pods (spec.unschedulable)

What to do
  - ask for less, make room (scale something down), or add a node that is large enough (all that is in the way of 2 nodes)
  - add a toleration for the taint, or take the taint off: kctl taint nodes NODE KEY- (all that is in the way of 1 node)
  - let the node take pods again: kctl uncordon NODE (all that is in the way of 1 node)
`);
  });

  test('in colour on a terminal, unless colours are not wanted', async () => {
    const { stdout } = await why(['pod/web'], things, { terminal: true });
    expect(stdout).toContain('\u001b[31mno room ');
    const plain = await why(['pod/web'], things, { terminal: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
  });

  test('as JSON with the same facts', async () => {
    const { stdout } = await why(['web', '-o', 'json'], things);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      subject: 'pod default/web',
      status: 'Pending',
      scheduling: { message, said: message, size: 4 },
    });
    expect(report.scheduling.nodes[0]).toEqual({
      node: 'big',
      fits: false,
      verdict: 'no room',
      details: ['cpu: wants 1500m, 1 of 4 free'],
      reasons: ['Insufficient cpu'],
      plugins: ['NodeResourcesFit'],
    });
  });

  test('says what it does not know', async () => {
    const more = { 'GET /api/v1/pods': failure(403, 'Forbidden', 'pods is forbidden') };
    const { stdout } = await why(['pod/web'], { ...things, more });
    expect(stdout).toContain('Not readable for you, so this may be wrong: pods\n');
    const fits = await why(['pod/free'], { pods: [pod('free')] });
    expect(fits.stdout).toContain('! probably: a node fits, and no scheduler has said a word about the pod');
    const custom = await why(['pod/free'], { pods: [pod('free', { schedulerName: 'mine' })] });
    expect(custom.stdout).toContain('! probably: scheduler mine places it');
  });

  test('every thing that is in the way of a node is named', async () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] }],
        },
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'other' } } },
        ],
      },
    };
    const ports = [{ name: 'app', image: 'x', ports: [{ containerPort: 80, hostPort: 80 }] }];
    const { stdout } = await why(['pod/web'], {
      nodes: [node('n1')],
      pods: [
        pod('other', { containers: ports, nodeName: 'n1' }, { phase: 'Running' }),
        pod('web', {
          containers: ports,
          affinity,
          topologySpreadConstraints: [
            {
              topologyKey: 'zone',
              maxSkew: 1,
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: 'web' } },
            },
          ],
        }),
      ],
    });
    expect(stdout).toContain(
      'wants disk in (ssd, nvme), the node has no such label; host port 80/TCP is held by default/other; ' +
        'the node has no label zone, which pods are spread by; stays away from pods app=other; 1 in kubernetes.io/hostname=n1',
    );
  });

  test('of 5,000 nodes the nearest 20 and counts, in a moment', async () => {
    const nodes = Array.from({ length: 5000 }, (_, at) =>
      node(`n${String(at).padStart(4, '0')}`, at % 2 ? { unschedulable: true } : {}, { cpu: String(1 + (at % 64)) }),
    );
    const started = performance.now();
    const { stdout } = await why(['pod/web'], { nodes, pods: [pod('web', sized({ cpu: '100' }))] });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(stdout).toContain('(--all shows them)');
    expect(stdout.split('\n').length).toBeLessThan(40);
    expect(stdout).toContain('n0000, n0064 and 77 more   too small   cpu: wants 100, 1 of 1 free');
    const all = await why(['pod/web', '--all'], { nodes, pods: [pod('web', sized({ cpu: '100' }))] });
    expect(all.stdout).not.toContain('--all');
  });

  test('gates and claims', async () => {
    const gated = await why(['pod/web'], { pods: [pod('web', { schedulingGates: [{ name: 'example.com/wait' }] })] });
    expect(gated.stdout).toContain('✖ scheduling gates hold it back: example.com/wait');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const missing = await why(['pod/web'], { pods: [pod('web', { volumes })] });
    expect(missing.stdout).toContain('✖ claim data does not exist in namespace default');
    expect(missing.stdout).toContain('0/2 nodes are available: persistentvolumeclaim "data" not found. not found');
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default', uid: 'claim' },
      spec: { storageClassName: 'fast' },
      status: { phase: 'Pending' },
    };
    const pending = await why(['pod/web'], {
      pods: [pod('web', { volumes })],
      events: [event('claim', 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', 3)],
      more: { 'GET /api/v1/namespaces/default/persistentvolumeclaims/data': claim },
    });
    expect(pending.stdout).toContain('✖ claim data is Pending (class fast)');
    expect(pending.stdout).toContain(
      '! ProvisioningFailed 3 times, last 60s ago: storageclass.storage.k8s.io "fast" not found',
    );
  });
});

describe('a pod that has its node', () => {
  test('killed for memory: the last end, its limit and where to read on', async () => {
    const status = running(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
      {
        restartCount: 4,
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-02T09:59:30Z' } },
      },
    );
    const containers = [{ name: 'app', image: 'x', resources: { limits: { memory: '64Mi' } } }];
    const { stdout } = await why(['pod/web'], { pods: [pod('web', { nodeName: 'n1', containers }, status)] });
    expect(stdout).toBe(`\
pod default/web is CrashLoopBackOff
  ✖ container app keeps ending: 4 restarts, and the next waits its back-off (CrashLoopBackOff)
  ✖ container app ended 30s ago with exit code 137 (OOMKilled)

What to do
  - its memory limit is 64Mi: raise it, or let the program use less
`);
  });

  test('one that is well: where it is, and what the nodes would score now', async () => {
    const status = {
      phase: 'Running',
      startTime: '2026-03-02T09:00:00Z',
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    const { stdout } = await why(['pod/web'], {
      nodes: [node('n1'), node('n2'), node('n3', { unschedulable: true })],
      pods: [
        pod('web', { ...sized({ cpu: '1' }), nodeName: 'n2' }, status),
        pod('other', { ...sized({ cpu: '1' }), nodeName: 'n1' }),
      ],
    });
    expect(stdout).toBe(`\
pod default/web is Running
  ✔ it runs and is ready on node n2, since 60m

Why this node: nobody records it. As things are now, without this pod, the nodes would score:

NODE   VERDICT   REASON
n2 *   fits      score 454 = TaintToleration 300 + NodeResourcesFit 86 + NodeResourcesBalancedAllocation 68
n1     fits      score 441 = TaintToleration 300 + NodeResourcesFit 72 + NodeResourcesBalancedAllocation 69
… of 3 nodes; * is where the pod is
`);
  });

  test.each([
    [
      'an image that is not there',
      running({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nginx:1.27"' } }),
      [event('web', 'Failed', 'Failed to pull image "nginx:1.27": manifest unknown', 5)],
      [
        'image nginx:1.27 cannot be pulled (ImagePullBackOff)',
        'probably: the registry has no such image or tag',
        'misspelt',
      ],
    ],
    [
      'a key that is missing',
      running({
        waiting: { reason: 'CreateContainerConfigError', message: "couldn't find key url in ConfigMap default/app" },
      }),
      [],
      ["cannot be set up: couldn't find key url in ConfigMap default/app", 'create the ConfigMap'],
    ],
    [
      'a probe that fails',
      running({ running: { startedAt: '2026-03-02T09:50:00Z' } }, { started: true }),
      [event('web', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 12)],
      ['container app is not ready, running since 10m', 'Unhealthy 12 times, last 60s ago: Readiness probe failed'],
    ],
    [
      'a command that is not there',
      running(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { restartCount: 1, lastState: { terminated: { exitCode: 127, reason: 'Error' } } },
      ),
      [],
      [
        'probably: by convention exit code 127 says: the command was not found in the image',
        'kctl logs web -n default -c app --previous',
      ],
    ],
    [
      'a program that ends well',
      running(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { restartCount: 3, lastState: { terminated: { exitCode: 0, reason: 'Completed' } } },
      ),
      [],
      ['exit code 0 (Completed)', 'a task that ends belongs in a Job'],
    ],
  ])('%s', async (_name, status, events, wanted) => {
    const { stdout } = await why(['pod/web'], { pods: [pod('web', { nodeName: 'n1' }, status)], events });
    for (const text of wanted) expect(stdout).toContain(text);
  });

  test('a config map that a volume wants, and a node that is silent', async () => {
    const lost = node('n1');
    lost['status'].conditions = [
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      },
    ];
    const volumes = [{ name: 'c', configMap: { name: 'settings' } }];
    const status = {
      phase: 'Pending',
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ContainerCreating' } } }],
    };
    const { stdout } = await why(['pod/web'], {
      nodes: [lost],
      pods: [pod('web', { nodeName: 'n1', volumes }, status)],
      events: [
        event('web', 'FailedMount', 'MountVolume.SetUp failed for volume "c" : configmap "settings" not found', 7),
      ],
    });
    expect(stdout).toContain('✖ FailedMount 7 times');
    expect(stdout).toContain('✖ ConfigMap settings, which the pod needs, does not exist in namespace default');
    expect(stdout).toContain('✖ its node n1 is not Ready: NodeStatusUnknown Kubelet stopped posting node status.');
  });

  test('text of a cluster cannot steer the terminal', async () => {
    const status = running({ waiting: { reason: 'CreateContainerError', message: '\u001b[2Jgone\u202e' } });
    const { stdout } = await why(['pod/web'], { pods: [pod('web', { nodeName: 'n1' }, status)] });
    expect(stdout).toContain('^[[2Jgone\\u202e');
  });
});

describe('what makes pods', () => {
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'deployment' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } },
    status: {},
  };
  const replicaSet: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-1',
      namespace: 'default',
      uid: 'rs',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'deployment', controller: true },
      ],
    },
    spec: { replicas: 2 },
    status: { replicas: 0 },
  };
  const more: Routes = {
    'GET /apis/apps/v1/namespaces/default/deployments/web': deployment,
    'GET /apis/apps/v1/namespaces/default/deployments': list([deployment]),
    'GET /apis/apps/v1/namespaces/default/replicasets': list([replicaSet]),
  };

  test('a quota that refuses them', async () => {
    const message =
      'Error creating: pods "web-1-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=5, limited: pods=5';
    const { stdout } = await why(['deploy/web'], { more, events: [event('rs', 'FailedCreate', message, 9)] });
    expect(stdout).toBe(`\
deployment default/web
  ! 0 of 2 pods are ready, 0 exist
  ✖ ReplicaSet web-1 cannot make its pods: FailedCreate 9 times, last 60s ago: ${message}

What to do
  - kctl describe quota shows what is used: free some, ask for less, or raise the quota
`);
  });

  test('a word alone finds the deployment, and of its pods the one that waits', async () => {
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const one = pod('web-a', { nodeName: 'n1' }, ready);
    const two = pod('web-b', sized({ cpu: '9' }));
    for (const { metadata } of [one, two]) metadata.labels = { app: 'web' };
    const { stdout } = await why(['web'], { pods: [one, two], more });
    expect(stdout).toContain('deployment default/web, by its pod default/web-b (Pending: no node takes it)');
    expect(stdout).toContain('! 1 of 2 pods are ready, 2 exist');
  });

  test('a word that may be two things, or none', async () => {
    const other = { ...deployment, metadata: { ...deployment.metadata, name: 'webhook', uid: 'other' } };
    const both = { ...more, 'GET /apis/apps/v1/namespaces/default/deployments': list([deployment, other]) };
    const { stderr, code } = await why(['we'], { more: both });
    expect(stderr).toContain('"we" may be deployment/web, deployment/webhook');
    expect(code).toBe(1);
    const none = await why(['zzz'], { more });
    expect(none.stderr).toBe('Error from server (NotFound): nothing in namespace default is called "zzz"\n');
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
    const odd = await why(['cm/a'], { more: { 'GET /api/v1/namespaces/default/configmaps/a': config } });
    expect(odd.stderr).toContain('ConfigMap a has no pods to ask about');
  });
});
