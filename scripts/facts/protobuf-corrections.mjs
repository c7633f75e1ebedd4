// What the sources of protobuf.mjs lack of 1.36, most of it in meta/v1 and apiextensions/v1.
const field = (label, wire, go) => (number, more) => ({
  wire: [number, label, wire],
  go: { type: go ?? wire, optional: true, ...more },
});
const string = field('optional', 'string');
const strings = field('repeated', 'string', '[]string');
const int64 = field('optional', 'int64');
const boolPointer = field('optional', 'bool', '*bool');
const quantity = 'k8s.io.apimachinery.pkg.api.resource.Quantity';
const required = { optional: false };

/** Fields by message and name in JSON; a message that is not there is made. */
export const added = {
  'meta/v1.CreateOptions': { fieldValidation: string(4) },
  'meta/v1.PatchOptions': { fieldValidation: string(4) },
  'meta/v1.UpdateOptions': { fieldValidation: string(3) },
  'meta/v1.DeleteOptions': { ignoreStoreReadErrorWithClusterBreakingPotential: boolPointer(6) },
  'meta/v1.ListOptions': { sendInitialEvents: boolPointer(11), shardSelector: string(15) },
  'meta/v1.ListMeta': { shardInfo: field('optional', 'ShardInfo', '*ShardInfo')(5) },
  'meta/v1.ShardInfo': { selector: string(1, required) },
  'meta/v1.ManagedFieldsEntry': { subresource: string(8) },
  'meta/v1.FieldSelectorRequirement': { key: string(1, required), operator: string(2, required), values: strings(3) },
  'meta/v1.WatchEvent': {
    type: string(1, required),
    object: field('optional', 'k8s.io.apimachinery.pkg.runtime.RawExtension')(2, required),
  },
  'core/v1.NodeAllocatableResourceClaimStatus': { resources: field('', `map<string, ${quantity}>`)(3) },
  'resource/v1.Device': {
    nodeAllocatableResourceMappings: field('', 'map<string, NodeAllocatableResourceMapping>')(13),
  },
  'resource/v1.NodeAllocatableResourceMapping': {
    capacityKey: field('optional', 'string', '*string')(1),
    allocationMultiplier: field('optional', quantity, '*resource.Quantity')(2),
  },
  'apiextensions/v1.CustomResourceDefinitionCondition': { observedGeneration: int64(6) },
  'apiextensions/v1.CustomResourceDefinitionStatus': { observedGeneration: int64(4) },
  'apiextensions/v1.CustomResourceDefinitionVersion': {
    selectableFields: field('repeated', 'SelectableField', '[]SelectableField')(9),
  },
  'apiextensions/v1.SelectableField': { jsonPath: string(1, required) },
  'apiextensions/v1.JSONSchemaProps': {
    'x-kubernetes-validations': field('repeated', 'ValidationRule', '[]ValidationRule')(44),
  },
  'apiextensions/v1.ValidationRule': {
    rule: string(1, required),
    message: string(2),
    messageExpression: string(3),
    reason: field('optional', 'string', '*FieldValueErrorReason')(4),
    fieldPath: string(5),
    optionalOldSelf: boolPointer(6),
  },
};

/** Fields that are gone. */
export const removed = { 'meta/v1.ObjectMeta': ['clusterName'] };

/** Scalars that JSON shows even when they are zero, though they are optional. */
export const shown = {
  'apps/v1.ControllerRevision': ['revision'],
  'apps/v1.DaemonSetCondition': ['type', 'status'],
  'apps/v1.DeploymentCondition': ['type', 'status'],
  'apps/v1.ReplicaSetCondition': ['type', 'status'],
  'apps/v1.StatefulSetCondition': ['type', 'status'],
  'apps/v1.StatefulSetOrdinals': ['start'],
  'apps/v1.StatefulSetSpec': ['serviceName'],
  'apps/v1.StatefulSetStatus': ['availableReplicas'],
  'authentication/v1.TokenRequestStatus': ['token'],
  'batch/v1.PodFailurePolicyOnPodConditionsPattern': ['status'],
  'core/v1.Event': ['reportingComponent', 'reportingInstance'],
  'core/v1.NodeRuntimeHandler': ['name'],
  'flowcontrol/v1.FlowSchemaSpec': ['matchingPrecedence'],
  'flowcontrol/v1.QueuingConfiguration': ['queues', 'handSize', 'queueLengthLimit'],
  'policy/v1.PodDisruptionBudgetStatus': ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
  'rbac/v1.RoleRef': ['apiGroup'],
  'scheduling/v1.PriorityClass': ['value'],
};

/** Kinds without apiVersion and kind of their own. */
export const unlisted = ['meta/v1.WatchEvent'];
