/** What a new object begins as: small, valid, and with what most people change next to see. */
export interface Template {
  /** As the list shows it. */
  name: string;
  about: string;
  /** Without namespace: the file gets that of the view. */
  yaml: string;
  /** Not in a namespace. */
  clusterWide?: boolean;
}

const labels = `  labels:
    app: my-app`;

const pod = (indent: string, image = 'nginx:1.28') =>
  `containers:
  - name: app
    image: ${image}
    ports:
    - containerPort: 80
    resources:
      requests:
        cpu: 100m
        memory: 64Mi
      limits:
        memory: 128Mi`.replaceAll('\n', `\n${indent}`);

const podTemplate = `  selector:
    matchLabels:
      app: my-app
  template:
    metadata:
      labels:
        app: my-app
    spec:
      ${pod('      ')}`;

const head = (apiVersion: string, kind: string, more = labels) =>
  `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: my-app
${more}
`;

const bare = (apiVersion: string, kind: string) => head(apiVersion, kind, '').trimEnd().concat('\n');

export const templates: readonly Template[] = [
  { name: 'Pod', about: 'one pod', yaml: `${head('v1', 'Pod')}spec:\n  ${pod('  ')}\n` },
  {
    name: 'Deployment',
    about: 'pods that are replaced and updated',
    yaml: `${head('apps/v1', 'Deployment')}spec:\n  replicas: 2\n${podTemplate}\n`,
  },
  {
    name: 'StatefulSet',
    about: 'pods with names and volumes of their own',
    yaml: `${head('apps/v1', 'StatefulSet')}spec:
  serviceName: my-app
  replicas: 1
${podTemplate}
          volumeMounts:
          - name: data
            mountPath: /data
  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests:
          storage: 1Gi
`,
  },
  { name: 'DaemonSet', about: 'a pod on every node', yaml: `${head('apps/v1', 'DaemonSet')}spec:\n${podTemplate}\n` },
  {
    name: 'Job',
    about: 'pods that run to their end',
    yaml: `${bare('batch/v1', 'Job')}spec:
  backoffLimit: 2
  ttlSecondsAfterFinished: 3600
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: job
        image: busybox:1.36
        command: [sh, -c, echo done]
`,
  },
  {
    name: 'CronJob',
    about: 'jobs by the clock',
    yaml: `${bare('batch/v1', 'CronJob')}spec:
  schedule: "0 * * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: job
            image: busybox:1.36
            command: [sh, -c, date]
`,
  },
  {
    name: 'Service',
    about: 'one address for pods',
    yaml: `${head('v1', 'Service')}spec:
  selector:
    app: my-app
  ports:
  - name: http
    port: 80
    targetPort: 80
`,
  },
  {
    name: 'Service, headless',
    about: 'names for single pods',
    yaml: `${head('v1', 'Service')}spec:
  clusterIP: None
  selector:
    app: my-app
  ports:
  - name: http
    port: 80
`,
  },
  {
    name: 'Ingress',
    about: 'a host name for a service',
    yaml: `${bare('networking.k8s.io/v1', 'Ingress')}spec:
  rules:
  - host: my-app.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: my-app
            port:
              number: 80
`,
  },
  {
    name: 'ConfigMap',
    about: 'settings as keys or files',
    yaml: `${bare('v1', 'ConfigMap')}data:
  LOG_LEVEL: info
  app.conf: |
    # a file
`,
  },
  {
    name: 'Secret',
    about: 'values that are not shown',
    yaml: `${bare('v1', 'Secret')}type: Opaque
stringData:
  password: change-me
`,
  },
  {
    name: 'PersistentVolumeClaim',
    about: 'storage',
    yaml: `${bare('v1', 'PersistentVolumeClaim')}spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
`,
  },
  { name: 'ServiceAccount', about: 'who pods are', yaml: bare('v1', 'ServiceAccount') },
  {
    name: 'Role',
    about: 'rights in a namespace',
    yaml: `${bare('rbac.authorization.k8s.io/v1', 'Role')}rules:
- apiGroups: [""]
  resources: [pods, pods/log]
  verbs: [get, list, watch]
`,
  },
  {
    name: 'RoleBinding',
    about: 'who has a role in a namespace',
    yaml: `${bare('rbac.authorization.k8s.io/v1', 'RoleBinding')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: my-app
subjects:
- kind: ServiceAccount
  name: my-app
`,
  },
  {
    name: 'ClusterRole',
    about: 'rights everywhere',
    clusterWide: true,
    yaml: `${bare('rbac.authorization.k8s.io/v1', 'ClusterRole')}rules:
- apiGroups: [""]
  resources: [nodes]
  verbs: [get, list, watch]
`,
  },
  {
    name: 'ClusterRoleBinding',
    about: 'who has a role everywhere',
    clusterWide: true,
    yaml: `${bare('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: User
  apiGroup: rbac.authorization.k8s.io
  name: someone
`,
  },
  { name: 'Namespace', about: 'a place of its own', clusterWide: true, yaml: bare('v1', 'Namespace') },
  {
    name: 'NetworkPolicy',
    about: 'who may reach pods',
    yaml: `${bare('networking.k8s.io/v1', 'NetworkPolicy')}spec:
  podSelector:
    matchLabels:
      app: my-app
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector: {}
    ports:
    - port: 80
`,
  },
  {
    name: 'HorizontalPodAutoscaler',
    about: 'replicas by load',
    yaml: `${bare('autoscaling/v2', 'HorizontalPodAutoscaler')}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: my-app
  minReplicas: 2
  maxReplicas: 10
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 70
`,
  },
  {
    name: 'PodDisruptionBudget',
    about: 'pods that must stay up',
    yaml: `${bare('policy/v1', 'PodDisruptionBudget')}spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: my-app
`,
  },
  {
    name: 'ResourceQuota',
    about: 'what a namespace may use',
    yaml: `${bare('v1', 'ResourceQuota')}spec:
  hard:
    pods: "20"
    requests.cpu: "4"
    requests.memory: 8Gi
`,
  },
  {
    name: 'LimitRange',
    about: 'what containers get by default',
    yaml: `${bare('v1', 'LimitRange')}spec:
  limits:
  - type: Container
    defaultRequest:
      cpu: 100m
      memory: 64Mi
    default:
      memory: 256Mi
`,
  },
  {
    name: 'PriorityClass',
    about: 'who goes first',
    clusterWide: true,
    yaml: `${bare('scheduling.k8s.io/v1', 'PriorityClass')}value: 1000\nglobalDefault: false\ndescription: What it is for.\n`,
  },
  {
    name: 'StorageClass',
    about: 'where volumes come from',
    clusterWide: true,
    yaml: `${bare('storage.k8s.io/v1', 'StorageClass')}provisioner: example.com/disks\nreclaimPolicy: Delete\nvolumeBindingMode: WaitForFirstConsumer\n`,
  },
];

/** A template for a namespace. */
export function templateText({ yaml, clusterWide }: Template, namespace: string): string {
  return clusterWide ? yaml : yaml.replace('  name: my-app\n', `  name: my-app\n  namespace: ${namespace}\n`);
}
