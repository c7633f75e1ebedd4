/**
 * What a Kubernetes 1.36 server serves at stable versions, one resource a line, in the order of its
 * own discovery: `plural Kind scope verbs [short names] [categories]`. Scope is N (namespaced) or
 * C (cluster). Verbs are letters: see `verbNames` in ../resources.ts. An indented line is a
 * subresource of the resource above it: `name Kind verbs [group/version of the kind]`. A `-` stands
 * for an empty list. Groups come in the order of /apis, the preferred version of a group first.
 */
export const resourceTable = `
v1
bindings Binding N c
componentstatuses ComponentStatus C gl cs
configmaps ConfigMap N cdxglpuw cm
endpoints Endpoints N cdxglpuw ep
events Event N cdxglpuw ev
limitranges LimitRange N cdxglpuw limits
namespaces Namespace C cdglpuw ns
  finalize Namespace u
  status Namespace gpu
nodes Node C cdxglpuw no
  proxy NodeProxyOptions cdgpu
  status Node gpu
persistentvolumeclaims PersistentVolumeClaim N cdxglpuw pvc
  status PersistentVolumeClaim gpu
persistentvolumes PersistentVolume C cdxglpuw pv
  status PersistentVolume gpu
pods Pod N cdxglpuw po all
  attach PodAttachOptions cg
  binding Binding c
  ephemeralcontainers Pod gpu
  eviction Eviction c policy/v1
  exec PodExecOptions cg
  log Pod g
  portforward PodPortForwardOptions cg
  proxy PodProxyOptions cdgpu
  resize Pod gpu
  status Pod gpu
podtemplates PodTemplate N cdxglpuw
replicationcontrollers ReplicationController N cdxglpuw rc all
  scale Scale gpu autoscaling/v1
  status ReplicationController gpu
resourcequotas ResourceQuota N cdxglpuw quota
  status ResourceQuota gpu
secrets Secret N cdxglpuw
serviceaccounts ServiceAccount N cdxglpuw sa
  token TokenRequest c authentication.k8s.io/v1
services Service N cdxglpuw svc all
  proxy ServiceProxyOptions cdgpu
  status Service gpu
apiregistration.k8s.io/v1
apiservices APIService C cdxglpuw - api-extensions
  status APIService gpu
apps/v1
controllerrevisions ControllerRevision N cdxglpuw
daemonsets DaemonSet N cdxglpuw ds all
  status DaemonSet gpu
deployments Deployment N cdxglpuw deploy all
  scale Scale gpu autoscaling/v1
  status Deployment gpu
replicasets ReplicaSet N cdxglpuw rs all
  scale Scale gpu autoscaling/v1
  status ReplicaSet gpu
statefulsets StatefulSet N cdxglpuw sts all
  scale Scale gpu autoscaling/v1
  status StatefulSet gpu
events.k8s.io/v1
events Event N cdxglpuw ev
authentication.k8s.io/v1
selfsubjectreviews SelfSubjectReview C c
tokenreviews TokenReview C c
authorization.k8s.io/v1
localsubjectaccessreviews LocalSubjectAccessReview N c
selfsubjectaccessreviews SelfSubjectAccessReview C c
selfsubjectrulesreviews SelfSubjectRulesReview C c
subjectaccessreviews SubjectAccessReview C c
autoscaling/v2
horizontalpodautoscalers HorizontalPodAutoscaler N cdxglpuw hpa all
  status HorizontalPodAutoscaler gpu
autoscaling/v1
horizontalpodautoscalers HorizontalPodAutoscaler N cdxglpuw hpa all
  status HorizontalPodAutoscaler gpu
batch/v1
cronjobs CronJob N cdxglpuw cj all
  status CronJob gpu
jobs Job N cdxglpuw - all
  status Job gpu
certificates.k8s.io/v1
certificatesigningrequests CertificateSigningRequest C cdxglpuw csr
  approval CertificateSigningRequest gpu
  status CertificateSigningRequest gpu
networking.k8s.io/v1
ingressclasses IngressClass C cdxglpuw
ingresses Ingress N cdxglpuw ing
  status Ingress gpu
ipaddresses IPAddress C cdxglpuw ip
networkpolicies NetworkPolicy N cdxglpuw netpol
servicecidrs ServiceCIDR C cdxglpuw
  status ServiceCIDR gpu
policy/v1
poddisruptionbudgets PodDisruptionBudget N cdxglpuw pdb
  status PodDisruptionBudget gpu
rbac.authorization.k8s.io/v1
clusterrolebindings ClusterRoleBinding C cdxglpuw
clusterroles ClusterRole C cdxglpuw
rolebindings RoleBinding N cdxglpuw
roles Role N cdxglpuw
storage.k8s.io/v1
csidrivers CSIDriver C cdxglpuw
csinodes CSINode C cdxglpuw
csistoragecapacities CSIStorageCapacity N cdxglpuw
storageclasses StorageClass C cdxglpuw sc
volumeattachments VolumeAttachment C cdxglpuw
  status VolumeAttachment gpu
volumeattributesclasses VolumeAttributesClass C cdxglpuw vac
admissionregistration.k8s.io/v1
mutatingadmissionpolicies MutatingAdmissionPolicy C cdxglpuw - api-extensions
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding C cdxglpuw - api-extensions
mutatingwebhookconfigurations MutatingWebhookConfiguration C cdxglpuw - api-extensions
validatingadmissionpolicies ValidatingAdmissionPolicy C cdxglpuw - api-extensions
  status ValidatingAdmissionPolicy gpu
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C cdxglpuw - api-extensions
validatingwebhookconfigurations ValidatingWebhookConfiguration C cdxglpuw - api-extensions
apiextensions.k8s.io/v1
customresourcedefinitions CustomResourceDefinition C cdxglpuw crd,crds api-extensions
  status CustomResourceDefinition gpu
scheduling.k8s.io/v1
priorityclasses PriorityClass C cdxglpuw pc
coordination.k8s.io/v1
leases Lease N cdxglpuw
node.k8s.io/v1
runtimeclasses RuntimeClass C cdxglpuw
discovery.k8s.io/v1
endpointslices EndpointSlice N cdxglpuw
resource.k8s.io/v1
deviceclasses DeviceClass C cdxglpuw
resourceclaims ResourceClaim N cdxglpuw
  status ResourceClaim gpu
resourceclaimtemplates ResourceClaimTemplate N cdxglpuw
resourceslices ResourceSlice C cdxglpuw
flowcontrol.apiserver.k8s.io/v1
flowschemas FlowSchema C cdxglpuw
  status FlowSchema gpu
prioritylevelconfigurations PriorityLevelConfiguration C cdxglpuw
  status PriorityLevelConfiguration gpu
metrics.k8s.io/v1beta1
nodes NodeMetrics C gl
pods PodMetrics N gl
`;
