const always = 'Always IfNotPresent Never';
const protocols = 'SCTP TCP UDP';
const effects = 'NoExecute NoSchedule PreferNoSchedule';
const rolling = 'OnDelete RollingUpdate';
const traffic = 'Cluster Local';
const honour = 'Honor Ignore';
const volumeModes = 'Block Filesystem';
const profiles = 'Localhost RuntimeDefault Unconfined';

/** Values of the string types that the published document lists (Go types marked `+enum`), by type and field. */
const values: Readonly<Record<string, string>> = {
  'core/v1.Container imagePullPolicy': always,
  'core/v1.Container terminationMessagePolicy': 'FallbackToLogsOnError File',
  'core/v1.EphemeralContainer imagePullPolicy': always,
  'core/v1.EphemeralContainer terminationMessagePolicy': 'FallbackToLogsOnError File',
  'core/v1.ImageVolumeSource pullPolicy': always,
  'core/v1.ContainerPort protocol': protocols,
  'core/v1.ContainerResizePolicy restartPolicy': 'NotRequired RestartContainer',
  'core/v1.EndpointPort protocol': protocols,
  'core/v1.HTTPGetAction scheme': 'HTTP HTTPS',
  'core/v1.HostPathVolumeSource type': '"" BlockDevice CharDevice Directory DirectoryOrCreate File FileOrCreate Socket',
  'core/v1.NamespaceStatus phase': 'Active Terminating',
  'core/v1.NodeSelectorRequirement operator': 'DoesNotExist Exists Gt In Lt NotIn',
  'core/v1.NodeStatus phase': 'Pending Running Terminated',
  'core/v1.PersistentVolumeClaimSpec volumeMode': volumeModes,
  'core/v1.PersistentVolumeClaimStatus phase': 'Bound Lost Pending',
  'core/v1.PersistentVolumeSpec persistentVolumeReclaimPolicy': 'Delete Recycle Retain',
  'core/v1.PersistentVolumeSpec volumeMode': volumeModes,
  'core/v1.PersistentVolumeStatus phase': 'Available Bound Failed Pending Released',
  'core/v1.PodSecurityContext fsGroupChangePolicy': 'Always OnRootMismatch',
  'core/v1.PodSecurityContext supplementalGroupsPolicy': 'Merge Strict',
  'core/v1.PodSpec dnsPolicy': 'ClusterFirst ClusterFirstWithHostNet Default None',
  'core/v1.PodSpec preemptionPolicy': 'Never PreemptLowerPriority',
  'core/v1.PodSpec restartPolicy': 'Always Never OnFailure',
  'core/v1.PodStatus phase': 'Failed Pending Running Succeeded Unknown',
  'core/v1.PodStatus qosClass': 'BestEffort Burstable Guaranteed',
  'core/v1.ScopedResourceSelectorRequirement operator': 'DoesNotExist Exists In NotIn',
  'core/v1.AppArmorProfile type': profiles,
  'core/v1.SeccompProfile type': profiles,
  'core/v1.SecurityContext procMount': 'Default Unmasked',
  'core/v1.ServicePort protocol': protocols,
  'core/v1.ServiceSpec externalTrafficPolicy': traffic,
  'core/v1.ServiceSpec internalTrafficPolicy': traffic,
  'core/v1.ServiceSpec ipFamilyPolicy': 'PreferDualStack RequireDualStack SingleStack',
  'core/v1.ServiceSpec sessionAffinity': 'ClientIP None',
  'core/v1.ServiceSpec type': 'ClusterIP ExternalName LoadBalancer NodePort',
  'core/v1.Taint effect': effects,
  'core/v1.Toleration effect': effects,
  'core/v1.Toleration operator': 'Equal Exists Gt Lt',
  'core/v1.TopologySpreadConstraint nodeAffinityPolicy': honour,
  'core/v1.TopologySpreadConstraint nodeTaintsPolicy': honour,
  'core/v1.TopologySpreadConstraint whenUnsatisfiable': 'DoNotSchedule ScheduleAnyway',
  'core/v1.VolumeMount mountPropagation': 'Bidirectional HostToContainer None',
  'apps/v1.DaemonSetUpdateStrategy type': rolling,
  'apps/v1.DeploymentStrategy type': 'Recreate RollingUpdate',
  'apps/v1.StatefulSetSpec podManagementPolicy': 'OrderedReady Parallel',
  'apps/v1.StatefulSetUpdateStrategy type': rolling,
  'batch/v1.CronJobSpec concurrencyPolicy': 'Allow Forbid Replace',
  'batch/v1.JobSpec completionMode': 'Indexed NonIndexed',
  'batch/v1.JobSpec podReplacementPolicy': 'Failed TerminatingOrFailed',
  'batch/v1.PodFailurePolicyRule action': 'Count FailIndex FailJob Ignore',
  'batch/v1.PodFailurePolicyOnExitCodesRequirement operator': 'In NotIn',
  'networking/v1.HTTPIngressPath pathType': 'Exact ImplementationSpecific Prefix',
  'policy/v1.PodDisruptionBudgetSpec unhealthyPodEvictionPolicy': 'AlwaysAllow IfHealthyBudget',
  'storage/v1.StorageClass reclaimPolicy': 'Delete Recycle Retain',
  'storage/v1.StorageClass volumeBindingMode': 'Immediate WaitForFirstConsumer',
};

/** Lists whose items are of such types. */
const itemValues: Readonly<Record<string, string>> = {
  'core/v1.PersistentVolumeClaimSpec accessModes': 'ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod',
  'core/v1.PersistentVolumeSpec accessModes': 'ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod',
  'core/v1.ResourceQuotaSpec scopes':
    'BestEffort CrossNamespacePodAffinity NotBestEffort NotTerminating PriorityClass Terminating VolumeAttributesClass',
  'networking/v1.NetworkPolicySpec policyTypes': 'Egress Ingress',
};

/** All of it, to test and to hash. */
export const enumTable = { values, itemValues };

const split = (text: string | undefined): string[] | undefined =>
  text?.split(' ').map((word) => (word === '""' ? '' : word));

/** What a field of a built-in type (`core/v1.PodSpec`) may say, and its items; undefined where anything goes. */
export function enumOf(type: string, field: string): { values?: string[] | undefined; items?: string[] | undefined } {
  const key = `${type} ${field}`;
  return { values: split(values[key]), items: split(itemValues[key]) };
}
