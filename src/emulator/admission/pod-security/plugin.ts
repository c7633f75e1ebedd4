import type { KubeObject } from '../../../api/meta.ts';
import { invalid } from '../../errors.ts';
import { jsonEqual } from '../../registry/equal.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../registry/machine.ts';
import { refusal } from '../refuse.ts';
import { violationsOf, violationText } from './checks.ts';
import { labelFaults, type Policies, type Policy, policiesOf, strictness } from './levels.ts';
import { podView, type Template } from './pod-view.ts';
import type { Violation } from './words.ts';

const inSpec = ({ spec }: KubeObject): Template | undefined => spec?.template;

/** Where objects that make pods keep their template; for these is only warned. */
const templates: Readonly<Record<string, (object: KubeObject) => Template | undefined>> = {
  podtemplates: (object) => object.template as Template | undefined,
  replicationcontrollers: inSpec,
  'replicasets.apps': inSpec,
  'deployments.apps': inSpec,
  'statefulsets.apps': inSpec,
  'daemonsets.apps': inSpec,
  'jobs.batch': inSpec,
  'cronjobs.batch': ({ spec }) => spec?.jobTemplate?.spec?.template,
};

/** PodSecurity: the standards that a namespace's labels ask for (pod-security-admission). */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  check(request) {
    const { operation, resource, subresource, object } = request;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (resource.storage === 'namespaces' && !subresource) return checkNamespace(request);
    if (resource.storage === 'pods') {
      if (subresource ? subresource === 'ephemeralcontainers' : isSignificant(request)) checkPod(request);
      return;
    }
    const template = subresource ? undefined : templates[resource.storage]?.(object);
    if (template) warnOf(request, policiesFor(request), template);
  },
};

const known = new WeakMap<KubeObject, Policies>();
const none = policiesOf();

/** What a namespace asks for, read once for as long as it is stored as it is. */
function policiesFor({ machine, namespace: name }: AdmissionRequest): Policies {
  const namespace = machine.store.get('namespaces', undefined, name ?? '');
  if (!namespace) return none;
  let policies = known.get(namespace);
  if (!policies) {
    policies = policiesOf(namespace.metadata.labels);
    known.set(namespace, policies);
  }
  return policies;
}

/** The privileged level allows everything, so that nothing needs to be looked at. */
function violations(policy: Policy, pod: Template): Violation[] {
  return policy.level === 'privileged' ? [] : violationsOf(policy, podView(pod));
}

function checkPod(request: AdmissionRequest): void {
  const policies = policiesFor(request);
  const found = violations(policies.enforce, request.object);
  if (found.length > 0) {
    throw refusal(request, `violates PodSecurity "${policies.enforce.text}": ${violationText(found)}`);
  }
  warnOf(request, policies, request.object);
}

function warnOf({ warn }: AdmissionRequest, policies: Policies, pod: Template): void {
  const found = warn ? violations(policies.warn, pod) : [];
  if (found.length > 0) warn!(`would violate PodSecurity "${policies.warn.text}": ${violationText(found)}`);
}

/** What the checks look at can change in a pod that runs only by its annotations. */
function isSignificant({ object, previous }: AdmissionRequest): boolean {
  if (!previous) return true;
  const { annotations } = object.metadata;
  return !jsonEqual(annotations ?? {}, previous.metadata.annotations ?? {});
}

function checkNamespace(request: AdmissionRequest): void {
  const { object, previous, name } = request;
  const { labels = {} } = object.metadata;
  const before = previous?.metadata.labels ?? {};
  if (previous && jsonEqual(labels, before)) return;
  const faults = labelFaults(labels);
  if (faults.length > 0 && (!previous || labelFaults(before).length === 0)) {
    throw invalid({ group: '', kind: 'Namespace' }, name || (object.metadata.name ?? ''), faults);
  }
  const { enforce } = policiesOf(labels);
  const { enforce: was } = policiesOf(before);
  const isNoStricter =
    strictness(enforce) < strictness(was) || (enforce.level === was.level && enforce.minor === was.minor);
  if (previous && enforce.level !== 'privileged' && !isNoStricter) warnOfExisting(request, enforce);
}

/** Pods that run already are left alone; who tightens the rules is told of them. */
function warnOfExisting({ machine, name, warn }: AdmissionRequest, enforce: Policy): void {
  if (!warn) return;
  const byReasons = new Map<string, string[]>();
  for (const pod of machine.store.list('pods', name)) {
    const found = violations(enforce, pod);
    if (found.length === 0) continue;
    const reasons = found.map(({ reason }) => reason).join(', ');
    byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), pod.metadata.name ?? '']);
  }
  if (byReasons.size === 0) return;
  warn(
    `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level "${enforce.text}"`,
  );
  const lines = [...byReasons].map(([reasons, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` (and ${others.length} other pod${others.length === 1 ? '' : 's'})`;
    return `${first}${more}: ${reasons}`;
  });
  for (const line of lines.sort()) warn(line);
}
