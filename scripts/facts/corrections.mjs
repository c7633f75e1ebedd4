// What the two sources of types.mjs do not say.
const optional = (type, more = {}) => ({ type, optional: true, ...more });
const required = (type, more = {}) => ({ type, ...more });
const atomic = { listType: 'atomic' };
const byKey = (key) => ({ listType: 'map', listMapKeys: [key], patchStrategy: 'merge', patchMergeKey: key });
const condition = byKey('type');

/** The kinds the table starts from; everything they reach is in it. */
export const roots = [
  ...`Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod
    PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount`
    .split(/\s+/)
    .map((kind) => `core/v1.${kind}`),
  ...'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet'.split(' ').map((kind) => `apps/v1.${kind}`),
  ...'Job CronJob'.split(' ').map((kind) => `batch/v1.${kind}`),
  'autoscaling/v1.HorizontalPodAutoscaler',
  'autoscaling/v1.Scale',
  'autoscaling/v2.HorizontalPodAutoscaler',
  ...'Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR'.split(' ').map((kind) => `networking/v1.${kind}`),
  'policy/v1.PodDisruptionBudget',
  'policy/v1.Eviction',
  ...'ClusterRole ClusterRoleBinding Role RoleBinding'.split(' ').map((kind) => `rbac/v1.${kind}`),
  ...'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass'
    .split(' ')
    .map((kind) => `storage/v1.${kind}`),
  'scheduling/v1.PriorityClass',
  'discovery/v1.EndpointSlice',
  'events/v1.Event',
  'coordination/v1.Lease',
  'certificates/v1.CertificateSigningRequest',
  'node/v1.RuntimeClass',
  ...'SelfSubjectReview TokenRequest TokenReview'.split(' ').map((kind) => `authentication/v1.${kind}`),
  ...'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview'
    .split(' ')
    .map((kind) => `authorization/v1.${kind}`),
  ...`MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration`
    .split(/\s+/)
    .map((kind) => `admissionregistration/v1.${kind}`),
  'apiextensions/v1.CustomResourceDefinition',
  'apiregistration/v1.APIService',
  'flowcontrol/v1.FlowSchema',
  'flowcontrol/v1.PriorityLevelConfiguration',
  ...'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice'.split(' ').map((kind) => `resource/v1.${kind}`),
  'metrics/v1beta1.NodeMetrics',
  'metrics/v1beta1.PodMetrics',
  'meta/v1.ListMeta',
  'meta/v1.DeleteOptions',
  'meta/v1.Status',
];

/** Types whose every use is owned and replaced as one (`+structType=atomic` on the type itself). */
export const atomicStructs = new Set([
  ...`ConfigMapKeySelector EndpointAddress EndpointPort FileKeySelector LocalObjectReference NodeSelector NodeSelectorTerm
    ObjectFieldSelector ObjectReference ResourceFieldSelector ScopeSelector SecretKeySelector SecretReference
    TopologySelectorTerm TypedLocalObjectReference`
    .split(/\s+/)
    .map((name) => `core/v1.${name}`),
  ...'MatchResources NamedRuleWithOperations ParamKind ParamRef Variable'
    .split(' ')
    .map((name) => `admissionregistration/v1.${name}`),
  'autoscaling/v1.CrossVersionObjectReference',
  'discovery/v1.EndpointPort',
  'networking/v1.ServiceBackendPort',
  'rbac/v1.RoleRef',
  'rbac/v1.Subject',
  'meta/v1.LabelSelector',
  'meta/v1.OwnerReference',
]);

/** Fields added or replaced, by type; null removes one; '*' makes the whole type free-form. */
export const corrections = {
  'meta/v1.ObjectMeta': {
    clusterName: null,
    ownerReferences: optional('[]OwnerReference', byKey('uid')),
    finalizers: optional('[]string', { listType: 'set', patchStrategy: 'merge' }),
    managedFields: optional('[]ManagedFieldsEntry', atomic),
  },
  'meta/v1.ManagedFieldsEntry': { subresource: optional('string') },
  'meta/v1.LabelSelector': { matchExpressions: optional('[]LabelSelectorRequirement', atomic) },
  'meta/v1.LabelSelectorRequirement': { key: required('string'), values: optional('[]string', atomic) },
  'meta/v1.DeleteOptions': {
    dryRun: optional('[]string', atomic),
    ignoreStoreReadErrorWithClusterBreakingPotential: optional('*bool'),
  },
  'meta/v1.StatusDetails': { causes: optional('[]StatusCause', atomic) },
  'meta/v1.ListMeta': { shardInfo: null },
  'meta/v1.Condition': {},
  'apiextensions/v1.JSON': '*',
  'apiextensions/v1.JSONSchemaPropsOrArray': '*',
  'apiextensions/v1.JSONSchemaPropsOrBool': '*',
  'apiextensions/v1.JSONSchemaPropsOrStringArray': '*',
  'apiextensions/v1.CustomResourceSubresourceStatus': '*',
  'apiextensions/v1.CustomResourceDefinitionNames': {
    categories: optional('[]string', atomic),
    shortNames: optional('[]string', atomic),
  },
  'apiextensions/v1.CustomResourceDefinitionSpec': { versions: required('[]CustomResourceDefinitionVersion', atomic) },
  'apiextensions/v1.CustomResourceDefinitionStatus': {
    conditions: optional('[]CustomResourceDefinitionCondition', { listType: 'map', listMapKeys: ['type'] }),
    observedGeneration: optional('int64'),
    storedVersions: optional('[]string', atomic),
  },
  'apiextensions/v1.CustomResourceDefinitionCondition': { observedGeneration: optional('int64') },
  'apiextensions/v1.CustomResourceDefinitionVersion': {
    additionalPrinterColumns: optional('[]CustomResourceColumnDefinition', atomic),
    selectableFields: optional('[]SelectableField', atomic),
  },
  'apiextensions/v1.WebhookConversion': { conversionReviewVersions: required('[]string', atomic) },
  'apiextensions/v1.JSONSchemaProps': {
    enum: optional('[]JSON', atomic),
    required: optional('[]string', atomic),
    allOf: optional('[]JSONSchemaProps', atomic),
    anyOf: optional('[]JSONSchemaProps', atomic),
    oneOf: optional('[]JSONSchemaProps', atomic),
    'x-kubernetes-list-map-keys': optional('[]string', atomic),
    'x-kubernetes-validations': optional('[]ValidationRule', byKey('rule')),
  },
  'apiregistration/v1.APIServiceSpec': { caBundle: optional('[]byte') },
  'apiregistration/v1.APIServiceStatus': { conditions: optional('[]APIServiceCondition', condition) },
  'core/v1.PodStatus': {
    nodeAllocatableResourceClaimStatuses: optional('[]NodeAllocatableResourceClaimStatus', atomic),
  },
  'core/v1.NodeAllocatableResourceClaimStatus': { resources: required('map[string]resource.Quantity') },
  'resource/v1.Device': { nodeAllocatableResourceMappings: optional('map[string]NodeAllocatableResourceMapping') },
  'metrics/v1beta1.PodMetrics': { containers: required('[]ContainerMetrics', atomic) },
};

/** Types that the declarations lack. */
export const extraTypes = {
  'meta/v1.FieldSelectorRequirement': {
    fields: { key: required('string'), operator: required('string'), values: optional('[]string', atomic) },
  },
  'resource/v1.NodeAllocatableResourceMapping': {
    fields: { allocationMultiplier: optional('*resource.Quantity'), capacityKey: optional('*string') },
  },
  'apiextensions/v1.SelectableField': { fields: { jsonPath: required('string') } },
  'apiextensions/v1.ValidationRule': {
    fields: {
      rule: required('string'),
      message: optional('string'),
      messageExpression: optional('string'),
      reason: optional('string'),
      fieldPath: optional('string'),
      optionalOldSelf: optional('*bool'),
    },
  },
};
