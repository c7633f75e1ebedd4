import type { KubeObject, ObjectMeta } from '../../api/meta.ts';

/** What servers and controllers write into objects that nobody would write into a manifest. */

// biome-ignore lint/suspicious/noExplicitAny: fields of kinds that are told apart by name
export type Fields = Record<string, any>;

/** Metadata that people write. */
const ownMetadata = ['name', 'namespace', 'labels', 'annotations', 'finalizers'] as const;

const generatedAnnotations = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller|provisioned-by|migrated-to)$/,
  /^volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node|storage-resizer)$/,
  /^volume\.kubernetes\.io\/provisioner-deletion-secret-/,
  /^control-plane\.alpha\.kubernetes\.io\/leader$/,
  /^endpoints\.kubernetes\.io\//,
  /^autoscaling\.alpha\.kubernetes\.io\/(conditions|current-metrics)$/,
  /^batch\.kubernetes\.io\/(job-tracking|cronjob-scheduled-timestamp)$/,
  /^kubernetes\.io\/config\.(seen|source|hash|mirror)$/,
  /^node\.alpha\.kubernetes\.io\/ttl$/,
  /^volumes\.kubernetes\.io\/controller-managed-attach-detach$/,
  /^cni\.projectcalico\.org\//,
];

const generatedLabels = [
  /^pod-template-(hash|generation)$/,
  /^controller-revision-hash$/,
  /^statefulset\.kubernetes\.io\/pod-name$/,
  /^apps\.kubernetes\.io\/pod-index$/,
  /^(batch\.kubernetes\.io\/)?(controller-uid|job-name|job-completion-index)$/,
  /^kubernetes\.io\/metadata\.name$/,
  /^endpointslice\.kubernetes\.io\/managed-by$/,
  /^service\.kubernetes\.io\/headless$/,
];

/** Finalizers that servers and controllers of Kubernetes put there by themselves. */
const generatedFinalizers =
  /^(kubernetes|orphan|foregroundDeletion|(kubernetes\.io|batch\.kubernetes\.io|service\.kubernetes\.io|snapshot\.storage\.kubernetes\.io|external-provisioner\.volume\.kubernetes\.io|customresourcecleanup\.apiextensions\.k8s\.io)(\/.*)?)$/;

/** The last manifest that was applied from the client; undefined where there is none, or one that cannot be read. */
export function lastApplied({ metadata }: KubeObject): KubeObject | undefined {
  const text = metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (text === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

function kept(map: Readonly<Record<string, string>> | undefined, generated: readonly RegExp[]) {
  const entries = Object.entries(map ?? {}).filter(([key]) => !generated.some((pattern) => pattern.test(key)));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** A copy with only what people write. */
export function ownMetadataOf(metadata: ObjectMeta): ObjectMeta {
  const own: Fields = {};
  for (const field of ownMetadata) if (metadata[field] !== undefined) own[field] = metadata[field];
  own.labels = kept(own.labels, generatedLabels);
  own.annotations = kept(own.annotations, generatedAnnotations);
  own.finalizers = own.finalizers?.filter((name: string) => !generatedFinalizers.test(name));
  for (const field of ['labels', 'annotations', 'finalizers']) {
    if (own[field] === undefined || own[field].length === 0) delete own[field];
  }
  // What got its name from a prefix has the prefix in its manifest, and the name only in this cluster.
  return own as ObjectMeta;
}

/** Takes fields away that the manifest of `applied` does not have either. */
function takeAway(from: Fields | undefined, applied: Fields | undefined, ...names: readonly string[]): void {
  if (!from) return;
  for (const name of names) if (applied?.[name] === undefined) delete from[name];
}

const serviceAccountMount = '/var/run/secrets/kubernetes.io/serviceaccount';
const automatic = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

function withoutIfEmpty(from: Fields, name: string, keep: (item: Fields) => boolean): void {
  if (!Array.isArray(from[name])) return;
  from[name] = from[name].filter(keep);
  if (from[name].length === 0) delete from[name];
}

/** Where a pod runs, and what admission gave it: account, token, tolerations, priority. */
function pod(object: Fields, applied: Fields | undefined): void {
  const { spec = {} } = object;
  const given = applied?.spec;
  takeAway(spec, given, 'nodeName', 'priority');
  if (spec.priorityClassName !== undefined || spec.preemptionPolicy === 'PreemptLowerPriority') {
    takeAway(spec, given, 'preemptionPolicy');
  }
  if (spec.serviceAccountName === 'default') takeAway(spec, given, 'serviceAccountName', 'serviceAccount');
  const tokens = new Set<string>();
  withoutIfEmpty(spec, 'volumes', ({ name, projected }) => {
    const isToken = String(name).startsWith('kube-api-access-') && projected !== undefined;
    if (isToken) tokens.add(name);
    return !isToken;
  });
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of spec[list] ?? []) {
      withoutIfEmpty(
        container,
        'volumeMounts',
        ({ name, mountPath }) => !(tokens.has(name) && mountPath === serviceAccountMount),
      );
    }
  }
  withoutIfEmpty(
    spec,
    'tolerations',
    ({ key, operator, effect, tolerationSeconds }) =>
      !(automatic.has(key) && operator === 'Exists' && effect === 'NoExecute' && tolerationSeconds === 300) ||
      (given?.tolerations ?? []).some((one: Fields) => one.key === key),
  );
}

/** Addresses and ports that were given out. `None` is asked for. */
function service(object: Fields, applied: Fields | undefined): void {
  const { spec = {} } = object;
  const given = applied?.spec;
  if (spec.clusterIP !== 'None') takeAway(spec, given, 'clusterIP');
  takeAway(spec, given, 'clusterIPs', 'ipFamilies', 'healthCheckNodePort');
  if (spec.ipFamilyPolicy === 'SingleStack') takeAway(spec, given, 'ipFamilyPolicy');
  for (const port of spec.ports ?? []) {
    const same = (given?.ports ?? []).find((one: Fields) => one.port === port.port && one.name === port.name);
    takeAway(port, same, 'nodePort');
  }
}

const ownerLabels = /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/;

/** The selector of a job and the labels that it gives its pods. */
function job(object: Fields): void {
  const { spec = {}, metadata } = object;
  if (spec.manualSelector) return;
  delete spec.selector;
  for (const labelled of [metadata, spec.template?.metadata]) {
    for (const key of Object.keys(labelled?.labels ?? {})) if (ownerLabels.test(key)) delete labelled.labels[key];
    if (labelled?.labels && Object.keys(labelled.labels).length === 0) delete labelled.labels;
  }
}

/** What was bound; a reference to a claim keeps its name. */
function persistentVolume({ spec = {} }: Fields, applied: Fields | undefined): void {
  takeAway(spec.claimRef, applied?.spec?.claimRef, 'uid', 'resourceVersion');
}

const byKind: Readonly<Record<string, (object: Fields, applied: Fields | undefined) => void>> = {
  Pod: pod,
  Service: service,
  'Job.batch': job,
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: ({ spec }, applied) => takeAway(spec, applied?.spec, 'volumeName'),
  Namespace: ({ spec }) => {
    if (spec?.finalizers?.length === 1 && spec.finalizers[0] === 'kubernetes') delete spec.finalizers;
  },
  Node: ({ spec }, applied) => takeAway(spec, applied?.spec, 'podCIDR', 'podCIDRs', 'providerID'),
  ServiceAccount: (object, applied) => takeAway(object, applied, 'secrets'),
};

/** Takes what the kind is known to get by itself out of a copy, in place. */
export function dropGenerated(kind: string, object: Fields, applied: Fields | undefined): void {
  if (Object.hasOwn(byKind, kind)) byKind[kind]!(object, applied);
}
