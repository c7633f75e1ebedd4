/**
 * Fields that a server leaves out when they are empty (`''`, `0`, `false`, `[]`, `{}`): those that Go
 * cannot tell from missing ones. One type per line. Facts of the Go declarations of 1.36: no pointer,
 * tagged omitempty.
 */
const table = `
admissionregistration/v1.ApplyConfiguration expression
admissionregistration/v1.JSONPatch expression
admissionregistration/v1.MatchResources excludeResourceRules resourceRules
admissionregistration/v1.MutatingAdmissionPolicyBindingSpec policyName
admissionregistration/v1.MutatingAdmissionPolicySpec matchConditions mutations reinvocationPolicy variables
admissionregistration/v1.MutatingWebhook matchConditions rules
admissionregistration/v1.MutatingWebhookConfiguration webhooks
admissionregistration/v1.NamedRuleWithOperations apiGroups apiVersions operations resourceNames resources
admissionregistration/v1.ParamRef name namespace
admissionregistration/v1.Rule apiGroups apiVersions resources
admissionregistration/v1.RuleWithOperations apiGroups apiVersions operations resources
admissionregistration/v1.TypeChecking expressionWarnings
admissionregistration/v1.ValidatingAdmissionPolicyBindingSpec policyName validationActions
admissionregistration/v1.ValidatingAdmissionPolicySpec auditAnnotations matchConditions validations variables
admissionregistration/v1.ValidatingAdmissionPolicyStatus conditions observedGeneration
admissionregistration/v1.ValidatingWebhook matchConditions rules
admissionregistration/v1.ValidatingWebhookConfiguration webhooks
admissionregistration/v1.Validation message messageExpression
admissionregistration/v1.WebhookClientConfig caBundle
apiextensions/v1.CustomResourceColumnDefinition description format priority
apiextensions/v1.CustomResourceDefinitionCondition message observedGeneration reason
apiextensions/v1.CustomResourceDefinitionNames categories listKind shortNames singular
apiextensions/v1.CustomResourceDefinitionSpec preserveUnknownFields
apiextensions/v1.CustomResourceDefinitionStatus observedGeneration
apiextensions/v1.CustomResourceDefinitionVersion additionalPrinterColumns deprecated selectableFields
apiextensions/v1.ExternalDocumentation description url
apiextensions/v1.ValidationRule fieldPath message messageExpression
apiextensions/v1.WebhookClientConfig caBundle
apiregistration/v1.APIServiceCondition message reason
apiregistration/v1.APIServiceSpec caBundle group insecureSkipTLSVerify version
apiregistration/v1.APIServiceStatus conditions
apiregistration/v1.ServiceReference name namespace
apps/v1.DaemonSetCondition message reason
apps/v1.DaemonSetSpec minReadySeconds
apps/v1.DaemonSetStatus conditions numberAvailable numberUnavailable observedGeneration updatedNumberScheduled
apps/v1.DaemonSetUpdateStrategy type
apps/v1.DeploymentCondition message reason
apps/v1.DeploymentSpec minReadySeconds paused
apps/v1.DeploymentStatus availableReplicas conditions observedGeneration readyReplicas replicas unavailableReplicas updatedReplicas
apps/v1.DeploymentStrategy type
apps/v1.ReplicaSetCondition message reason
apps/v1.ReplicaSetSpec minReadySeconds
apps/v1.ReplicaSetStatus availableReplicas conditions fullyLabeledReplicas observedGeneration readyReplicas
apps/v1.StatefulSetCondition message reason
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted whenScaled
apps/v1.StatefulSetSpec minReadySeconds podManagementPolicy volumeClaimTemplates
apps/v1.StatefulSetStatus conditions currentReplicas currentRevision observedGeneration readyReplicas updateRevision updatedReplicas
apps/v1.StatefulSetUpdateStrategy type
authentication/v1.BoundObjectReference name uid
authentication/v1.TokenReviewSpec audiences token
authentication/v1.TokenReviewStatus audiences authenticated error
authentication/v1.UserInfo extra groups uid username
authorization/v1.FieldSelectorAttributes rawSelector requirements
authorization/v1.LabelSelectorAttributes rawSelector requirements
authorization/v1.NonResourceAttributes path verb
authorization/v1.NonResourceRule nonResourceURLs
authorization/v1.ResourceAttributes group name namespace resource subresource verb version
authorization/v1.ResourceRule apiGroups resourceNames resources
authorization/v1.SelfSubjectRulesReviewSpec namespace
authorization/v1.SubjectAccessReviewSpec extra groups uid user
authorization/v1.SubjectAccessReviewStatus denied evaluationError reason
authorization/v1.SubjectRulesReviewStatus evaluationError
autoscaling/v1.CrossVersionObjectReference apiVersion
autoscaling/v1.ScaleSpec replicas
autoscaling/v1.ScaleStatus selector
autoscaling/v2.CrossVersionObjectReference apiVersion
autoscaling/v2.HorizontalPodAutoscalerCondition message reason
autoscaling/v2.HorizontalPodAutoscalerSpec metrics
autoscaling/v2.HorizontalPodAutoscalerStatus conditions currentReplicas
batch/v1.CronJobSpec concurrencyPolicy
batch/v1.CronJobStatus active
batch/v1.JobCondition message reason
batch/v1.JobStatus active completedIndexes conditions failed succeeded
batch/v1.PodFailurePolicyRule onPodConditions
batch/v1.UncountedTerminatedPods failed succeeded
certificates/v1.CertificateSigningRequestCondition message reason
certificates/v1.CertificateSigningRequestSpec extra groups uid usages username
certificates/v1.CertificateSigningRequestStatus certificate conditions
core/v1.AWSElasticBlockStoreVolumeSource fsType partition readOnly
core/v1.AzureFilePersistentVolumeSource readOnly
core/v1.AzureFileVolumeSource readOnly
core/v1.CSIPersistentVolumeSource fsType readOnly volumeAttributes
core/v1.CSIVolumeSource volumeAttributes
core/v1.Capabilities add drop
core/v1.CephFSPersistentVolumeSource path readOnly secretFile user
core/v1.CephFSVolumeSource path readOnly secretFile user
core/v1.CinderPersistentVolumeSource fsType readOnly
core/v1.CinderVolumeSource fsType readOnly
core/v1.ComponentCondition error message
core/v1.ComponentStatus conditions kind
core/v1.ConfigMap binaryData data kind
core/v1.ConfigMapEnvSource name
core/v1.ConfigMapKeySelector name
core/v1.ConfigMapNodeConfigSource resourceVersion uid
core/v1.ConfigMapProjection items name
core/v1.ConfigMapVolumeSource items name
core/v1.Container args command env envFrom image imagePullPolicy ports resizePolicy restartPolicyRules stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir
core/v1.ContainerImage sizeBytes
core/v1.ContainerPort hostIP hostPort name protocol
core/v1.ContainerRestartRule action
core/v1.ContainerRestartRuleOnExitCodes operator values
core/v1.ContainerStateTerminated containerID message reason signal
core/v1.ContainerStateWaiting message reason
core/v1.ContainerStatus allocatedResources allocatedResourcesStatus containerID volumeMounts
core/v1.DownwardAPIProjection items
core/v1.DownwardAPIVolumeSource items
core/v1.EmptyDirVolumeSource medium
core/v1.EndpointAddress hostname
core/v1.EndpointPort name protocol
core/v1.EndpointSubset addresses notReadyAddresses ports
core/v1.Endpoints subsets
core/v1.EnvFromSource prefix
core/v1.EnvVar value
core/v1.EphemeralContainer args command env envFrom image imagePullPolicy ports resizePolicy restartPolicyRules stdin stdinOnce targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir
core/v1.EphemeralContainerCommon args command env envFrom image imagePullPolicy ports resizePolicy restartPolicyRules stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir
core/v1.Event action count message reason type
core/v1.EventSeries count
core/v1.EventSource component host
core/v1.ExecAction command
core/v1.FCVolumeSource fsType readOnly targetWWNs wwids
core/v1.FlexPersistentVolumeSource fsType options readOnly
core/v1.FlexVolumeSource fsType options readOnly
core/v1.FlockerVolumeSource datasetName datasetUUID
core/v1.GCEPersistentDiskVolumeSource fsType partition readOnly
core/v1.GitRepoVolumeSource directory revision
core/v1.GlusterfsPersistentVolumeSource readOnly
core/v1.GlusterfsVolumeSource readOnly
core/v1.HTTPGetAction host httpHeaders path scheme
core/v1.HostAlias hostnames
core/v1.ISCSIPersistentVolumeSource chapAuthDiscovery chapAuthSession fsType iscsiInterface portals readOnly
core/v1.ISCSIVolumeSource chapAuthDiscovery chapAuthSession fsType iscsiInterface portals readOnly
core/v1.ImageVolumeSource pullPolicy reference
core/v1.ImageVolumeStatus imageRef
core/v1.LimitRangeItem default defaultRequest max maxLimitRequestRatio min
core/v1.LinuxContainerUser supplementalGroups
core/v1.LoadBalancerIngress hostname ip ports
core/v1.LoadBalancerStatus ingress
core/v1.LocalObjectReference name
core/v1.ModifyVolumeStatus targetVolumeAttributesClassName
core/v1.NFSVolumeSource readOnly
core/v1.NamespaceCondition message reason
core/v1.NamespaceSpec finalizers
core/v1.NamespaceStatus conditions phase
core/v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution
core/v1.NodeAllocatableResourceClaimStatus containers
core/v1.NodeCondition message reason
core/v1.NodeConfigStatus error
core/v1.NodeProxyOptions path
core/v1.NodeSelectorRequirement values
core/v1.NodeSelectorTerm matchExpressions matchFields
core/v1.NodeSpec externalID podCIDR podCIDRs providerID taints unschedulable
core/v1.NodeStatus addresses allocatable capacity conditions declaredFeatures images phase runtimeHandlers volumesAttached volumesInUse
core/v1.ObjectFieldSelector apiVersion
core/v1.ObjectReference apiVersion fieldPath kind name namespace resourceVersion uid
core/v1.PersistentVolumeClaimCondition message reason
core/v1.PersistentVolumeClaimSpec accessModes volumeName
core/v1.PersistentVolumeClaimStatus accessModes allocatedResourceStatuses allocatedResources capacity conditions phase
core/v1.PersistentVolumeClaimVolumeSource readOnly
core/v1.PersistentVolumeSpec accessModes capacity mountOptions persistentVolumeReclaimPolicy storageClassName
core/v1.PersistentVolumeStatus message phase reason
core/v1.PhotonPersistentDiskVolumeSource fsType
core/v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
core/v1.PodAffinityTerm matchLabelKeys mismatchLabelKeys namespaces
core/v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
core/v1.PodAttachOptions container stderr stdin stdout tty
core/v1.PodCertificateProjection certificateChainPath credentialBundlePath keyPath keyType signerName userAnnotations
core/v1.PodCondition message observedGeneration reason
core/v1.PodDNSConfig nameservers options searches
core/v1.PodDNSConfigOption name
core/v1.PodExecOptions container stderr stdin stdout tty
core/v1.PodLogOptions container follow insecureSkipTLSVerifyBackend previous timestamps
core/v1.PodPortForwardOptions ports
core/v1.PodProxyOptions path
core/v1.PodSecurityContext supplementalGroups sysctls
core/v1.PodSpec dnsPolicy ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets initContainers nodeName nodeSelector overhead priorityClassName readinessGates resourceClaims restartPolicy schedulerName schedulingGates serviceAccount serviceAccountName subdomain tolerations topologySpreadConstraints volumes
core/v1.PodStatus allocatedResources conditions containerStatuses ephemeralContainerStatuses hostIP hostIPs initContainerStatuses message nodeAllocatableResourceClaimStatuses nominatedNodeName observedGeneration phase podIP podIPs qosClass reason resize resourceClaimStatuses
core/v1.PortworxVolumeSource fsType readOnly
core/v1.Probe failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds
core/v1.QuobyteVolumeSource group readOnly tenant user
core/v1.RBDPersistentVolumeSource fsType keyring pool readOnly user
core/v1.RBDVolumeSource fsType keyring pool readOnly user
core/v1.ReplicationControllerCondition message reason
core/v1.ReplicationControllerSpec minReadySeconds selector
core/v1.ReplicationControllerStatus availableReplicas conditions fullyLabeledReplicas observedGeneration readyReplicas
core/v1.ResourceClaim request
core/v1.ResourceFieldSelector containerName
core/v1.ResourceHealth health
core/v1.ResourceQuotaSpec hard scopes
core/v1.ResourceQuotaStatus hard used
core/v1.ResourceRequirements claims limits requests
core/v1.ResourceStatus resources
core/v1.SELinuxOptions level role type user
core/v1.ScaleIOPersistentVolumeSource fsType protectionDomain readOnly sslEnabled storageMode storagePool volumeName
core/v1.ScaleIOVolumeSource fsType protectionDomain readOnly sslEnabled storageMode storagePool volumeName
core/v1.ScopeSelector matchExpressions
core/v1.ScopedResourceSelectorRequirement values
core/v1.Secret data stringData type
core/v1.SecretEnvSource name
core/v1.SecretKeySelector name
core/v1.SecretProjection items name
core/v1.SecretReference name namespace
core/v1.SecretVolumeSource items secretName
core/v1.ServiceAccount imagePullSecrets secrets
core/v1.ServiceAccountTokenProjection audience
core/v1.ServicePort name nodePort protocol
core/v1.ServiceProxyOptions path
core/v1.ServiceSpec clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort ipFamilies loadBalancerIP loadBalancerSourceRanges ports publishNotReadyAddresses selector sessionAffinity type
core/v1.ServiceStatus conditions
core/v1.StorageOSPersistentVolumeSource fsType readOnly volumeName volumeNamespace
core/v1.StorageOSVolumeSource fsType readOnly volumeName volumeNamespace
core/v1.TCPSocketAction host
core/v1.Taint value
core/v1.Toleration effect key operator value
core/v1.TopologySelectorTerm matchLabelExpressions
core/v1.TopologySpreadConstraint matchLabelKeys
core/v1.VolumeMount readOnly subPath subPathExpr
core/v1.VolumeMountStatus readOnly
core/v1.VolumeResourceRequirements limits requests
core/v1.VsphereVirtualDiskVolumeSource fsType storagePolicyID storagePolicyName
discovery/v1.Endpoint deprecatedTopology
discovery/v1.EndpointHints forNodes forZones
events/v1.Event action deprecatedCount note reason reportingController reportingInstance type
flowcontrol/v1.FlowSchemaCondition message reason status type
flowcontrol/v1.FlowSchemaSpec rules
flowcontrol/v1.FlowSchemaStatus conditions
flowcontrol/v1.PolicyRulesWithSubjects nonResourceRules resourceRules
flowcontrol/v1.PriorityLevelConfigurationCondition message reason status type
flowcontrol/v1.PriorityLevelConfigurationStatus conditions
flowcontrol/v1.ResourcePolicyRule clusterScope
meta/v1.Condition observedGeneration
meta/v1.FieldSelectorRequirement values
meta/v1.LabelSelector matchExpressions matchLabels
meta/v1.LabelSelectorRequirement values
meta/v1.ManagedFieldsEntry fieldsType manager operation subresource
meta/v1.ObjectMeta annotations finalizers generateName generation labels managedFields name namespace ownerReferences resourceVersion selfLink uid
networking/v1.HTTPIngressPath path
networking/v1.IPBlock except
networking/v1.IngressClassSpec controller
networking/v1.IngressLoadBalancerIngress hostname ip ports
networking/v1.IngressLoadBalancerStatus ingress
networking/v1.IngressRule host
networking/v1.IngressSpec rules tls
networking/v1.IngressTLS hosts secretName
networking/v1.NetworkPolicyEgressRule ports to
networking/v1.NetworkPolicyIngressRule from ports
networking/v1.NetworkPolicySpec egress ingress policyTypes
networking/v1.ParentReference group name namespace resource
networking/v1.ServiceBackendPort name number
networking/v1.ServiceCIDRSpec cidrs
networking/v1.ServiceCIDRStatus conditions
node/v1.Overhead podFixed
node/v1.Scheduling nodeSelector tolerations
policy/v1.PodDisruptionBudgetStatus conditions disruptedPods observedGeneration
rbac/v1.AggregationRule clusterRoleSelectors
rbac/v1.ClusterRoleBinding subjects
rbac/v1.PolicyRule apiGroups nonResourceURLs resourceNames resources
rbac/v1.RoleBinding subjects
rbac/v1.Subject apiGroup namespace
resource/v1.CapacityRequestPolicy validValues
resource/v1.CapacityRequirements requests
resource/v1.CounterSet counters
resource/v1.Device attributes bindingConditions bindingFailureConditions capacity consumesCounters nodeAllocatableResourceMappings taints
resource/v1.DeviceAllocationConfiguration requests
resource/v1.DeviceAllocationResult config results
resource/v1.DeviceAttribute bools ints strings versions
resource/v1.DeviceClaim config constraints
resource/v1.DeviceClaimConfiguration requests
resource/v1.DeviceClassSpec config selectors
resource/v1.DeviceConstraint requests
resource/v1.DeviceCounterConsumption counters
resource/v1.DeviceRequest firstAvailable
resource/v1.DeviceRequestAllocationResult bindingConditions bindingFailureConditions consumedCapacity tolerations
resource/v1.DeviceSubRequest allocationMode count selectors tolerations
resource/v1.DeviceTaint value
resource/v1.DeviceToleration effect key operator value
resource/v1.ExactDeviceRequest allocationMode count selectors tolerations
resource/v1.NetworkDeviceData hardwareAddress interfaceName ips
resource/v1.ResourceClaimConsumerReference apiGroup
resource/v1.ResourceClaimStatus devices reservedFor
resource/v1.ResourceSliceSpec devices sharedCounters
scheduling/v1.PriorityClass description globalDefault kind
storage/v1.CSIDriverSpec tokenRequests volumeLifecycleModes
storage/v1.StorageClass allowedTopologies mountOptions parameters
storage/v1.VolumeAttachmentStatus attachmentMetadata
storage/v1.VolumeAttributesClass parameters
storage/v1.VolumeError message
`;

let lines: Map<string, string> | undefined;
const parsed = new Map<string, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

/** Names of such fields; `type` as in `core/v1.PodSpec`. */
export function omittedWhenEmpty(type: string): ReadonlySet<string> {
  const known = parsed.get(type);
  if (known) return known;
  lines ??= new Map(table.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line]));
  const line = lines.get(type);
  const fields = line === undefined ? none : new Set(line.split(' ').slice(1));
  parsed.set(type, fields);
  return fields;
}

/** Whether a value says no more than a missing one, where the field is one of those. */
export function isEmptyValue(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _key in value) return false;
  return true;
}
