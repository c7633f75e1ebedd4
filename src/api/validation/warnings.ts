import type { KubeObject } from '../meta.ts';
import { groupResource } from '../resource.ts';
import { addressWarnings } from './address-warnings.ts';
import { type Fields, listAt, quantityOf } from './checks.ts';
import { dnsLabel } from './names.ts';
import { placementWarnings, topologyWarnings } from './node-label-warnings.ts';
import { claimSpecWarnings, loadBalancerWarnings, type ObjectWarnings, objectWarnings } from './object-warnings.ts';
import { containersOf } from './pod-security.ts';
import { portWarnings } from './port-warnings.ts';
import { volumePathWarnings } from './volume-path-warnings.ts';
import { jobSpecWarnings, lastWorkloadWarnings, TEMPLATE_COUNT } from './workload-warnings.ts';

/**
 * What a server lets pass but speaks of in `Warning` headers. Sources: Kubernetes pkg/api/pod/warnings.go,
 * pkg/api/node, and the strategies under pkg/registry.
 */

const oldAnnotations: readonly [key: string, text: string][] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];

/** Volume sources on their way out, with the name that the message gives them. */
const oldVolumes: readonly [source: string, shown: string, text: string][] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const byteResources = ['memory', 'ephemeral-storage'];
const nothing = 'a null labelSelector results in matching no pod';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

function containerWarnings(at: string, container: Fields, texts: string[]): void {
  for (const name of byteResources) {
    for (const kind of ['limits', 'requests']) {
      const amount = container.resources?.[kind]?.[name];
      if (amount === undefined || quantityOf(amount).nano % 1_000_000_000n === 0n) continue;
      const shown = JSON.stringify(quantityOf(amount).toString());
      texts.push(`${at}.resources.${kind}[${name}]: fractional byte value ${shown} is invalid, must be an integer`);
    }
  }
  const names = new Set<unknown>();
  for (const [index, env] of listAt(container, 'env').entries()) {
    const reference = `$(${env.name})`;
    const value = String(env.value ?? '');
    if (names.has(env.name) && (env.valueFrom || value === reference || !value.includes(reference))) {
      const name = JSON.stringify(env.name);
      texts.push(`${at}.env[${index}]: hides previous definition of ${name}, which may be dropped when using apply`);
    }
    names.add(env.name);
  }
}

/** `at`: where the pod or the template is, with a dot at its end unless it is the whole object. */
function podWarnings(at: string, { metadata = {}, spec = {} }: Fields): string[] {
  const texts: string[] = placementWarnings(`${at}spec`, spec);
  for (const [index, constraint] of listAt(spec, 'topologySpreadConstraints').entries()) {
    texts.push(
      ...topologyWarnings(`${at}spec.topologySpreadConstraints[${index}].topologyKey`, constraint.topologyKey),
    );
    if (!constraint.labelSelector) {
      texts.push(`${at}spec.topologySpreadConstraints[${index}].labelSelector: ${nothing}`);
    }
  }
  for (const [key, text] of oldAnnotations) {
    if (metadata.annotations?.[key] !== undefined) texts.push(`${at}metadata.annotations[${key}]: ${text}`);
  }
  for (const [index, volume] of listAt(spec, 'volumes').entries()) {
    for (const [source, shown, text] of oldVolumes) {
      if (volume[source]) texts.push(`${at}spec.volumes[${index}].${shown}: ${text}`);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate;
    if (claim)
      texts.push(...claimSpecWarnings(`${at}spec.volumes[${index}].ephemeral.volumeClaimTemplate.spec`, claim.spec));
  }
  texts.push(...volumePathWarnings(spec));
  const repeated = (field: string, key: string, what: string): void => {
    const seen = new Set<unknown>();
    for (const [index, item] of listAt(spec, field).entries()) {
      if (seen.has(item[key])) {
        texts.push(`${at}spec.${field}[${index}].${key}: duplicate ${what} ${JSON.stringify(item[key])}`);
      }
      seen.add(item[key]);
    }
  };
  repeated('hostAliases', 'ip', 'ip');
  repeated('imagePullSecrets', 'name', 'name');
  for (const [index, secret] of listAt(spec, 'imagePullSecrets').entries()) {
    if (!secret.name) texts.push(`${at}spec.imagePullSecrets[${index}].name: invalid empty name ""`);
  }
  for (const one of containersOf(spec, `${at}spec`)) containerWarnings(one.at, one.container, texts);
  portWarnings(spec, `${at}spec`, texts);
  if (spec.terminationGracePeriodSeconds < 0) {
    texts.push(
      `${at}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const path = `${at}spec.affinity.${kind}`;
    for (const [index, term] of listAt(spec.affinity?.[kind], required).entries()) {
      if (!term.labelSelector) texts.push(`${path}.${required}[${index}].labelSelector: ${nothing}`);
    }
    for (const [index, term] of listAt(spec.affinity?.[kind], preferred).entries()) {
      if (term.podAffinityTerm?.labelSelector) continue;
      texts.push(`${path}.${preferred}[${index}].podAffinityTerm.labelSelector: ${nothing}`);
    }
  }
  for (const [index, address] of ((spec.dnsConfig?.nameservers ?? []) as string[]).entries()) {
    texts.push(...addressWarnings(`${at}spec.dnsConfig.nameservers[${index}]`, address));
  }
  for (const [index, { ip = '' }] of listAt(spec, 'hostAliases').entries()) {
    texts.push(...addressWarnings(`${at}spec.hostAliases[${index}].ip`, ip));
  }
  return texts;
}

/** Where kinds keep the template of their pods. */
const templates: Readonly<Record<string, string>> = {
  podtemplates: 'template',
  replicationcontrollers: 'spec.template',
  'deployments.apps': 'spec.template',
  'replicasets.apps': 'spec.template',
  'statefulsets.apps': 'spec.template',
  'daemonsets.apps': 'spec.template',
  'jobs.batch': 'spec.template',
  'cronjobs.batch': 'spec.jobTemplate.spec.template',
};

const recommended = 'which can result in surprising behavior; a DNS label is recommended';
const inPodNames = ['replicationcontrollers', 'deployments.apps', 'replicasets.apps', 'jobs.batch', 'cronjobs.batch'];

function nameWarnings(name: string, { metadata }: KubeObject): string[] {
  const complaints = dnsLabel(metadata.name ?? '');
  if (complaints.length === 0) return [];
  const list = `[${complaints.join(' ')}]`;
  if (name === 'pods') return [`metadata.name: this is used in the Pod's hostname, ${recommended}: ${list}`];
  if (!inPodNames.includes(name)) return [];
  return [`metadata.name: this is used in Pod names and hostnames, ${recommended}: ${list}`];
}

/** What kinds without pods are spoken of for. */
const others: Readonly<Record<string, ObjectWarnings>> = {
  ...objectWarnings,
  endpoints: () => ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
};

/** Whose template a server speaks of: the one that is replaced where it takes the two for each other. */
const spokenOf = (name: string, object: KubeObject, previous: KubeObject | undefined): KubeObject =>
  name === 'replicationcontrollers' ? (previous ?? object) : object;

/** Whether a server says of a changed owner what it says of its template. */
function isTemplateCounted(name: string, object: KubeObject, previous: KubeObject): boolean {
  const countOf = ({ metadata }: KubeObject): unknown =>
    name === 'daemonsets.apps' ? metadata.annotations?.[TEMPLATE_COUNT] : metadata.generation;
  return countOf(object) !== countOf(previous);
}

/**
 * Texts for `Warning` headers of a sound object that is made, or changed from `previous`. Pods that change
 * are not spoken of, and templates only where their owner counts a change.
 */
export function warningsFor(
  object: KubeObject,
  resource: { group: string; plural: string },
  previous?: KubeObject,
  subresource?: string,
): string[] {
  const name = groupResource(resource);
  if (subresource) return subresource === 'status' ? loadBalancerWarnings(name, object) : [];
  const other = others[name];
  if (other) return other(object, !previous, previous);
  if (name === 'pods') return previous ? [] : [...nameWarnings(name, object), ...podWarnings('', object)];
  const path = templates[name];
  if (!path) return [];
  const last = lastWorkloadWarnings[name]?.(object, !previous) ?? [];
  if (previous && !isTemplateCounted(name, object, previous)) return last;
  // biome-ignore lint/suspicious/noExplicitAny: a path into an object of any kind.
  const template = path.split('.').reduce<any>((inner, step) => inner?.[step], spokenOf(name, object, previous));
  const texts = [...(previous ? [] : nameWarnings(name, object)), ...(jobSpecWarnings[name]?.(object) ?? [])];
  return [...texts, ...(template ? podWarnings(`${path}.`, template) : []), ...last];
}
