import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseFieldSelector } from '../../lib/field-selector.ts';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import { badRequest } from '../errors.ts';
import type { ServedResource } from './catalog.ts';
import { toServed } from './convert.ts';

type Getter = (object: KubeObject) => unknown;

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Of the object that an event is about, by the name it has in the API group that is asked. */
const eventFields = (about: string): Readonly<Record<string, Getter>> => ({
  ...Object.fromEntries(INVOLVED.map((field) => [`${about}.${field}`, (event) => event.involvedObject?.[field]])),
  reason: (event) => event.reason,
  type: (event) => event.type,
});

/**
 * What can be selected by field, besides metadata.name and metadata.namespace: a fixed list per kind
 * (the `ToSelectableFields` and field label conversions of each kind). By storage key.
 */
const selectable: Readonly<Record<string, Readonly<Record<string, Getter>>>> = {
  pods: {
    'spec.nodeName': (pod) => pod.spec?.nodeName,
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy,
    'spec.schedulerName': (pod) => pod.spec?.schedulerName,
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName,
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase,
    'status.podIP': (pod) => pod.status?.podIP,
    'status.podIPs': (pod) => pod.status?.podIP,
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName,
  },
  nodes: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  secrets: { type: (secret) => secret.type },
  namespaces: { 'status.phase': (namespace) => namespace.status?.phase },
  services: { 'spec.clusterIP': (service) => service.spec?.clusterIP, 'spec.type': (service) => service.spec?.type },
  replicationcontrollers: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
  'replicasets.apps': { 'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0) },
  'jobs.batch': { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
  'certificatesigningrequests.certificates.k8s.io': { 'spec.signerName': (request) => request.spec?.signerName },
};

/** Events are in two API groups, and each has its own words. */
const eventsOf: Readonly<Record<string, Readonly<Record<string, Getter>>>> = {
  '': {
    ...eventFields('involvedObject'),
    reportingComponent: (event) => event.reportingComponent,
    source: (event) => event.source?.component ?? event.reportingComponent,
  },
  'events.k8s.io': { ...eventFields('regarding'), reportingController: (event) => event.reportingComponent },
};

const everywhere: Readonly<Record<string, Getter>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace,
};

/** True for objects that a request asks for. `undefined` where it asks for all. */
export type Predicate = (object: KubeObject) => boolean;

/**
 * Both selectors of a list or a watch as one test.
 * @throws ApiStatusError 400 with the server's words for what cannot be parsed or selected
 */
export function selection(
  resource: ServedResource,
  labelSelector: string | null | undefined,
  fieldSelector: string | null | undefined,
): Predicate | undefined {
  const tests: Predicate[] = [];
  if (labelSelector) {
    const selector = rejecting(() => parseLabelSelector(labelSelector));
    tests.push((object) => selector.matches(object.metadata.labels));
  }
  const required = rejecting(() => parseFieldSelector(fieldSelector ?? ''));
  for (const [field, terms] of Map.groupBy(required, (one) => one.field)) {
    const get = getterOf(resource, field);
    const ofOperator = (wanted: string) =>
      new Set(terms.filter(({ operator }) => operator === wanted).map(({ value }) => value));
    const [only, never] = [ofOperator('='), ofOperator('!=')];
    tests.push((object) => {
      const value = String(get(object) ?? '');
      return !never.has(value) && (only.size === 0 || (only.size === 1 && only.has(value)));
    });
  }
  if (tests.length === 0) return undefined;
  return tests.length === 1 ? tests[0] : (object) => tests.every((test) => test(object));
}

function getterOf(resource: ServedResource, field: string): Getter {
  const { custom, storage, group } = resource;
  const own = custom ? custom.selectableFields : storage === 'events' ? eventsOf[group] : selectable[storage];
  const get = [everywhere, own].find((fields) => fields && Object.hasOwn(fields, field))?.[field];
  // Defaults that a definition got later are fields, too.
  if (get && resource.custom) return (object) => get(toServed(object, resource));
  if (get) return get;
  if (!own) {
    throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  }
  throw badRequest(`field label not supported: ${field}`);
}

function rejecting<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KctlError) throw badRequest(error.message);
    throw error;
  }
}
