/** Pods and what places them. */
export const podDescriptions = `
core/v1.Pod Containers that run together on one node and share network and volumes: the smallest thing that is scheduled. Most are made by a deployment or another workload.
core/v1.PodTemplate A description of pods, kept for later use.
  template The pods that are described.
core/v1.PodTemplateSpec The pods that a workload makes: their metadata and what they are to be.
  metadata Labels and annotations of the pods. The labels must match the workload's selector.
  spec What each pod is to be.
core/v1.PodSpec What a pod is to be: its containers, volumes, and where it may run.
  activeDeadlineSeconds Seconds after which a running pod is ended and marked as failed.
  affinity Which nodes the pod wants, and which pods it wants near or far from it.
  automountServiceAccountToken Whether the service account's token is mounted into the containers.
  containers What runs in the pod. At least one; the list cannot be changed later.
  dnsConfig Additions to how names are looked up.
  dnsPolicy Where names are looked up: ClusterFirst (the default), Default (as on the node), ClusterFirstWithHostNet or None.
  enableServiceLinks Whether the services of the namespace show as environment variables. True by default.
  ephemeralContainers Containers added to a running pod to look into it. Added by kubectl debug through a subresource.
  hostAliases Additional lines for /etc/hosts.
  hostIPC Shares the node's inter-process communication.
  hostNetwork Uses the node's network instead of one of its own.
  hostPID Shows the node's processes.
  hostUsers False gives the pod users of its own, so that root inside is not root on the node.
  hostname The name the pod calls itself; its own name by default.
  imagePullSecrets Secrets with credentials for the registries of the images.
  initContainers Containers that run before the others, one after another; each must succeed. With restartPolicy Always they keep running beside the others.
  nodeName The node that the pod runs on. Set by the scheduler; set by hand, the scheduler is passed by.
  nodeSelector Labels that a node must have to run the pod.
  os The operating system that the containers need.
  overhead What running the pod costs beside its containers. Set from the runtime class.
  preemptionPolicy Whether the pod may push out pods of lower priority: PreemptLowerPriority or Never.
  priority How important the pod is. Set from priorityClassName.
  priorityClassName The PriorityClass that says how important the pod is.
  readinessGates Further conditions that must be True for the pod to count as ready.
  resourceClaims Devices that must be reserved before the pod starts.
  resources What all containers together ask for and may use.
  restartPolicy When containers that ended are started again: Always, OnFailure or Never.
  runtimeClassName The RuntimeClass that runs the pod.
  schedulerName The scheduler that places the pod; default-scheduler if not set.
  schedulingGates Names of what must happen before the pod is scheduled.
  securityContext Users, groups and rights that hold for all containers.
  serviceAccount Outdated name of serviceAccountName.
  serviceAccountName The service account that the containers act as; default if not set.
  setHostnameAsFQDN Makes the full domain name the host name.
  shareProcessNamespace Lets the containers see each other's processes.
  subdomain The headless service under whose name the pod gets a domain name.
  terminationGracePeriodSeconds Seconds between the signal to end and the kill; 30 if not set.
  tolerations Taints of nodes that do not keep the pod away.
  topologySpreadConstraints How evenly pods are spread over zones, nodes or other parts of the cluster.
  volumes Storage that containers can mount.
core/v1.PodStatus What is known of a pod, as its node told last.
  conditions Where the pod stands: PodScheduled, Initialized, ContainersReady, Ready and others.
  containerStatuses The state of each container.
  ephemeralContainerStatuses The state of each container that was added for debugging.
  hostIP The address of the node.
  hostIPs The addresses of the node.
  initContainerStatuses The state of each init container.
  message Why the pod is as it is, for people.
  nominatedNodeName The node that is being cleared for the pod.
  observedGeneration The generation of the pod that this status is about.
  phase The pod's life in one word: Pending, Running, Succeeded, Failed or Unknown.
  podIP The pod's address, which is good within the cluster.
  podIPs The pod's addresses, at most one for each IP family.
  qosClass Guaranteed, Burstable or BestEffort: who goes first when memory runs out. Follows from requests and limits.
  reason Why the pod is as it is, in one word, such as Evicted.
  resize How far a change of resources has come.
  startTime When the node took the pod on.
core/v1.PodCondition One statement about a pod.
  lastProbeTime When the condition was last looked at.
  lastTransitionTime When the status last changed.
  message The details, for people.
  observedGeneration The generation of the pod that the statement is about.
  reason One word in CamelCase that says why.
  status True, False or Unknown.
  type What the statement is about, such as Ready or PodScheduled.
core/v1.Affinity What attracts a pod to nodes and to other pods, and what keeps it away.
  nodeAffinity Which nodes the pod needs or prefers.
  podAffinity Which pods it wants to be near.
  podAntiAffinity Which pods it wants to be far from.
core/v1.NodeAffinity Which nodes a pod needs or prefers.
  preferredDuringSchedulingIgnoredDuringExecution Wishes with weights; the node with the highest sum wins.
  requiredDuringSchedulingIgnoredDuringExecution What a node must have. Not looked at again once the pod runs.
core/v1.PodAffinity Which pods a pod wants to be near.
  preferredDuringSchedulingIgnoredDuringExecution Wishes with weights.
  requiredDuringSchedulingIgnoredDuringExecution What must hold at the time of scheduling.
core/v1.PodAntiAffinity Which pods a pod wants to be far from.
  preferredDuringSchedulingIgnoredDuringExecution Wishes with weights.
  requiredDuringSchedulingIgnoredDuringExecution What must hold at the time of scheduling.
core/v1.PodAffinityTerm Pods, and what being near them means.
  labelSelector The labels of those pods.
  namespaceSelector The namespaces in which to look, by their labels.
  namespaces The namespaces in which to look; the pod's own if nothing is said.
  topologyKey The label of nodes within whose same value two pods are near, such as kubernetes.io/hostname.
core/v1.NodeSelector Conditions on nodes; one of the terms must hold.
  nodeSelectorTerms The terms.
core/v1.NodeSelectorTerm Conditions on one node; all must hold.
  matchExpressions Conditions on its labels.
  matchFields Conditions on its fields.
core/v1.Toleration Lets a pod run where a taint would keep it away.
  effect The effect of the taint: NoSchedule, PreferNoSchedule or NoExecute; empty means any.
  key The key of the taint; empty, with the operator Exists, means any.
  operator Equal (the default) compares the value, Exists does not.
  tolerationSeconds How long a NoExecute taint is borne; for ever if not set.
  value The value of the taint.
core/v1.TopologySpreadConstraint How evenly pods are to be spread over parts of the cluster.
  labelSelector Which pods are counted.
  maxSkew The largest difference in number between two parts.
  minDomains The number of parts that there must be at least.
  topologyKey The label of nodes that makes the parts, such as topology.kubernetes.io/zone.
  whenUnsatisfiable DoNotSchedule keeps a pod waiting that would break the rule, ScheduleAnyway makes a wish of it.
core/v1.PodSecurityContext Users, groups and rights that hold for all containers of a pod.
  fsGroup The group that volumes belong to.
  fsGroupChangePolicy When the group of a volume's files is set: Always or OnRootMismatch.
  runAsGroup The group id of the first process.
  runAsNonRoot True refuses to start a container that would run as root.
  runAsUser The user id of the first process.
  seLinuxOptions The SELinux label of the containers.
  seccompProfile Which system calls are allowed.
  supplementalGroups Further groups of the first process.
  sysctls Kernel parameters of the pod's own.
core/v1.SecurityContext Users, groups and rights of one container; they stand above those of the pod.
  allowPrivilegeEscalation Whether a process may gain more rights than its parent has.
  appArmorProfile The AppArmor profile that holds.
  capabilities Linux capabilities to add or to take away.
  privileged True gives the container nearly all rights of root on the node.
  procMount How /proc is mounted: Default or Unmasked.
  readOnlyRootFilesystem True makes the container's own files read-only.
  runAsGroup The group id of the first process.
  runAsNonRoot True refuses to start the container if it would run as root.
  runAsUser The user id of the first process.
  seLinuxOptions The SELinux label of the container.
  seccompProfile Which system calls are allowed.
core/v1.Capabilities Linux capabilities, named without CAP_.
  add Those to add.
  drop Those to take away; ALL is all.
core/v1.ObjectReference Points to an object.
  apiVersion The group and version of the object.
  fieldPath The part of the object that is meant.
  kind The kind of the object.
  name The name of the object.
  namespace The namespace of the object.
  resourceVersion The version of the object that is meant.
  uid The uid of the object.
core/v1.LocalObjectReference Points to an object of the same namespace.
  name The name of the object.
`;
