import { sameEmptied } from '../emptied.ts';
import { groupLayouts } from './go-layouts-groups.ts';

/**
 * The structs that a server works with inside, as far as its messages print them: most fields without
 * JSON names, in an order of their own. One struct per line: `type field:type ...`; `Name=key` where the
 * JSON key is not the name with a small first letter, `key?` for a tagged field that is left out when it
 * is empty, `@` for an embedded struct. Facts of Kubernetes 1.36, pkg/apis/<group>/types.go.
 */
const layouts = `
apiextensions.CustomResourceColumnDefinition Name:string Type:string Format:string Description:string Priority:int32 JSONPath=jsonPath:string
apiextensions.CustomResourceDefinitionVersion Name:string Served:bool Storage:bool Deprecated:bool DeprecationWarning:*string Schema:*apiextensions.CustomResourceValidation Subresources:*apiextensions.CustomResourceSubresources AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition SelectableFields:[]apiextensions.SelectableField
apiextensions.CustomResourceSubresourceScale SpecReplicasPath:string StatusReplicasPath:string LabelSelectorPath:*string
apiextensions.CustomResourceSubresources Status:*apiextensions.Empty Scale:*apiextensions.CustomResourceSubresourceScale
apiextensions.CustomResourceValidation OpenAPIV3Schema=openAPIV3Schema:*apiextensions.JSONSchemaProps
apiextensions.ExternalDocumentation Description:string URL=url:string
apiextensions.JSONSchemaProps ID=id:string Schema=$schema:string Ref=$ref:*string Description:string Type:string Nullable:bool Format:string Title:string Default:*any Maximum:*float64 ExclusiveMaximum:bool Minimum:*float64 ExclusiveMinimum:bool MaxLength:*int64 MinLength:*int64 Pattern:string MaxItems:*int64 MinItems:*int64 UniqueItems:bool MultipleOf:*float64 Enum:[]any MaxProperties:*int64 MinProperties:*int64 Required:[]string Items:*apiextensions.JSONSchemaPropsOrArray AllOf:[]apiextensions.JSONSchemaProps OneOf:[]apiextensions.JSONSchemaProps AnyOf:[]apiextensions.JSONSchemaProps Not:*apiextensions.JSONSchemaProps Properties:{}apiextensions.JSONSchemaProps AdditionalProperties:*apiextensions.JSONSchemaPropsOrBool PatternProperties:{}apiextensions.JSONSchemaProps Dependencies:{}any AdditionalItems:*apiextensions.JSONSchemaPropsOrBool Definitions:{}apiextensions.JSONSchemaProps ExternalDocs:*apiextensions.ExternalDocumentation Example:*any XPreserveUnknownFields=x-kubernetes-preserve-unknown-fields:*bool XEmbeddedResource=x-kubernetes-embedded-resource:bool XIntOrString=x-kubernetes-int-or-string:bool XListMapKeys=x-kubernetes-list-map-keys:[]string XListType=x-kubernetes-list-type:*string XMapType=x-kubernetes-map-type:*string XValidations=x-kubernetes-validations:[]apiextensions.ValidationRule
apiextensions.JSONSchemaPropsOrArray Schema:*apiextensions.JSONSchemaProps JSONSchemas:[]apiextensions.JSONSchemaProps
apiextensions.JSONSchemaPropsOrBool Allows:bool Schema:*apiextensions.JSONSchemaProps
apiextensions.SelectableField JSONPath=jsonPath:string
apiextensions.ValidationRule Rule:string Message:string MessageExpression:string Reason:*string FieldPath:string OptionalOldSelf:*bool
apps.DaemonSetUpdateStrategy Type:string RollingUpdate:*apps.RollingUpdateDaemonSet
apps.DeploymentStrategy Type:string RollingUpdate:*apps.RollingUpdateDeployment
apps.RollingUpdateDaemonSet MaxUnavailable:intstr.IntOrString MaxSurge:intstr.IntOrString
apps.RollingUpdateDeployment MaxUnavailable:intstr.IntOrString MaxSurge:intstr.IntOrString
apps.RollingUpdateStatefulSetStrategy Partition:int32 MaxUnavailable:*intstr.IntOrString
apps.StatefulSetUpdateStrategy Type:string RollingUpdate:*apps.RollingUpdateStatefulSetStrategy
batch.PodFailurePolicy Rules:[]batch.PodFailurePolicyRule
batch.PodFailurePolicyOnExitCodesRequirement ContainerName:*string Operator:string Values:[]int32
batch.PodFailurePolicyOnPodConditionsPattern Type:string Status:string
batch.PodFailurePolicyRule Action:string OnExitCodes:*batch.PodFailurePolicyOnExitCodesRequirement OnPodConditions:[]batch.PodFailurePolicyOnPodConditionsPattern
batch.SuccessPolicy Rules:[]batch.SuccessPolicyRule
batch.SuccessPolicyRule SucceededIndexes:*string SucceededCount:*int32
core.AWSElasticBlockStoreVolumeSource VolumeID:string FSType=fsType:string Partition:int32 ReadOnly:bool
core.Affinity NodeAffinity:*core.NodeAffinity PodAffinity:*core.PodAffinity PodAntiAffinity:*core.PodAntiAffinity
core.AppArmorProfile Type:string LocalhostProfile:*string
core.AzureDiskVolumeSource DiskName:string DataDiskURI=diskURI:string CachingMode:*string FSType=fsType:*string ReadOnly:*bool Kind:*string
core.AzureFilePersistentVolumeSource SecretName:string ShareName:string ReadOnly:bool SecretNamespace:*string
core.AzureFileVolumeSource SecretName:string ShareName:string ReadOnly:bool
core.CSIPersistentVolumeSource Driver:string VolumeHandle:string ReadOnly:bool FSType=fsType:string VolumeAttributes:{}string ControllerPublishSecretRef:*core.SecretReference NodeStageSecretRef:*core.SecretReference NodePublishSecretRef:*core.SecretReference ControllerExpandSecretRef:*core.SecretReference NodeExpandSecretRef:*core.SecretReference
core.CSIVolumeSource Driver:string ReadOnly:*bool FSType=fsType:*string VolumeAttributes:{}string NodePublishSecretRef:*core.LocalObjectReference
core.Capabilities Add:[]string Drop:[]string
core.CephFSPersistentVolumeSource Monitors:[]string Path:string User:string SecretFile:string SecretRef:*core.SecretReference ReadOnly:bool
core.CephFSVolumeSource Monitors:[]string Path:string User:string SecretFile:string SecretRef:*core.LocalObjectReference ReadOnly:bool
core.CinderPersistentVolumeSource VolumeID:string FSType=fsType:string ReadOnly:bool SecretRef:*core.SecretReference
core.CinderVolumeSource VolumeID:string FSType=fsType:string ReadOnly:bool SecretRef:*core.LocalObjectReference
core.ClusterTrustBundleProjection Name:*string SignerName:*string LabelSelector:*v1.LabelSelector Optional:*bool Path:string
core.ConfigMapEnvSource @:core.LocalObjectReference Optional:*bool
core.ConfigMapKeySelector @:core.LocalObjectReference Key:string Optional:*bool
core.ConfigMapProjection @:core.LocalObjectReference Items:[]core.KeyToPath Optional:*bool
core.ConfigMapVolumeSource @:core.LocalObjectReference Items:[]core.KeyToPath DefaultMode:*int32 Optional:*bool
core.Container Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]core.ContainerPort EnvFrom:[]core.EnvFromSource Env:[]core.EnvVar Resources:core.ResourceRequirements ResizePolicy:[]core.ContainerResizePolicy RestartPolicy:*string RestartPolicyRules:[]core.ContainerRestartRule VolumeMounts:[]core.VolumeMount VolumeDevices:[]core.VolumeDevice LivenessProbe:*core.Probe ReadinessProbe:*core.Probe StartupProbe:*core.Probe Lifecycle:*core.Lifecycle TerminationMessagePath:string TerminationMessagePolicy:string ImagePullPolicy:string SecurityContext:*core.SecurityContext Stdin:bool StdinOnce:bool TTY=tty:bool
core.ContainerPort Name:string HostPort:int32 ContainerPort:int32 Protocol:string HostIP:string
core.ContainerResizePolicy ResourceName:string RestartPolicy:string
core.ContainerRestartRule Action:string ExitCodes:*core.ContainerRestartRuleOnExitCodes
core.ContainerRestartRuleOnExitCodes Operator:string Values:[]int32
core.DownwardAPIProjection Items:[]core.DownwardAPIVolumeFile
core.DownwardAPIVolumeFile Path:string FieldRef:*core.ObjectFieldSelector ResourceFieldRef:*core.ResourceFieldSelector Mode:*int32
core.DownwardAPIVolumeSource Items:[]core.DownwardAPIVolumeFile DefaultMode:*int32
core.EmptyDirVolumeSource Medium:string SizeLimit:*resource.Quantity
core.EnvFromSource Prefix:string ConfigMapRef:*core.ConfigMapEnvSource SecretRef:*core.SecretEnvSource
core.EnvVar Name:string Value:string ValueFrom:*core.EnvVarSource
core.EnvVarSource FieldRef:*core.ObjectFieldSelector ResourceFieldRef:*core.ResourceFieldSelector ConfigMapKeyRef:*core.ConfigMapKeySelector SecretKeyRef:*core.SecretKeySelector FileKeyRef:*core.FileKeySelector
core.EphemeralContainer @:core.EphemeralContainerCommon TargetContainerName:string
core.EphemeralContainerCommon Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]core.ContainerPort EnvFrom:[]core.EnvFromSource Env:[]core.EnvVar Resources:core.ResourceRequirements ResizePolicy:[]core.ContainerResizePolicy RestartPolicy:*string RestartPolicyRules:[]core.ContainerRestartRule VolumeMounts:[]core.VolumeMount VolumeDevices:[]core.VolumeDevice LivenessProbe:*core.Probe ReadinessProbe:*core.Probe StartupProbe:*core.Probe Lifecycle:*core.Lifecycle TerminationMessagePath:string TerminationMessagePolicy:string ImagePullPolicy:string SecurityContext:*core.SecurityContext Stdin:bool StdinOnce:bool TTY=tty:bool
core.EphemeralVolumeSource VolumeClaimTemplate:*core.PersistentVolumeClaimTemplate
core.EventSource Component:string Host:string
core.ExecAction Command:[]string
core.FCVolumeSource TargetWWNs:[]string Lun:*int32 FSType=fsType:string ReadOnly:bool WWIDs=wwids:[]string
core.FileKeySelector VolumeName:string Path:string Key:string Optional:*bool
core.FlexPersistentVolumeSource Driver:string FSType=fsType:string SecretRef:*core.SecretReference ReadOnly:bool Options:{}string
core.FlexVolumeSource Driver:string FSType=fsType:string SecretRef:*core.LocalObjectReference ReadOnly:bool Options:{}string
core.FlockerVolumeSource DatasetName:string DatasetUUID:string
core.GCEPersistentDiskVolumeSource PDName=pdName:string FSType=fsType:string Partition:int32 ReadOnly:bool
core.GRPCAction Port:int32 Service:*string
core.GitRepoVolumeSource Repository:string Revision:string Directory:string
core.GlusterfsPersistentVolumeSource EndpointsName=endpoints:string Path:string ReadOnly:bool EndpointsNamespace:*string
core.GlusterfsVolumeSource EndpointsName=endpoints:string Path:string ReadOnly:bool
core.HTTPGetAction Path:string Port:intstr.IntOrString Host:string Scheme:string HTTPHeaders=httpHeaders:[]core.HTTPHeader
core.HTTPHeader Name:string Value:string
core.HostAlias IP=ip:string Hostnames:[]string
core.HostPathVolumeSource Path:string Type:*string
core.ISCSIPersistentVolumeSource TargetPortal:string IQN=iqn:string Lun:int32 ISCSIInterface=iscsiInterface:string FSType=fsType:string ReadOnly:bool Portals:[]string DiscoveryCHAPAuth=chapAuthDiscovery:bool SessionCHAPAuth=chapAuthSession:bool SecretRef:*core.SecretReference InitiatorName:*string
core.ISCSIVolumeSource TargetPortal:string IQN=iqn:string Lun:int32 ISCSIInterface=iscsiInterface:string FSType=fsType:string ReadOnly:bool Portals:[]string DiscoveryCHAPAuth=chapAuthDiscovery:bool SessionCHAPAuth=chapAuthSession:bool SecretRef:*core.LocalObjectReference InitiatorName:*string
core.ImageVolumeSource Reference:string PullPolicy:string
core.KeyToPath Key:string Path:string Mode:*int32
core.Lifecycle PostStart:*core.LifecycleHandler PreStop:*core.LifecycleHandler StopSignal:*string
core.LifecycleHandler Exec:*core.ExecAction HTTPGet=httpGet:*core.HTTPGetAction TCPSocket=tcpSocket:*core.TCPSocketAction Sleep:*core.SleepAction
core.LocalObjectReference Name:string
core.LocalVolumeSource Path:string FSType=fsType:*string
core.NFSVolumeSource Server:string Path:string ReadOnly:bool
core.NodeAddress Type:string Address:string
core.NodeAffinity RequiredDuringSchedulingIgnoredDuringExecution:*core.NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:[]core.PreferredSchedulingTerm
core.NodeSelector NodeSelectorTerms:[]core.NodeSelectorTerm
core.NodeSelectorRequirement Key:string Operator:string Values:[]string
core.NodeSelectorTerm MatchExpressions:[]core.NodeSelectorRequirement MatchFields:[]core.NodeSelectorRequirement
core.ObjectFieldSelector APIVersion=apiVersion:string FieldPath:string
core.ObjectReference Kind:string Namespace:string Name:string UID=uid:string APIVersion=apiVersion:string ResourceVersion:string FieldPath:string
core.PersistentVolumeClaimSpec AccessModes:[]string Selector:*v1.LabelSelector Resources:core.VolumeResourceRequirements VolumeName:string StorageClassName:*string VolumeMode:*string DataSource:*core.TypedLocalObjectReference DataSourceRef:*core.TypedObjectReference VolumeAttributesClassName:*string
core.PersistentVolumeClaimTemplate @:v1.ObjectMeta Spec:core.PersistentVolumeClaimSpec
core.PersistentVolumeClaimVolumeSource ClaimName:string ReadOnly:bool
core.PersistentVolumeSource GCEPersistentDisk=gcePersistentDisk:*core.GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore:*core.AWSElasticBlockStoreVolumeSource HostPath:*core.HostPathVolumeSource Glusterfs:*core.GlusterfsPersistentVolumeSource NFS=nfs:*core.NFSVolumeSource RBD=rbd:*core.RBDPersistentVolumeSource Quobyte:*core.QuobyteVolumeSource ISCSI=iscsi:*core.ISCSIPersistentVolumeSource FlexVolume:*core.FlexPersistentVolumeSource Cinder:*core.CinderPersistentVolumeSource CephFS=cephfs:*core.CephFSPersistentVolumeSource FC=fc:*core.FCVolumeSource Flocker:*core.FlockerVolumeSource AzureFile:*core.AzureFilePersistentVolumeSource VsphereVolume:*core.VsphereVirtualDiskVolumeSource AzureDisk:*core.AzureDiskVolumeSource PhotonPersistentDisk:*core.PhotonPersistentDiskVolumeSource PortworxVolume:*core.PortworxVolumeSource ScaleIO:*core.ScaleIOPersistentVolumeSource Local:*core.LocalVolumeSource StorageOS=storageos:*core.StorageOSPersistentVolumeSource CSI=csi:*core.CSIPersistentVolumeSource
core.PersistentVolumeSpec Capacity:{}resource.Quantity @:core.PersistentVolumeSource AccessModes:[]string ClaimRef:*core.ObjectReference PersistentVolumeReclaimPolicy:string StorageClassName:string MountOptions:[]string VolumeMode:*string NodeAffinity:*core.VolumeNodeAffinity VolumeAttributesClassName:*string
core.PhotonPersistentDiskVolumeSource PdID:string FSType=fsType:string
core.PodAffinity RequiredDuringSchedulingIgnoredDuringExecution:[]core.PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:[]core.WeightedPodAffinityTerm
core.PodAffinityTerm LabelSelector:*v1.LabelSelector Namespaces:[]string TopologyKey:string NamespaceSelector:*v1.LabelSelector MatchLabelKeys:[]string MismatchLabelKeys:[]string
core.PodAntiAffinity RequiredDuringSchedulingIgnoredDuringExecution:[]core.PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:[]core.WeightedPodAffinityTerm
core.PodCertificateProjection SignerName:string KeyType:string MaxExpirationSeconds:*int32 CredentialBundlePath:string KeyPath:string CertificateChainPath:string UserAnnotations:{}string
core.PodDNSConfig Nameservers:[]string Searches:[]string Options:[]core.PodDNSConfigOption
core.PodDNSConfigOption Name:string Value:*string
core.PodIP IP=ip:string
core.PodOS Name:string
core.PodReadinessGate ConditionType:string
core.PodResourceClaim Name:string ResourceClaimName:*string ResourceClaimTemplateName:*string
core.PodSchedulingGate Name:string
core.PodSchedulingGroup PodGroupName:*string
core.PodSecurityContext HostNetwork:bool HostPID:bool HostIPC:bool ShareProcessNamespace:*bool HostUsers:*bool SELinuxOptions=seLinuxOptions:*core.SELinuxOptions WindowsOptions:*core.WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool SupplementalGroups:[]int64 SupplementalGroupsPolicy:*string FSGroup=fsGroup:*int64 FSGroupChangePolicy=fsGroupChangePolicy:*string Sysctls:[]core.Sysctl SeccompProfile:*core.SeccompProfile AppArmorProfile:*core.AppArmorProfile SELinuxChangePolicy=seLinuxChangePolicy:*string
core.PodSpec Volumes:[]core.Volume InitContainers:[]core.Container Containers:[]core.Container EphemeralContainers:[]core.EphemeralContainer RestartPolicy:string TerminationGracePeriodSeconds:*int64 ActiveDeadlineSeconds:*int64 DNSPolicy=dnsPolicy:string NodeSelector:{}string ServiceAccountName:string AutomountServiceAccountToken:*bool NodeName:string SecurityContext:*core.PodSecurityContext ImagePullSecrets:[]core.LocalObjectReference Hostname:string Subdomain:string SetHostnameAsFQDN:*bool Affinity:*core.Affinity SchedulerName:string Tolerations:[]core.Toleration HostAliases:[]core.HostAlias PriorityClassName:string Priority:*int32 PreemptionPolicy:*string DNSConfig=dnsConfig:*core.PodDNSConfig ReadinessGates:[]core.PodReadinessGate RuntimeClassName:*string Overhead:{}resource.Quantity EnableServiceLinks:*bool TopologySpreadConstraints:[]core.TopologySpreadConstraint OS=os:*core.PodOS SchedulingGates:[]core.PodSchedulingGate ResourceClaims:[]core.PodResourceClaim Resources:*core.ResourceRequirements HostnameOverride:*string SchedulingGroup:*core.PodSchedulingGroup
core.PodTemplateSpec @:v1.ObjectMeta Spec:core.PodSpec
core.PortworxVolumeSource VolumeID:string FSType=fsType:string ReadOnly:bool
core.PreferredSchedulingTerm Weight:int32 Preference:core.NodeSelectorTerm
core.Probe @:core.ProbeHandler InitialDelaySeconds:int32 TimeoutSeconds:int32 PeriodSeconds:int32 SuccessThreshold:int32 FailureThreshold:int32 TerminationGracePeriodSeconds:*int64
core.ProbeHandler Exec:*core.ExecAction HTTPGet=httpGet:*core.HTTPGetAction TCPSocket=tcpSocket:*core.TCPSocketAction GRPC=grpc:*core.GRPCAction
core.ProjectedVolumeSource Sources:[]core.VolumeProjection DefaultMode:*int32
core.QuobyteVolumeSource Registry:string Volume:string ReadOnly:bool User:string Group:string Tenant:string
core.RBDPersistentVolumeSource CephMonitors=monitors:[]string RBDImage=image:string FSType=fsType:string RBDPool=pool:string RadosUser=user:string Keyring:string SecretRef:*core.SecretReference ReadOnly:bool
core.RBDVolumeSource CephMonitors=monitors:[]string RBDImage=image:string FSType=fsType:string RBDPool=pool:string RadosUser=user:string Keyring:string SecretRef:*core.LocalObjectReference ReadOnly:bool
core.ResourceClaim Name:string Request:string
core.ResourceFieldSelector ContainerName:string Resource:string Divisor:resource.Quantity
core.ResourceRequirements Limits:{}resource.Quantity Requests:{}resource.Quantity Claims:[]core.ResourceClaim
core.SELinuxOptions User:string Role:string Type:string Level:string
core.ScaleIOPersistentVolumeSource Gateway:string System:string SecretRef:*core.SecretReference SSLEnabled=sslEnabled:bool ProtectionDomain:string StoragePool:string StorageMode:string VolumeName:string FSType=fsType:string ReadOnly:bool
core.ScaleIOVolumeSource Gateway:string System:string SecretRef:*core.LocalObjectReference SSLEnabled=sslEnabled:bool ProtectionDomain:string StoragePool:string StorageMode:string VolumeName:string FSType=fsType:string ReadOnly:bool
core.ScopeSelector MatchExpressions:[]core.ScopedResourceSelectorRequirement
core.ScopedResourceSelectorRequirement ScopeName:string Operator:string Values:[]string
core.SeccompProfile Type:string LocalhostProfile:*string
core.SecretEnvSource @:core.LocalObjectReference Optional:*bool
core.SecretKeySelector @:core.LocalObjectReference Key:string Optional:*bool
core.SecretProjection @:core.LocalObjectReference Items:[]core.KeyToPath Optional:*bool
core.SecretReference Name:string Namespace:string
core.SecretVolumeSource SecretName:string Items:[]core.KeyToPath DefaultMode:*int32 Optional:*bool
core.SecurityContext Capabilities:*core.Capabilities Privileged:*bool SELinuxOptions=seLinuxOptions:*core.SELinuxOptions WindowsOptions:*core.WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool ReadOnlyRootFilesystem:*bool AllowPrivilegeEscalation:*bool ProcMount:*string SeccompProfile:*core.SeccompProfile AppArmorProfile:*core.AppArmorProfile
core.ServiceAccountTokenProjection Audience:string ExpirationSeconds:int64 Path:string
core.ServicePort Name:string Protocol:string AppProtocol:*string Port:int32 TargetPort:intstr.IntOrString NodePort:int32
core.SleepAction Seconds:int64
core.StorageOSPersistentVolumeSource VolumeName:string VolumeNamespace:string FSType=fsType:string ReadOnly:bool SecretRef:*core.ObjectReference
core.StorageOSVolumeSource VolumeName:string VolumeNamespace:string FSType=fsType:string ReadOnly:bool SecretRef:*core.LocalObjectReference
core.Sysctl Name:string Value:string
core.TCPSocketAction Port:intstr.IntOrString Host:string
core.Taint Key:string Value:string Effect:string TimeAdded:*v1.Time
core.Toleration Key:string Operator:string Value:string Effect:string TolerationSeconds:*int64
core.TopologySpreadConstraint MaxSkew:int32 TopologyKey:string WhenUnsatisfiable:string LabelSelector:*v1.LabelSelector MinDomains:*int32 NodeAffinityPolicy:*string NodeTaintsPolicy:*string MatchLabelKeys:[]string
core.TypedLocalObjectReference APIGroup=apiGroup:*string Kind:string Name:string
core.TypedObjectReference APIGroup=apiGroup:*string Kind:string Name:string Namespace:*string
core.Volume Name:string @:core.VolumeSource
core.VolumeDevice Name:string DevicePath:string
core.VolumeMount Name:string ReadOnly:bool RecursiveReadOnly:*string MountPath:string SubPath:string MountPropagation:*string SubPathExpr:string
core.VolumeNodeAffinity Required:*core.NodeSelector
core.VolumeProjection Secret:*core.SecretProjection DownwardAPI:*core.DownwardAPIProjection ConfigMap:*core.ConfigMapProjection ServiceAccountToken:*core.ServiceAccountTokenProjection ClusterTrustBundle:*core.ClusterTrustBundleProjection PodCertificate:*core.PodCertificateProjection
core.VolumeResourceRequirements Limits:{}resource.Quantity Requests:{}resource.Quantity
core.VolumeSource HostPath:*core.HostPathVolumeSource EmptyDir:*core.EmptyDirVolumeSource GCEPersistentDisk=gcePersistentDisk:*core.GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore:*core.AWSElasticBlockStoreVolumeSource GitRepo:*core.GitRepoVolumeSource Secret:*core.SecretVolumeSource NFS=nfs:*core.NFSVolumeSource ISCSI=iscsi:*core.ISCSIVolumeSource Glusterfs:*core.GlusterfsVolumeSource PersistentVolumeClaim:*core.PersistentVolumeClaimVolumeSource RBD=rbd:*core.RBDVolumeSource Quobyte:*core.QuobyteVolumeSource FlexVolume:*core.FlexVolumeSource Cinder:*core.CinderVolumeSource CephFS=cephfs:*core.CephFSVolumeSource Flocker:*core.FlockerVolumeSource DownwardAPI:*core.DownwardAPIVolumeSource FC=fc:*core.FCVolumeSource AzureFile:*core.AzureFileVolumeSource ConfigMap:*core.ConfigMapVolumeSource VsphereVolume:*core.VsphereVirtualDiskVolumeSource AzureDisk:*core.AzureDiskVolumeSource PhotonPersistentDisk:*core.PhotonPersistentDiskVolumeSource Projected:*core.ProjectedVolumeSource PortworxVolume:*core.PortworxVolumeSource ScaleIO:*core.ScaleIOVolumeSource StorageOS=storageos:*core.StorageOSVolumeSource CSI=csi:*core.CSIVolumeSource Ephemeral:*core.EphemeralVolumeSource Image:*core.ImageVolumeSource
core.VsphereVirtualDiskVolumeSource VolumePath:string FSType=fsType:string StoragePolicyName:string StoragePolicyID:string
core.WeightedPodAffinityTerm Weight:int32 PodAffinityTerm:core.PodAffinityTerm
core.WindowsSecurityContextOptions GMSACredentialSpecName=gmsaCredentialSpecName:*string GMSACredentialSpec=gmsaCredentialSpec:*string RunAsUserName:*string HostProcess:*bool
networking.ParentReference Group:string Resource:string Namespace:string Name:string
networking.ServiceCIDRSpec CIDRs=cidrs:[]string
policy.PodDisruptionBudgetSpec MinAvailable:*intstr.IntOrString Selector:*v1.LabelSelector MaxUnavailable:*intstr.IntOrString UnhealthyPodEvictionPolicy:*string
rbac.RoleRef APIGroup=apiGroup:string Kind:string Name:string
storage.CSINodeDriver Name:string NodeID:string TopologyKeys:[]string Allocatable:*storage.VolumeNodeResources
storage.VolumeAttachmentSource PersistentVolumeName:*string InlineVolumeSpec:*core.PersistentVolumeSpec
storage.VolumeAttachmentSpec Attacher:string Source:storage.VolumeAttachmentSource NodeName:string
storage.VolumeNodeResources Count:*int32
v1.LabelSelector matchLabels?:{}string matchExpressions?:[]v1.LabelSelectorRequirement
v1.LabelSelectorRequirement key:string operator:string values?:[]string
v1.ManagedFieldsEntry manager?:string operation?:string apiVersion?:string time?:*v1.Time fieldsType?:string fieldsV1?:*v1.FieldsV1 subresource?:string
v1.ObjectMeta name?:string generateName?:string namespace?:string selfLink?:string uid?:string resourceVersion?:string generation?:int64 creationTimestamp?:v1.Time deletionTimestamp?:*v1.Time deletionGracePeriodSeconds?:*int64 labels?:{}string annotations?:{}string ownerReferences?:[]v1.OwnerReference finalizers?:[]string managedFields?:[]v1.ManagedFieldsEntry
v1.OwnerReference apiVersion:string kind:string name:string uid:string controller?:*bool blockOwnerDeletion?:*bool
`;

export interface GoField {
  /** The key in JSON. */
  name: string;
  /** The key in print. */
  shown: string;
  type: string;
  embedded?: boolean;
  omitEmpty?: boolean;
  /** Where the value is, when it is not under its key. */
  from?: (value: Record<string, unknown>) => unknown;
}

const podWide = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/** Inside, what a pod says of the host's namespaces is part of its security context. */
const moved: Readonly<Record<string, GoField['from']>> = {
  'core.PodSpec.SecurityContext': (spec) =>
    spec.securityContext &&
    sameEmptied(
      {
        ...(spec.securityContext as object),
        ...Object.fromEntries(podWide.filter((key) => key in spec).map((key) => [key, spec[key]])),
      },
      spec.securityContext as object,
    ),
};

let lines: Map<string, string> | undefined;
const parsed = new Map<string, readonly GoField[]>();

/** The fields of a struct; undefined for a type that is none. */
export function goLayout(type: string): readonly GoField[] | undefined {
  const known = parsed.get(type);
  if (known) return known;
  lines ??= new Map(`${layouts}${groupLayouts}`.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line]));
  const line = type ? lines.get(type) : undefined;
  if (line === undefined) return undefined;
  const fields = line
    .split(' ')
    .slice(1)
    .map((cell) => parseField(type, cell));
  parsed.set(type, fields);
  return fields;
}

function parseField(owner: string, cell: string): GoField {
  const colon = cell.indexOf(':');
  const type = cell.slice(colon + 1);
  const head = cell.slice(0, colon);
  if (head === '@') return { name: '', shown: '', type, embedded: true };
  const omitEmpty = head.endsWith('?');
  const [shown = '', key] = head.replace('?', '').split('=');
  const name = key ?? shown[0]!.toLowerCase() + shown.slice(1);
  const from = moved[`${owner}.${shown}`];
  return { name, shown, type, ...(omitEmpty ? { omitEmpty } : {}), ...(from ? { from } : {}) };
}
