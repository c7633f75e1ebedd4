/** Nodes, namespaces, events, leases and what extends the API. */
export const clusterDescriptions = `
core/v1.Namespace A part of the cluster with names of its own. Deleting it deletes everything in it.
core/v1.NamespaceSpec What holds a namespace.
  finalizers What must be done before it may go.
core/v1.NamespaceStatus Where a namespace stands.
  conditions What keeps it from going.
  phase Active or Terminating.
core/v1.Node A machine that runs pods.
core/v1.NodeSpec What a node is.
  podCIDR The range of its pods' addresses.
  podCIDRs The ranges of its pods' addresses, one for each IP family.
  providerID Its id with the cloud it comes from.
  taints What keeps pods away that do not tolerate it.
  unschedulable True takes no new pods; set by kubectl cordon.
core/v1.NodeStatus What is known of a node.
  addresses Its addresses and host name.
  allocatable What pods can have of it.
  capacity What it has.
  conditions Ready, MemoryPressure, DiskPressure, PIDPressure and others.
  daemonEndpoints Ports of its own services.
  images Images it has.
  nodeInfo Versions of its system, kernel and runtime.
  volumesAttached Volumes that are attached.
  volumesInUse Volumes that are mounted.
core/v1.Taint Keeps pods away from a node.
  effect NoSchedule takes no new ones, PreferNoSchedule would rather not, NoExecute ends those that are there too.
  key The key.
  timeAdded When it was added.
  value The value.
core/v1.Event Something that happened to an object. Kept for an hour.
  action What was done.
  count How often it happened.
  eventTime When it was first seen.
  firstTimestamp When it happened first.
  involvedObject What it happened to.
  lastTimestamp When it happened last.
  message What happened, for people.
  reason What happened, in one word.
  related Another object that has to do with it.
  reportingComponent Who tells of it.
  reportingInstance Which copy of that program.
  series How it went on.
  source Who tells of it, and on which node.
  type Normal or Warning.
events/v1.Event Something that happened to an object. Kept for an hour.
  action What was done.
  eventTime When it was first seen.
  note What happened, for people.
  reason What happened, in one word.
  regarding What it happened to.
  related Another object that has to do with it.
  reportingController Who tells of it.
  reportingInstance Which copy of that program.
  series How it went on.
  type Normal or Warning.
core/v1.ComponentStatus Outdated: whether a part of the control plane is well.
  conditions What is known of it.
core/v1.Binding Puts a pod on a node.
  target The node.
coordination/v1.Lease A note of who leads or lives, to be renewed again and again.
coordination/v1.LeaseSpec Who holds it, and for how long.
  acquireTime When the holder got it.
  holderIdentity Who holds it.
  leaseDurationSeconds How long it is good for without being renewed.
  leaseTransitions How often it changed hands.
  renewTime When it was last renewed.
node/v1.RuntimeClass A way of running containers.
  handler Its name on the nodes.
  overhead What a pod costs beside its containers.
  scheduling Which nodes have it.
apiextensions/v1.CustomResourceDefinition Adds a kind of object to the API.
apiextensions/v1.CustomResourceDefinitionSpec What the kind is called, where it lives, and what it looks like.
  conversion How objects get from one version to another.
  group The group, such as example.com.
  names The names of the kind.
  scope Namespaced or Cluster.
  versions Its versions.
apiextensions/v1.CustomResourceDefinitionNames What a kind is called.
  categories Groups such as all under which get lists it.
  kind The kind, in CamelCase.
  listKind The kind of its lists.
  plural The name in URLs; the object's own name is this, a dot, and the group.
  shortNames Short forms for the command line.
  singular The name for one.
apiextensions/v1.CustomResourceDefinitionVersion One version of the kind.
  additionalPrinterColumns Columns that get shows.
  deprecated True warns whoever uses it.
  deprecationWarning The text of that warning.
  name The name, such as v1 or v1beta1.
  schema What objects look like.
  selectableFields Fields that field selectors may use.
  served Whether the version is served.
  storage Whether objects are stored in it; true for one version.
  subresources Whether there are status and scale.
apiextensions/v1.CustomResourceDefinitionStatus What became of the definition.
  acceptedNames The names it got.
  conditions Established, NamesAccepted and others.
  storedVersions Versions in which objects were stored.
apiregistration/v1.APIService Says who serves a group and version of the API.
admissionregistration/v1.ValidatingWebhookConfiguration Servers that are asked whether a change is allowed.
  webhooks The servers.
admissionregistration/v1.MutatingWebhookConfiguration Servers that may alter objects before they are stored.
  webhooks The servers.
admissionregistration/v1.ValidatingAdmissionPolicy Rules in CEL that changes must meet.
admissionregistration/v1.ValidatingAdmissionPolicyBinding Where a policy holds, and what happens where it is not met.
admissionregistration/v1.MutatingAdmissionPolicy Alterations in CEL, made before objects are stored.
admissionregistration/v1.MutatingAdmissionPolicyBinding Where such a policy holds.
flowcontrol/v1.FlowSchema Sorts requests into levels of priority.
flowcontrol/v1.PriorityLevelConfiguration How many requests of a level are served at a time.
resource/v1.DeviceClass A kind of device that claims can ask for.
resource/v1.ResourceClaim Asks for devices.
resource/v1.ResourceClaimTemplate Claims that are made for each pod.
resource/v1.ResourceSlice Devices that a driver offers.
metrics/v1beta1.NodeMetrics What a node uses.
  timestamp The end of the time that was measured.
  usage CPU and memory.
  window How long was measured.
metrics/v1beta1.PodMetrics What the containers of a pod use.
  containers The containers.
  timestamp The end of the time that was measured.
  window How long was measured.
`;
