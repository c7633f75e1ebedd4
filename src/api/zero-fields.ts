import { omittedWhenEmpty } from './empty-fields.ts';
import type { KubeObject } from './meta.ts';
import { type FieldSchema, namedType, type TypeSchema, typeSchema, type ValueSchema } from './schema.ts';

/**
 * Fields that a server writes whatever they hold, besides those that its OpenAPI document requires and
 * structs by value: one type per line. Facts of the Go declarations of 1.36: not tagged omitempty. A `?`
 * marks a pointer, which is written as null.
 */
const table = `
admissionregistration/v1.MutatingWebhook sideEffects?
admissionregistration/v1.ValidatingWebhook sideEffects?
apiextensions/v1.CustomResourceDefinitionCondition lastTransitionTime
apiextensions/v1.CustomResourceDefinitionStatus conditions storedVersions
apiregistration/v1.APIServiceCondition lastTransitionTime
apps/v1.ControllerRevision data
apps/v1.DaemonSetCondition lastTransitionTime
apps/v1.DeploymentCondition lastTransitionTime lastUpdateTime
apps/v1.ReplicaSetCondition lastTransitionTime
apps/v1.StatefulSetCondition lastTransitionTime
apps/v1.StatefulSetOrdinals start
apps/v1.StatefulSetSpec serviceName
apps/v1.StatefulSetStatus availableReplicas
autoscaling/v2.HorizontalPodAutoscalerCondition lastTransitionTime
autoscaling/v2.HorizontalPodAutoscalerStatus currentMetrics
batch/v1.JobCondition lastProbeTime lastTransitionTime
batch/v1.PodFailurePolicyOnPodConditionsPattern status
certificates/v1.CertificateSigningRequestCondition lastTransitionTime lastUpdateTime
core/v1.AzureFilePersistentVolumeSource secretNamespace?
core/v1.ContainerImage names
core/v1.ContainerStateRunning startedAt
core/v1.ContainerStateTerminated finishedAt startedAt
core/v1.Event eventTime firstTimestamp lastTimestamp reportingComponent reportingInstance
core/v1.EventSeries lastObservedTime
core/v1.GRPCAction service?
core/v1.NamespaceCondition lastTransitionTime
core/v1.NodeCondition lastHeartbeatTime lastTransitionTime
core/v1.NodeRuntimeHandler name
core/v1.PersistentVolumeClaimCondition lastProbeTime lastTransitionTime
core/v1.PodCondition lastProbeTime lastTransitionTime
core/v1.ProjectedVolumeSource sources
core/v1.ReplicationControllerCondition lastTransitionTime
core/v1.ResourceFieldSelector divisor
core/v1.ServicePort targetPort
core/v1.TypedLocalObjectReference apiGroup?
core/v1.TypedObjectReference apiGroup?
discovery/v1.EndpointSlice endpoints ports
events/v1.Event deprecatedFirstTimestamp deprecatedLastTimestamp
flowcontrol/v1.FlowSchemaCondition lastTransitionTime
flowcontrol/v1.FlowSchemaSpec matchingPrecedence
flowcontrol/v1.LimitedPriorityLevelConfiguration nominalConcurrencyShares?
flowcontrol/v1.PriorityLevelConfigurationCondition lastTransitionTime
flowcontrol/v1.QueuingConfiguration handSize queueLengthLimit queues
flowcontrol/v1.ResourcePolicyRule namespaces
networking/v1.HTTPIngressPath pathType?
networking/v1.IngressClassParametersReference scope?
policy/v1.PodDisruptionBudgetStatus currentHealthy desiredHealthy disruptionsAllowed expectedPods
rbac/v1.ClusterRole rules
rbac/v1.Role rules
rbac/v1.RoleRef apiGroup
resource/v1.AllocatedDeviceStatus conditions
resource/v1.CapacityRequestPolicy default?
resource/v1.CapacityRequestPolicyRange min?
resource/v1.DeviceClaim requests
scheduling/v1.PriorityClass value
storage/v1.CSINodeDriver topologyKeys
storage/v1.VolumeError time
`;

/** How Go writes the zero of each kind; kinds that are not here are written as null. */
const zeros: Readonly<Record<string, unknown>> = {
  string: '',
  int32: 0,
  int64: 0,
  number: 0,
  boolean: false,
  quantity: '0',
  intOrString: 0,
};

let marks: ReadonlyMap<string, ReadonlyMap<string, boolean>> | undefined;

/** Type → field → whether it is a pointer. */
function readMarks(): ReadonlyMap<string, ReadonlyMap<string, boolean>> {
  const lines = table.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [type = '', ...fields] = line.split(' ');
      return [type, new Map(fields.map((field) => [field.replace('?', ''), field.endsWith('?')]))];
    }),
  );
}

/** What a server writes where an object of type `type` (`core/v1.Event`) says nothing of the field; undefined: nothing. */
export function zeroOf(type: string, field: FieldSchema): unknown {
  marks ??= readMarks();
  const isPointer = marks.get(type)?.get(field.name);
  if (isPointer) return null;
  if (field.embedded) return field.value.kind === 'object' ? {} : undefined;
  const isWritten = isPointer === false || (field.required && !omittedWhenEmpty(type).has(field.name));
  return isWritten ? (zeros[field.value.kind] ?? null) : undefined;
}

/** A field to fill, and what is to be filled in it. */
interface Step {
  name: string;
  zero: unknown;
  depth: 'scalar' | 'object' | 'objects' | 'map';
  /** What to do within the value, or within each of its values; empty where nothing is. */
  plan: readonly Step[];
}

const plans = new Map<string, readonly Step[]>();

/** Only fields where something can be missing: most of an object is never looked at. */
function planOf(name: string): readonly Step[] {
  const known = plans.get(name);
  if (known) return known;
  plans.set(name, []);
  const type = namedType(name);
  const steps = type ? [...type.fields.values()].flatMap((field) => stepFor(type, field)) : [];
  plans.set(name, steps);
  return steps;
}

function stepFor(type: TypeSchema, field: FieldSchema): Step[] {
  // Of whose kind it is an object says itself.
  if (type.fields.has('metadata') && (field.name === 'apiVersion' || field.name === 'kind')) return [];
  const zero = zeroOf(type.name, field);
  const [depth, inner] = depthOf(field.value);
  const plan = inner === '' ? [] : planOf(inner);
  if (plan.length > 0) return [{ name: field.name, zero, depth, plan }];
  return zero === undefined ? [] : [{ name: field.name, zero, depth, plan }];
}

function depthOf(value: ValueSchema): [depth: Step['depth'], type: string] {
  if (value.kind === 'object') return ['object', value.type];
  if (value.kind === 'array') return value.items.kind === 'object' ? ['objects', value.items.type] : ['scalar', ''];
  if (value.kind === 'map' && value.values.kind === 'object') return ['map', value.values.type];
  return ['scalar', ''];
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function complete(fields: Fields, plan: readonly Step[]): void {
  for (const step of plan) {
    let value = fields[step.name];
    if (value === undefined) {
      if (step.zero === undefined) continue;
      value = isFields(step.zero) ? {} : step.zero;
      fields[step.name] = value;
    }
    if (step.plan.length > 0 && isFields(value)) completeWithin(value, step);
  }
}

function completeWithin(value: Fields, { depth, plan }: Step): void {
  if (Array.isArray(value)) {
    if (depth === 'objects') for (const item of value) if (isFields(item)) complete(item, plan);
  } else if (depth === 'object') complete(value, plan);
  else if (depth === 'map') for (const key in value) if (isFields(value[key])) complete(value[key], plan);
}

/**
 * Gives an object of a built-in kind, in place, the fields that a server writes though they hold
 * nothing: `null` for lists and times, `''`, `0`, `{}` for structs. Objects of other kinds stay as they are.
 */
export function completeZeros(object: KubeObject): void {
  const type = typeSchema(object.apiVersion, object.kind);
  if (type) complete(object as unknown as Fields, planOf(type.name));
}
