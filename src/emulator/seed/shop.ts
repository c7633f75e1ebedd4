import type { KubeObject } from '../../api/meta.ts';

type Seeded = readonly [resource: string, object: KubeObject];

const NAMESPACE = 'default';
const REGISTRY = 'registry.example.com/shop';
const CAUSE = 'kubernetes.io/change-cause';
const labels = (name: string, tier: string) => ({ app: name, 'app.kubernetes.io/part-of': 'shop', tier });

interface Workload {
  name: string;
  tier: string;
  replicas: number;
  container: Record<string, unknown>;
  annotations?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  pod?: Record<string, unknown>;
}

function deployment({ name, tier, replicas, container, annotations, podAnnotations, pod }: Workload): Seeded {
  return [
    'deployments.apps',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: NAMESPACE, labels: labels(name, tier), ...(annotations ? { annotations } : {}) },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: labels(name, tier), ...(podAnnotations ? { annotations: podAnnotations } : {}) },
          spec: { containers: [{ name, ...container }], ...pod },
        },
      },
    },
  ];
}

const resources = (cpu: string, memory: string, limit = memory) => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});
const http = (port: number, path: string, initialDelaySeconds: number) => ({
  httpGet: { path, port },
  initialDelaySeconds,
  periodSeconds: 5,
});

function service(name: string, port: number, targetPort: number | string, spec: Record<string, unknown> = {}): Seeded {
  return [
    'services',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE, labels: { app: name, 'app.kubernetes.io/part-of': 'shop' } },
      spec: { selector: { app: name }, ports: [{ name: 'main', port, targetPort }], ...spec },
    },
  ];
}

const fromShop = [{ configMapRef: { name: 'shop-config' } }, { secretRef: { name: 'shop-database' } }];
const webImage = (tag: string) => `nginx:${tag}`;

const configuration: readonly Seeded[] = [
  [
    'configmaps',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop-config', namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'shop' } },
      data: { CURRENCY: 'EUR', LOG_LEVEL: 'info', REDIS_URL: 'redis://redis:6379/0', PAGE_SIZE: '24' },
    },
  ],
  [
    'secrets',
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'shop-database', namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'shop' } },
      type: 'Opaque',
      data: {
        POSTGRES_USER: Buffer.from('shop').toString('base64'),
        POSTGRES_PASSWORD: Buffer.from('only-for-the-demo').toString('base64'),
      },
    },
  ],
];

const network: readonly Seeded[] = [
  service('web', 80, 'http', {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30080 }],
  }),
  service('api', 80, 8080),
  service('redis', 6379, 6379),
  service('postgres', 5432, 5432, { clusterIP: 'None' }),
  [
    'ingresses.networking.k8s.io',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'shop' } },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: [
                { path: '/api', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 80 } } } },
                { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    },
  ],
];

const stateful: readonly Seeded[] = [
  [
    'statefulsets.apps',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'postgres', namespace: NAMESPACE, labels: labels('postgres', 'data') },
      spec: {
        serviceName: 'postgres',
        replicas: 1,
        selector: { matchLabels: { app: 'postgres' } },
        template: {
          metadata: { labels: labels('postgres', 'data') },
          spec: {
            containers: [
              {
                name: 'postgres',
                image: 'postgres:17',
                envFrom: [{ secretRef: { name: 'shop-database' } }],
                ports: [{ name: 'postgres', containerPort: 5432 }],
                readinessProbe: {
                  exec: { command: ['pg_isready', '-U', 'shop'] },
                  initialDelaySeconds: 2,
                  periodSeconds: 5,
                },
                resources: resources('250m', '256Mi', '512Mi'),
                volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'standard',
              resources: { requests: { storage: '5Gi' } },
            },
          },
        ],
      },
    },
  ],
  deployment({
    name: 'redis',
    tier: 'data',
    replicas: 1,
    container: {
      image: 'redis:7.4',
      ports: [{ name: 'redis', containerPort: 6379 }],
      resources: resources('50m', '64Mi'),
    },
  }),
];

const batch: readonly Seeded[] = [
  [
    'jobs.batch',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate', namespace: NAMESPACE, labels: labels('migrate', 'batch') },
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { labels: labels('migrate', 'batch') },
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'migrate',
                image: `${REGISTRY}/migrate:2.3.1`,
                envFrom: fromShop,
                resources: resources('100m', '64Mi'),
              },
            ],
          },
        },
      },
    },
  ],
  [
    'cronjobs.batch',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'report', namespace: NAMESPACE, labels: labels('report', 'batch') },
      spec: {
        schedule: '*/5 * * * *',
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: labels('report', 'batch') },
              spec: {
                restartPolicy: 'OnFailure',
                containers: [
                  {
                    name: 'report',
                    image: `${REGISTRY}/report:2.3.1`,
                    envFrom: fromShop,
                    resources: resources('100m', '64Mi'),
                  },
                ],
              },
            },
          },
        },
      },
    },
  ],
];

const web = (tag: string, cause: string): Seeded =>
  deployment({
    name: 'web',
    tier: 'front',
    replicas: 3,
    annotations: { [CAUSE]: cause },
    container: {
      image: webImage(tag),
      ports: [{ name: 'http', containerPort: 80 }],
      readinessProbe: http(80, '/healthz', 1),
      resources: resources('100m', '64Mi', '128Mi'),
    },
  });

const applications: readonly Seeded[] = [
  web('1.27', 'first release'),
  deployment({
    name: 'api',
    tier: 'back',
    replicas: 2,
    container: {
      image: `${REGISTRY}/api:2.3.1`,
      envFrom: fromShop,
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: http(8080, '/healthz', 2),
      resources: resources('200m', '128Mi', '256Mi'),
    },
  }),
  deployment({
    name: 'worker',
    tier: 'back',
    replicas: 2,
    container: { image: `${REGISTRY}/worker:2.3.1`, envFrom: fromShop, resources: resources('150m', '128Mi') },
  }),
];

/** Three things that go wrong in every cluster, for whoever wants to find out why. */
const crashing = deployment({
  name: 'recommendations',
  tier: 'back',
  replicas: 1,
  podAnnotations: {
    'kctl.dev/run-for': '4s',
    'kctl.dev/exit-code': '1',
    'kctl.dev/last-words': [
      'INFO  loading model from /models/latest',
      'ERROR MODEL_BUCKET is not set: cannot tell where the models are',
      'FATAL set MODEL_BUCKET in the environment of this container and start again',
    ].join('\n'),
  },
  container: { image: `${REGISTRY}/recommendations:0.9.0`, resources: resources('100m', '128Mi') },
});

const unschedulable = deployment({
  name: 'analytics',
  tier: 'back',
  replicas: 1,
  container: { image: `${REGISTRY}/analytics:1.0.0`, resources: resources('16', '2Gi') },
});

const unpullable = deployment({
  name: 'mailer',
  tier: 'back',
  replicas: 1,
  container: { image: `${REGISTRY}/mailer:does-not-exist`, resources: resources('50m', '64Mi') },
});

/** The shop's life so far: what was applied how many minutes ago. */
export const shopHistory: readonly { minutesAgo: number; objects: readonly Seeded[] }[] = [
  { minutesAgo: 40, objects: [...configuration, ...network, ...stateful] },
  { minutesAgo: 39, objects: [...batch, ...applications] },
  { minutesAgo: 31, objects: [crashing] },
  { minutesAgo: 22, objects: [web('1.28', 'update nginx to 1.28')] },
  { minutesAgo: 14, objects: [unschedulable] },
  { minutesAgo: 9, objects: [unpullable] },
];

/** Everything at once, as it is today. */
export const shopObjects: readonly Seeded[] = [
  ...configuration,
  ...network,
  ...stateful,
  ...batch,
  ...applications.slice(1),
  web('1.28', 'update nginx to 1.28'),
  crashing,
  unschedulable,
  unpullable,
];
