import type { KubeObject } from '../../api/meta.ts';
import { claimsOf } from '../../api/scheduling/claims.ts';
import { ageSince } from '../../lib/age.ts';
import { containerFacts } from './container-facts.ts';
import { latest, type Told, toldBy, toldText } from './event-facts.ts';
import { bad, type Fact, guess, ok, warn } from './fact.ts';
import { pullFacts } from './pull-facts.ts';
import type { World } from './world.ts';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

const conditionOf = (pod: KubeObject, type: string): Condition | undefined =>
  (pod['status']?.conditions ?? []).find((one: Condition) => one.type === type);

export const isReady = (pod: KubeObject): boolean => conditionOf(pod, 'Ready')?.status === 'True';

/** Events about an object, oldest first. */
export async function eventsOf({ metadata }: KubeObject, world: World): Promise<Told[]> {
  const query = { fieldSelector: `involvedObject.uid=${metadata.uid}` };
  const found = await world.list('events', metadata.namespace, query);
  return found.map(toldBy).sort((a, b) => Date.parse(a.last) - Date.parse(b.last));
}

/** Setting a pod up fails on its node before any container starts: what the node said last. */
const SETUP = [
  'FailedMount',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedPodSandBoxStatus',
  'NetworkNotReady',
];

/** Why a pod that has a node is not ready, or not gone. */
export async function placedPodFacts(pod: KubeObject, world: World, now: number): Promise<Fact[]> {
  const events = await eventsOf(pod, world);
  const { phase, reason, message } = pod['status'] ?? {};
  const found: Fact[] = [];
  if (pod.metadata.deletionTimestamp) found.push(...leavingFacts(pod, now));
  if (phase === 'Succeeded') return [...found, ok('it has run to its end, and ended well')];
  if (phase === 'Failed' && reason)
    found.push(bad(`the pod failed: ${reason}${message ? `: ${message}` : ''}`, failedAdvice[reason]));
  const disrupted = conditionOf(pod, 'DisruptionTarget');
  if (disrupted?.status === 'True') found.push(bad(`it is made to go: ${disrupted.reason}: ${disrupted.message}`));
  found.push(...containerFacts(pod, events, now), ...(await pullFacts(pod, world)));
  if (!isReady(pod) && phase !== 'Failed') {
    found.push(...gateFacts(pod));
    const setup = latest(events, ...SETUP);
    if (setup) found.push(bad(toldText(setup, now)));
    if (phase === 'Pending') found.push(...(await referenceFacts(pod, world)), ...(await claimFacts(pod, world, now)));
    found.push(...(await nodeFacts(pod, world)));
  }
  if (found.length === 0 && isReady(pod)) {
    const started = pod['status']?.startTime;
    found.push(
      ok(`it runs and is ready on node ${pod['spec'].nodeName}${started ? `, since ${ageSince(started, now)}` : ''}`),
    );
  }
  return found;
}

const failedAdvice: Readonly<Record<string, string>> = {
  Evicted: 'the node ran short: give the pod requests that fit what it uses',
  DeadlineExceeded: 'raise activeDeadlineSeconds, or make the work shorter',
  NodeAffinity: 'the node changed its labels after the pod was bound; delete the pod',
};

function leavingFacts({ metadata, spec }: KubeObject, now: number): Fact[] {
  const late = now - Date.parse(metadata.deletionTimestamp!);
  const found = [
    warn(
      `it is being deleted; its time to stop (${spec.terminationGracePeriodSeconds ?? 30}s) ${late > 0 ? `was over ${ageSince(metadata.deletionTimestamp, now)} ago` : 'is not over'}`,
    ),
  ];
  if (metadata.finalizers?.length)
    found.push(bad(`finalizers keep it: ${metadata.finalizers.join(', ')}`, 'whoever set them has to take them out'));
  else if (late > 60_000)
    found.push(
      guess(`node ${spec.nodeName} has not confirmed that its containers ended`, 'see whether the node is Ready'),
    );
  return found;
}

function gateFacts(pod: KubeObject): Fact[] {
  const gates: { conditionType: string }[] = pod['spec'].readinessGates ?? [];
  return gates
    .filter(({ conditionType }) => conditionOf(pod, conditionType)?.status !== 'True')
    .map(({ conditionType }) =>
      bad(`readiness gate ${conditionType} is not True`, 'whoever sets this condition has to do so'),
    );
}

interface Reference {
  resource: 'configmaps' | 'secrets';
  name: string;
}

/** ConfigMaps and Secrets that a pod cannot start without. */
function referencesOf(pod: KubeObject): Reference[] {
  const found: Reference[] = [];
  const add = (resource: Reference['resource'], name: string | undefined, optional?: boolean) => {
    if (name && !optional && !found.some((one) => one.resource === resource && one.name === name))
      found.push({ resource, name });
  };
  const { volumes = [], containers = [], initContainers = [] } = pod['spec'];
  for (const { configMap, secret, projected } of volumes) {
    add('configmaps', configMap?.name, configMap?.optional);
    add('secrets', secret?.secretName, secret?.optional);
    for (const source of projected?.sources ?? []) {
      add('configmaps', source.configMap?.name, source.configMap?.optional);
      add('secrets', source.secret?.name, source.secret?.optional);
    }
  }
  for (const { env = [], envFrom = [] } of [...initContainers, ...containers]) {
    for (const { valueFrom } of env) {
      add('configmaps', valueFrom?.configMapKeyRef?.name, valueFrom?.configMapKeyRef?.optional);
      add('secrets', valueFrom?.secretKeyRef?.name, valueFrom?.secretKeyRef?.optional);
    }
    for (const { configMapRef, secretRef } of envFrom) {
      add('configmaps', configMapRef?.name, configMapRef?.optional);
      add('secrets', secretRef?.name, secretRef?.optional);
    }
  }
  return found;
}

async function referenceFacts(pod: KubeObject, world: World): Promise<Fact[]> {
  const namespace = pod.metadata.namespace!;
  const found: Fact[] = [];
  for (const { resource, name } of referencesOf(pod)) {
    if ((await world.has(resource, namespace, name)) !== false) continue;
    const kind = resource === 'configmaps' ? 'ConfigMap' : 'Secret';
    found.push(
      bad(
        `${kind} ${name}, which the pod needs, does not exist in namespace ${namespace}`,
        `create it, or mark the reference optional`,
      ),
    );
  }
  return found;
}

/** Claims of a pod that are not bound, and what is said about them. */
export async function claimFacts(pod: KubeObject, world: World, now: number): Promise<Fact[]> {
  const namespace = pod.metadata.namespace!;
  const found: Fact[] = [];
  for (const { name } of claimsOf(pod, { get: () => undefined, list: () => [] })) {
    const claim = await world.get('persistentvolumeclaims', namespace, name);
    if (!claim) {
      if (world.missing.length === 0)
        found.push(
          bad(`claim ${name} does not exist in namespace ${namespace}`, 'create it, or correct its name in the pod'),
        );
      continue;
    }
    const phase = claim['status']?.phase ?? 'Pending';
    if (phase === 'Bound') continue;
    const className = claim['spec'].storageClassName;
    found.push(bad(`claim ${name} is ${phase}${className ? ` (class ${className})` : ' and names no storage class'}`));
    const events = await eventsOf(claim, world);
    const said = events.at(-1);
    if (said) found.push(warn(toldText(said, now), claimAdvice[said.reason]));
  }
  return found;
}

const claimAdvice: Readonly<Record<string, string>> = {
  ProvisioningFailed: 'see that the storage class exists and that its provisioner runs',
  FailedBinding: 'name a storage class, mark one as the default, or create a volume that fits',
  ExternalProvisioning: "see that the provisioner's pods run",
};

/** A node that is not Ready explains much. */
async function nodeFacts(pod: KubeObject, world: World): Promise<Fact[]> {
  const name: string | undefined = pod['spec'].nodeName;
  if (!name) return [];
  const node = await world.get('nodes', undefined, name);
  const ready = node && conditionOf(node, 'Ready');
  if (!ready || ready.status === 'True') return [];
  return [
    bad(
      `its node ${name} is not Ready: ${ready.reason ?? ''} ${ready.message ?? ''}`.trim(),
      'nothing that runs there is known until the node answers again',
    ),
  ];
}

/** Why a pod without a node is not even tried. */
export function gatedFacts(pod: KubeObject): Fact[] {
  const gates: { name: string }[] = pod['spec'].schedulingGates ?? [];
  if (gates.length === 0) return [];
  return [
    bad(
      `scheduling gates hold it back: ${gates.map(({ name }) => name).join(', ')}`,
      'whoever set them has to take them out of spec.schedulingGates',
    ),
  ];
}
