/**
 * Facts of the OpenAPI document of Kubernetes 1.21, which is what kustomize 5.5 merges by: api/facts has later ones,
 * by which lists would be merged that kustomize replaces.
 */

/** Kinds by API version; `*` marks those without a namespace. */
export const KINDS = `
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration* ValidatingWebhookConfiguration*
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration* ValidatingWebhookConfiguration*
apiextensions.k8s.io/v1 CustomResourceDefinition*
apiextensions.k8s.io/v1beta1 CustomResourceDefinition*
apiregistration.k8s.io/v1 APIService*
apiregistration.k8s.io/v1beta1 APIService*
apps/v1 ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet
autoscaling/v1 HorizontalPodAutoscaler Scale
autoscaling/v2beta1 HorizontalPodAutoscaler
autoscaling/v2beta2 HorizontalPodAutoscaler
batch/v1 CronJob Job
batch/v1beta1 CronJob
certificates.k8s.io/v1 CertificateSigningRequest*
certificates.k8s.io/v1beta1 CertificateSigningRequest*
coordination.k8s.io/v1 Lease
coordination.k8s.io/v1beta1 Lease
discovery.k8s.io/v1 EndpointSlice
discovery.k8s.io/v1beta1 EndpointSlice
events.k8s.io/v1 Event
events.k8s.io/v1beta1 Event
extensions/v1beta1 Ingress
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema* PriorityLevelConfiguration*
networking.k8s.io/v1 Ingress IngressClass* NetworkPolicy
networking.k8s.io/v1beta1 Ingress IngressClass*
node.k8s.io/v1 RuntimeClass*
node.k8s.io/v1beta1 RuntimeClass*
policy/v1 PodDisruptionBudget
policy/v1beta1 PodDisruptionBudget PodSecurityPolicy*
rbac.authorization.k8s.io/v1 ClusterRole* ClusterRoleBinding* Role RoleBinding
rbac.authorization.k8s.io/v1beta1 ClusterRole* ClusterRoleBinding* Role RoleBinding
scheduling.k8s.io/v1 PriorityClass*
scheduling.k8s.io/v1beta1 PriorityClass*
storage.k8s.io/v1 CSIDriver* CSINode* StorageClass* VolumeAttachment*
storage.k8s.io/v1beta1 CSIDriver* CSINode* CSIStorageCapacity StorageClass* VolumeAttachment*
v1 ComponentStatus* ConfigMap Endpoints Event LimitRange Namespace* Node* NodeProxyOptions* PersistentVolume* PersistentVolumeClaim
v1 Pod PodAttachOptions PodExecOptions PodPortForwardOptions PodProxyOptions PodTemplate ReplicationController ResourceQuota Secret
v1 Service ServiceAccount ServiceProxyOptions
`;

const CONDITIONS = 'conditions=type';
const WORKLOAD = 'spec:TemplateHolder status:Conditions';

/** Fields on the way to a list that is merged: `name:Type`, `name:[]Type`, `name:[]Type=merge,keys`. */
export const SHAPES: Readonly<Record<string, string>> = {
  ObjectMeta: 'finalizers= ownerReferences=uid',
  Conditions: CONDITIONS,
  TemplateHolder: 'template:PodTemplateSpec',
  PodTemplateSpec: 'metadata:ObjectMeta spec:PodSpec',
  PodSpec:
    'containers:[]Container=name ephemeralContainers:[]EphemeralContainer=name hostAliases=ip imagePullSecrets=name initContainers:[]Container=name topologySpreadConstraints=topologyKey,whenUnsatisfiable volumes:[]Volume=name',
  Container: 'env=name ports=containerPort,protocol volumeDevices=devicePath volumeMounts=mountPath',
  EphemeralContainer: 'env=name volumeDevices=devicePath volumeMounts=mountPath',
  Volume: 'ephemeral:EphemeralVolumeSource',
  EphemeralVolumeSource: 'volumeClaimTemplate:MetadataHolder',
  MetadataHolder: 'metadata:ObjectMeta',
  ClaimTemplate: 'metadata:ObjectMeta status:Conditions',
  PodStatus: `${CONDITIONS} podIPs=ip`,
  Pod: 'spec:PodSpec status:PodStatus',
  PodTemplate: 'template:PodTemplateSpec',
  Deployment: WORKLOAD,
  DaemonSet: WORKLOAD,
  ReplicaSet: WORKLOAD,
  ReplicationController: WORKLOAD,
  StatefulSet: 'spec:StatefulSetSpec status:Conditions',
  StatefulSetSpec: 'template:PodTemplateSpec volumeClaimTemplates:[]ClaimTemplate',
  Job: WORKLOAD,
  CronJob: 'spec:CronJobSpec',
  CronJobSpec: 'jobTemplate:JobTemplateSpec',
  JobTemplateSpec: 'metadata:ObjectMeta spec:TemplateHolder',
  Service: 'spec:ServiceSpec status:Conditions',
  ServiceSpec: 'ports=port,protocol',
  ServiceAccount: 'secrets=name',
  Namespace: 'status:Conditions',
  Node: 'spec:NodeSpec status:NodeStatus',
  NodeSpec: 'podCIDRs=',
  NodeStatus: `addresses=type ${CONDITIONS}`,
  ComponentStatus: CONDITIONS,
  PersistentVolumeClaim: 'status:Conditions',
  PodDisruptionBudget: 'status:Conditions',
  CSINode: 'spec:CSINodeSpec',
  CSINodeSpec: 'drivers=name',
  APIService: 'status:Conditions',
  MutatingWebhookConfiguration: 'webhooks=name',
  ValidatingWebhookConfiguration: 'webhooks=name',
};
