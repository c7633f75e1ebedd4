// What runs commands in containers, so that they crash for what they say.
import '../../../src/emulator/kubelet/exec/index.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { deployment, type World } from '../../emulator/controllers/world.ts';
import type { Story } from './record-world.ts';

/** How a recorded rollout has to be told. */
export interface Told {
  code: 0 | 1;
  /** The whole sentence. */
  message: RegExp;
  /** What in the raw history first says so; the verdict must follow within 5 s, or after `patience` (s). */
  evidence: RegExp;
  patience?: number;
}

const of = (kind: string, resource: string, name: string) => ({ kind, resource, name });
const web = of('Deployment', 'deployments.apps', 'web');

type Change = (spec: KubeObject['spec']) => void;

const pods: (change: Change) => Change = (change) => (spec) => change(spec.template.spec);
const container: (fields: Record<string, unknown>) => Change = (fields) =>
  pods((spec) => Object.assign(spec.containers[0], fields));

/** A deployment that has rolled out, and a change of it. */
function changed(change: Change, spec: Record<string, unknown> = {}): Pick<Story, 'workload' | 'before' | 'act'> {
  return {
    workload: web,
    before: async (world) => {
      await world.client.create('deployments.apps', deployment('web', spec, { image: 'nginx:1.26' }));
      await world.run(60);
    },
    act: (world) => world.edit('deployments.apps', 'web', (object) => change(object['spec'])),
  };
}

/** A deployment that is made new. */
const made = (
  spec: Record<string, unknown>,
  fields: Record<string, unknown> = {},
): Pick<Story, 'workload' | 'act'> => ({
  workload: web,
  act: async (world) => {
    await world.client.create('deployments.apps', deployment('web', spec, fields));
  },
});

const object = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name, namespace: 'default' } },
  ...rest,
});

const statefulSet = (image: string): KubeObject =>
  object('apps/v1', 'StatefulSet', 'web', {
    spec: {
      replicas: 2,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', image }] },
      },
    },
  });

const daemonSet = (image: string): KubeObject => {
  const { serviceName: _, replicas: __, ...spec } = statefulSet(image)['spec'];
  return object('apps/v1', 'DaemonSet', 'web', { spec });
};

function replaced(kind: 'StatefulSet' | 'DaemonSet', image: string): Pick<Story, 'workload' | 'before' | 'act'> {
  const resource = `${kind.toLowerCase()}s.apps`;
  const first = (kind === 'StatefulSet' ? statefulSet : daemonSet)('nginx:1.26');
  return {
    workload: of(kind, resource, 'web'),
    before: async (world) => {
      await world.client.create(resource, first);
      await world.run(60);
    },
    act: (world) => world.edit(resource, 'web', (one) => container({ image })(one['spec'])),
  };
}

const quota = async (world: World) => {
  const hard = { 'requests.cpu': '1' };
  await world.client.create('resourcequotas', object('v1', 'ResourceQuota', 'team', { spec: { hard } }));
};

const policy = async (world: World) => {
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
  const named = (kind: string, spec: object) => ({
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'no-latest' } },
    spec,
  });
  const group = 'admissionregistration.k8s.io';
  await world.client.create(
    `validatingadmissionpolicies.${group}`,
    named('ValidatingAdmissionPolicy', {
      matchConstraints: { resourceRules: [rule] },
      validations: [
        {
          expression: "object.spec.containers.all(c, !c.image.endsWith(':latest'))",
          message: 'images need a version',
        },
      ],
    }),
  );
  await world.client.create(
    `validatingadmissionpolicybindings.${group}`,
    named('ValidatingAdmissionPolicyBinding', { policyName: 'no-latest', validationActions: ['Deny'] }),
  );
};

const probe = (port: number, more: object = {}) => ({ httpGet: { path: '/', port }, periodSeconds: 5, ...more });

/** Rollouts of the emulator, each with how it has to be told. */
export const stories: Readonly<Record<string, Story & { told: Told }>> = {
  done: {
    ...changed(container({ image: 'nginx:1.27' })),
    seconds: 60,
    told: {
      code: 0,
      message: /^deployment "web" successfully rolled out$/,
      evidence:
        /"updatedReplicas":3,"readyReplicas":3,"availableReplicas":3|"replicas":3,"updatedReplicas":3,"readyReplicas":3/,
    },
  },
  'done-stateful-set': {
    ...replaced('StatefulSet', 'nginx:1.27'),
    seconds: 90,
    told: {
      code: 0,
      message: /^partitioned roll out complete: 2 new pods|^statefulset rolling update complete 2 pods at revision/,
      evidence: /./,
      patience: 90,
    },
  },
  'done-daemon-set': {
    ...replaced('DaemonSet', 'nginx:1.27'),
    seconds: 90,
    told: { code: 0, message: /^daemon set "web" successfully rolled out$/, evidence: /./, patience: 90 },
  },
  'image-typo': {
    ...changed(container({ image: 'nginx:1.280' })),
    seconds: 30,
    told: {
      code: 1,
      message: /^pod "web-\S+": image "nginx:1.280" cannot be pulled: docker.io\/library\/nginx:1.280: not found$/,
      evidence: /ErrImagePull/,
    },
  },
  'image-name': {
    ...changed(container({ image: 'Nginx:1.27' })),
    seconds: 30,
    told: { code: 1, message: /image name "Nginx:1.27" is not valid/, evidence: /InvalidImageName/ },
  },
  'registry-denies': {
    ...changed(container({ image: 'ghcr.io/shop/web:2' })),
    before: async (world) => {
      await changed(() => {}).before!(world);
      await world.faults.add({ kind: 'pull', images: ['ghcr.io/shop/*'], error: 'unauthorized' });
    },
    seconds: 30,
    told: {
      code: 1,
      message: /image "ghcr.io\/shop\/web:2" cannot be pulled: pull access denied/,
      evidence: /ErrImagePull/,
    },
  },
  'registry-busy': {
    ...changed(container({ image: 'ghcr.io/shop/web:2' })),
    before: async (world) => {
      await changed(() => {}).before!(world);
      await world.faults.add({ kind: 'pull', images: ['ghcr.io/shop/*'], error: 'rate-limited', forMs: 20_000 });
    },
    seconds: 120,
    told: { code: 0, message: /successfully rolled out/, evidence: /./, patience: 120 },
  },
  'registry-down': {
    ...changed(container({ image: 'ghcr.io/shop/web:2' })),
    before: async (world) => {
      await changed(() => {}).before!(world);
      await world.faults.add({ kind: 'pull', images: ['ghcr.io/shop/*'], error: 'down' });
    },
    seconds: 150,
    told: {
      code: 1,
      message: /cannot be pulled: failed to do request: .*connection refused/,
      evidence: /ErrImagePull/,
      patience: 125,
    },
  },
  'crash-loop': {
    ...changed(container({ image: 'busybox:1.37', command: ['sh', '-c', 'cat /etc/worker/queue.conf || exit 3'] })),
    seconds: 60,
    told: {
      code: 1,
      message: /container "app" keeps crashing \(exit code 3, 2 restarts\)$/,
      evidence: /"restartCount":2/,
    },
  },
  'no-such-command': {
    ...changed(container({ image: 'busybox:1.37', command: ['serve'] })),
    seconds: 60,
    told: { code: 1, message: /executable file not found/, evidence: /executable file not found/ },
  },
  'liveness-probe': {
    ...changed(container({ livenessProbe: probe(8080), image: 'nginx:1.27' }), { minReadySeconds: 30 }),
    seconds: 120,
    told: {
      code: 1,
      message: /container "app" keeps crashing \(killed for liveness probe failed: .*connection refused, 2 restarts\)/,
      evidence: /"restartCount":2/,
    },
  },
  'readiness-probe': {
    ...changed(container({ readinessProbe: probe(8080), image: 'nginx:1.27' })),
    seconds: 90,
    told: {
      code: 1,
      message: /container "app" is not ready: Readiness probe failed: .*8080.*connection refused/,
      evidence: /Readiness probe failed/,
      patience: 65,
    },
  },
  'secret-key': {
    ...changed(container({ env: [{ name: 'URL', valueFrom: { secretKeyRef: { name: 'database', key: 'uri' } } }] }), {
      progressDeadlineSeconds: 60,
    }),
    before: async (world) => {
      await world.client.create('secrets', object('v1', 'Secret', 'database', { data: { url: 'eA==' } }));
      await changed(() => {}).before!(world);
    },
    seconds: 30,
    told: {
      code: 1,
      message: /container "app" cannot be created: couldn't find key uri in Secret default\/database$/,
      evidence: /CreateContainerConfigError/,
    },
  },
  'config-map': {
    ...changed(container({ envFrom: [{ configMapRef: { name: 'settings' } }] })),
    seconds: 30,
    told: {
      code: 1,
      message: /container "app" cannot be created: configmap "settings" not found$/,
      evidence: /CreateContainerConfigError/,
    },
  },
  'volume-config': {
    ...changed(
      pods((spec) => {
        spec.volumes = [{ name: 'conf', configMap: { name: 'settings' } }];
        spec.containers[0].volumeMounts = [{ name: 'conf', mountPath: '/etc/conf' }];
      }),
    ),
    seconds: 30,
    told: {
      code: 1,
      message:
        /a volume cannot be mounted: MountVolume.SetUp failed for volume "conf": configmap "settings" not found$/,
      evidence: /FailedMount/,
    },
  },
  'volume-claim': {
    ...changed(
      pods((spec) => {
        spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      }),
    ),
    seconds: 30,
    told: {
      code: 1,
      message: /persistentvolumeclaim "data" not found/,
      evidence: /persistentvolumeclaim \\"data\\" not found/,
    },
  },
  quota: {
    ...made({ replicas: 4 }, { resources: { requests: { cpu: '300m' } } }),
    before: quota,
    seconds: 30,
    told: {
      code: 1,
      message:
        /pods cannot be created: pods "web-\S+" is forbidden: exceeded quota: team, requested: requests.cpu=300m/,
      evidence: /"readyReplicas":3/,
    },
  },
  'quota-frees': {
    ...changed(container({ image: 'nginx:1.27', resources: { requests: { cpu: '300m' } } }), {
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
    before: async (world) => {
      await quota(world);
      await world.client.create(
        'deployments.apps',
        deployment(
          'web',
          { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
          {
            image: 'nginx:1.26',
            resources: { requests: { cpu: '300m' } },
          },
        ),
      );
      await world.run(60);
    },
    seconds: 200,
    told: { code: 0, message: /successfully rolled out/, evidence: /./, patience: 200 },
  },
  memory: {
    ...changed(container({ resources: { requests: { memory: '900Gi' } } })),
    seconds: 30,
    told: {
      code: 1,
      message: /the pod finds no node: 0\/3 nodes are available: .*2 Insufficient memory/,
      evidence: /"reason":"Unschedulable"/,
    },
  },
  'node-selector': {
    ...changed(pods((spec) => Object.assign(spec, { nodeSelector: { disk: 'ssd' } }))),
    seconds: 30,
    told: {
      code: 1,
      message: /the pod finds no node: 0\/3 nodes are available: .*didn't match Pod's node affinity\/selector/,
      evidence: /"reason":"Unschedulable"/,
    },
  },
  'policy-refuses': {
    ...changed(container({ image: 'nginx:latest' })),
    before: async (world) => {
      await changed(() => {}).before!(world);
      await policy(world);
    },
    seconds: 30,
    told: {
      code: 1,
      message:
        /pods cannot be created: .*ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: images need a version/,
      evidence: /FailedCreate/,
    },
  },
  'pod-security': {
    ...replaced('StatefulSet', 'nginx:1.27'),
    before: async (world) => {
      await world.client.create('statefulsets.apps', statefulSet('nginx:1.26'));
      await world.run(60);
      await world.edit('namespaces', 'default', (one) => {
        one.metadata.labels = { ...one.metadata.labels, 'pod-security.kubernetes.io/enforce': 'restricted' };
      });
    },
    seconds: 40,
    told: {
      code: 1,
      message: /pods cannot be created: .*violates PodSecurity "restricted:latest"/,
      evidence: /FailedCreate/,
    },
  },
  paused: {
    ...changed((spec) => {
      container({ image: 'nginx:1.27' })(spec);
      spec.paused = true;
    }),
    seconds: 20,
    told: { code: 1, message: /^deployment "web" is paused; resume it/, evidence: /"paused":true/ },
  },
  deadline: {
    ...changed(container({ readinessProbe: probe(8080), image: 'nginx:1.27' }), { progressDeadlineSeconds: 30 }),
    seconds: 60,
    told: {
      code: 1,
      message:
        /^deployment "web" exceeded its progress deadline; pod "web-\S+": container "app" is not ready: Readiness probe failed/,
      evidence: /ProgressDeadlineExceeded/,
    },
  },
  'stateful-set-stuck': {
    ...replaced('StatefulSet', 'nginx:1.27'),
    before: async (world) => {
      await replaced('StatefulSet', '').before!(world);
      await world.edit('statefulsets.apps', 'web', (one) => container({ image: 'nginx:1.280' })(one['spec']));
      await world.run(30);
    },
    seconds: 30,
    told: {
      code: 1,
      message:
        /^pod "web-1": image "nginx:1.280" cannot be pulled: .*not found; it is of an older revision, and the StatefulSet waits for it/,
      evidence: /"updateRevision"/,
    },
  },
  'slow-pull': {
    ...changed(container({ image: 'ghcr.io/shop/web:2' }), { replicas: 2 }),
    before: async (world) => {
      await changed(() => {}, { replicas: 2 }).before!(world);
      await world.faults.add({ kind: 'pull', images: ['ghcr.io/shop/*'], error: 'slow', factor: 8 });
    },
    seconds: 90,
    told: { code: 0, message: /successfully rolled out/, evidence: /./, patience: 90 },
  },
  'init-crash': {
    ...changed(
      pods((spec) => {
        spec.initContainers = [
          { name: 'migrate', image: 'busybox:1.37', command: ['sh', '-c', 'echo no database; exit 7'] },
        ];
      }),
    ),
    seconds: 60,
    told: {
      code: 1,
      message: /init container "migrate" keeps crashing \(exit code 7, 2 restarts\)/,
      evidence: /"restartCount":2/,
    },
  },
  'memory-killed': {
    ...changed((spec) => {
      container({ image: 'redis:7', resources: { limits: { memory: '64Mi' } } })(spec);
      spec.template.metadata.annotations = { 'kctl.dev/memory-usage': '200Mi' };
      spec.minReadySeconds = 30;
    }),
    seconds: 120,
    told: {
      code: 1,
      message: /container "app" keeps crashing \(OOMKilled, exit code 137, 2 restarts\)/,
      evidence: /"restartCount":2/,
    },
  },
  'node-lost': {
    ...changed(container({ image: 'ghcr.io/shop/web:2' }), { replicas: 1 }),
    nodes: 2,
    before: async (world) => {
      await changed(() => {}, { replicas: 1 }).before!(world);
      await world.faults.add({ kind: 'pull', images: ['ghcr.io/shop/*'], error: 'slow', factor: 100 });
    },
    at: {
      5: (world) =>
        world.edit('nodes', 'kctl-worker-1', (node) => {
          node.metadata.annotations = { ...node.metadata.annotations, 'kctl.dev/down': 'true' };
        }),
    },
    seconds: 180,
    told: {
      code: 1,
      message: /node "kctl-worker-1" is not ready: Kubelet stopped posting node status/,
      evidence: /NodeStatusUnknown/,
      patience: 65,
    },
  },
  'claim-class': {
    ...changed(
      pods((spec) => {
        spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      }),
    ),
    before: async (world) => {
      await changed(() => {}).before!(world);
      const spec = {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
      };
      await world.client.create('persistentvolumeclaims', object('v1', 'PersistentVolumeClaim', 'data', { spec }));
      await world.run(5);
    },
    seconds: 40,
    told: {
      code: 1,
      message: /the pod waits for its volume: claim "data": storageclass.storage.k8s.io "fast" not found/,
      evidence: /storageclass/,
    },
  },
  'service-account': {
    ...changed(pods((spec) => Object.assign(spec, { serviceAccountName: 'deployer' }))),
    seconds: 30,
    told: {
      code: 1,
      message:
        /pods cannot be created: .*error looking up service account default\/deployer: serviceaccount "deployer" not found/,
      evidence: /FailedCreate/,
    },
  },
  'daemon-set-typo': {
    ...replaced('DaemonSet', 'nginx:1.280'),
    seconds: 30,
    told: { code: 1, message: /image "nginx:1.280" cannot be pulled: .*not found/, evidence: /ErrImagePull/ },
  },
  'finalizer-keeps-old': {
    ...replaced('StatefulSet', 'nginx:1.27'),
    before: async (world) => {
      await replaced('StatefulSet', '').before!(world);
      await world.edit('pods', 'web-1', (one) => {
        one.metadata.finalizers = ['example.com/hold'];
      });
    },
    seconds: 120,
    told: {
      code: 1,
      message: /pod "web-1" does not go: finalizers keep it: example.com\/hold/,
      evidence: /"deletionTimestamp"/,
      patience: 100,
    },
  },
};
