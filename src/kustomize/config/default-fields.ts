import type { FieldListName, NameReference } from './config-types.ts';
import { type FieldSpec, fieldSpec } from './field-spec.ts';

/**
 * Which fields kustomize 5.5 changes by itself. In the lists, a line is `kind[.version][.group] path...`, `*` stands
 * for any kind, and `+` before a path says that the field is made where it is missing.
 */

/** Kinds and where their pods are described. */
const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};

/** Pods' own fields that name ConfigMaps and Secrets stand for v1 only; others for any version. */
const V1_POD = ['Pod.v1', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob'];
const ANY_POD = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet'];
const VAR_PODS = ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'StatefulSet'];

function parseLine(line: string): FieldSpec[] {
  const [head, ...paths] = line.trim().split(' ') as [string, ...string[]];
  const [, name, version, group = ''] = /^(\*|\w+)(?:\.(v\w+))?(?:\.([\w.-]+))?$/.exec(head)!;
  const kind = name === '*' ? '' : name!;
  return paths.map((path) =>
    fieldSpec(path.replace(/^\+/, ''), { kind, group, version: version ?? '', create: path.startsWith('+') }),
  );
}

const parse = (lines: string): FieldSpec[] => lines.trim().split('\n').flatMap(parseLine);

function inPods(kinds: readonly string[], ...paths: string[]): FieldSpec[] {
  return kinds.flatMap((kind) => {
    const spec = POD_SPECS[kind.split('.')[0]!];
    return parseLine(`${kind} ${paths.map((path) => `${spec}/${path}`).join(' ')}`);
  });
}

const TEMPLATE_LABELS = `
* +metadata/labels
ReplicationController.v1 +spec/template/metadata/labels
Deployment +spec/template/metadata/labels
ReplicaSet +spec/template/metadata/labels
DaemonSet +spec/template/metadata/labels
StatefulSet.apps +spec/template/metadata/labels +spec/volumeClaimTemplates[]/metadata/labels
Job.batch +spec/template/metadata/labels
CronJob.batch +spec/jobTemplate/metadata/labels +spec/jobTemplate/spec/template/metadata/labels`;

const TERMS = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) =>
  [
    'preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
    'requiredDuringSchedulingIgnoredDuringExecution',
  ].map((when) => `spec/template/spec/affinity/${affinity}/${when}/labelSelector/matchLabels`),
);
const POD_SELECTORS = [...TERMS, 'spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels'].join(' ');

const COMMON_LABELS = `
Service.v1 +spec/selector
ReplicationController.v1 +spec/selector
Deployment +spec/selector/matchLabels
Deployment.apps ${POD_SELECTORS}
ReplicaSet +spec/selector/matchLabels
DaemonSet +spec/selector/matchLabels
StatefulSet.apps +spec/selector/matchLabels ${POD_SELECTORS}
Job.batch spec/selector/matchLabels
CronJob.batch spec/jobTemplate/spec/selector/matchLabels
PodDisruptionBudget.policy spec/selector/matchLabels
NetworkPolicy.networking.k8s.io spec/podSelector/matchLabels spec/ingress/from/podSelector/matchLabels spec/egress/to/podSelector/matchLabels
${TEMPLATE_LABELS.trim()}`;

const COMMON_ANNOTATIONS = `
* +metadata/annotations
ReplicationController.v1 +spec/template/metadata/annotations
Deployment +spec/template/metadata/annotations
ReplicaSet +spec/template/metadata/annotations
DaemonSet +spec/template/metadata/annotations
StatefulSet +spec/template/metadata/annotations
Job.batch +spec/template/metadata/annotations
CronJob.batch +spec/jobTemplate/metadata/annotations +spec/jobTemplate/spec/template/metadata/annotations`;

const NAMESPACE = `
Namespace +metadata/name
APIService.apiregistration.k8s.io +spec/service/namespace
CustomResourceDefinition.apiextensions.k8s.io spec/conversion/webhook/clientConfig/service/namespace`;

const IMAGES = `
* +spec/containers[]/image +spec/initContainers[]/image
* +spec/template/spec/containers[]/image +spec/template/spec/initContainers[]/image`;

const REPLICAS = `
Deployment +spec/replicas
ReplicationController +spec/replicas
ReplicaSet +spec/replicas
StatefulSet +spec/replicas`;

const VARS = `
CronJob spec/jobTemplate/spec/template/volumes/nfs/server
Deployment spec/template/metadata/annotations
Ingress spec/rules/host spec/tls/hosts spec/tls/secretName
Service spec/ports/port spec/ports/targetPort
StatefulSet spec/volumeClaimTemplates/spec/nfs/server
PersistentVolume spec/nfs/server
* metadata/labels metadata/annotations`;

const VAR_FIELDS = ['args', 'command', 'env/value', 'volumeMounts/mountPath'];

function varReferences(): FieldSpec[] {
  const fields = ['containers', 'initContainers'].flatMap((list) => VAR_FIELDS.map((field) => `${list}/${field}`));
  const volumes = VAR_PODS.filter((kind) => kind !== 'CronJob' && kind !== 'StatefulSet');
  return [...inPods(VAR_PODS, ...fields), ...inPods(volumes, 'volumes/nfs/server'), ...parse(VARS)];
}

export function defaultFieldSpecs(): Partial<Record<FieldListName, FieldSpec[]>> {
  return {
    namePrefix: parse('* metadata/name'),
    nameSuffix: parse('* metadata/name'),
    namespace: parse(NAMESPACE),
    commonLabels: parse(COMMON_LABELS),
    templateLabels: parse(TEMPLATE_LABELS),
    commonAnnotations: parse(COMMON_ANNOTATIONS),
    varReference: varReferences(),
    images: parse(IMAGES),
    replicas: parse(REPLICAS),
  };
}

/** Fields of pods that hold the name of a ConfigMap (`configMap`) or a Secret (`secret`). */
const configFields = (kind: 'configMap' | 'secret', volumeName: string): string[] => [
  `volumes/${kind}/${volumeName}`,
  ...['containers', 'initContainers'].flatMap((list) => [
    `${list}/env/valueFrom/${kind}KeyRef/name`,
    `${list}/envFrom/${kind}Ref/name`,
  ]),
  `volumes/projected/sources/${kind}/name`,
];

const SECRETS = `
Ingress spec/tls/secretName metadata/annotations/ingress.kubernetes.io\\/auth-secret
Ingress metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret
ServiceAccount imagePullSecrets/name
StorageClass parameters/secretName parameters/adminSecretName parameters/userSecretName parameters/secretRef
Role rules/resourceNames
ClusterRole rules/resourceNames
Service.v1.serving.knative.dev spec/template/spec/containers/env/valueFrom/secretKeyRef/name
PersistentVolume spec/azureFile/secretName`;

const CONFIG_MAPS = `
Node spec/configSource/configMap
Role rules/resourceNames
ClusterRole rules/resourceNames
Ingress metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap`;

const SERVICES = `
StatefulSet.apps spec/serviceName
Ingress spec/rules/http/paths/backend/serviceName spec/backend/serviceName
Ingress spec/rules/http/paths/backend/service/name spec/defaultBackend/service/name
APIService.apiregistration.k8s.io spec/service/name
ValidatingWebhookConfiguration.admissionregistration.k8s.io webhooks/clientConfig/service
MutatingWebhookConfiguration.admissionregistration.k8s.io webhooks/clientConfig/service`;

const RBAC = 'rbac.authorization.k8s.io';
const SCALED = 'HorizontalPodAutoscaler spec/scaleTargetRef/name';

/** What kind is referred to, by what; the other places in pods. */
export function defaultNameReferences(): NameReference[] {
  const reference = (kind: string, more: Partial<NameReference>, fieldSpecs: FieldSpec[]): NameReference => ({
    ...{ group: '', version: '', kind, ...more },
    fieldSpecs,
  });
  return [
    ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) =>
      reference(kind, {}, parse(SCALED)),
    ),
    reference('ConfigMap', { version: 'v1' }, [
      ...inPods(V1_POD, ...configFields('configMap', 'name')),
      ...parse(CONFIG_MAPS),
    ]),
    reference('Secret', { version: 'v1' }, [
      ...inPods(V1_POD, ...configFields('secret', 'secretName'), 'imagePullSecrets/name'),
      ...parse(SECRETS),
    ]),
    reference('Service', { version: 'v1' }, parse(SERVICES)),
    reference('Role', { group: RBAC }, parse(`RoleBinding.${RBAC} roleRef/name`)),
    reference(
      'ClusterRole',
      { group: RBAC },
      parse(`RoleBinding.${RBAC} roleRef/name\nClusterRoleBinding.${RBAC} roleRef/name`),
    ),
    reference('ServiceAccount', { version: 'v1' }, [
      ...parse(`RoleBinding.${RBAC} subjects\nClusterRoleBinding.${RBAC} subjects`),
      ...inPods(ANY_POD, 'serviceAccountName'),
    ]),
    reference('PersistentVolumeClaim', { version: 'v1' }, inPods(ANY_POD, 'volumes/persistentVolumeClaim/claimName')),
    reference(
      'PersistentVolume',
      { version: 'v1' },
      parse('PersistentVolumeClaim spec/volumeName\nClusterRole rules/resourceNames'),
    ),
    reference(
      'StorageClass',
      { version: 'v1', group: 'storage.k8s.io' },
      parse(
        'PersistentVolume spec/storageClassName\nPersistentVolumeClaim spec/storageClassName\nStatefulSet spec/volumeClaimTemplates/spec/storageClassName',
      ),
    ),
    reference('PriorityClass', { version: 'v1', group: 'scheduling.k8s.io' }, inPods(ANY_POD, 'priorityClassName')),
    // The group is kustomize's: it matches no IngressClass, whose names are therefore left as they are.
    reference('IngressClass', { version: 'v1', group: 'networking.k8s.io/v1' }, parse('Ingress spec/ingressClassName')),
    reference(
      'ValidatingAdmissionPolicy',
      { group: 'admissionregistration.k8s.io' },
      parse('ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io spec/policyName'),
    ),
  ];
}
