/** Fields of pods behind gates that are off in 1.36: only where they were there before. Source: Kubernetes pkg/api/pod/util.go. */

// biome-ignore lint/suspicious/noExplicitAny: the spec of a pod as it came.
type Fields = Record<string, any>;

const listAt = (fields: Fields | undefined, name: string): Fields[] =>
  Array.isArray(fields?.[name]) ? fields[name] : [];

const containersOf = (spec: Fields | undefined): Fields[] =>
  ['containers', 'initContainers', 'ephemeralContainers'].flatMap((field) => listAt(spec, field));

const sourcesOf = (spec: Fields | undefined): Fields[] =>
  listAt(spec, 'volumes').flatMap((volume) => listAt(volume?.projected, 'sources'));

const GATED_SOURCES = ['clusterTrustBundle', 'podCertificate'];

/** Takes such fields out of `spec`, unless `old` has some of the same. */
export function dropGatedFields(spec: Fields | undefined, old: Fields | undefined): void {
  for (const field of GATED_SOURCES) {
    if (sourcesOf(old).some((source) => source?.[field])) continue;
    for (const source of sourcesOf(spec)) if (source?.[field]) delete source[field];
  }
  for (const volume of listAt(spec, 'volumes')) {
    if (volume?.projected?.sources?.length === 0) volume.projected.sources = null;
  }
  if (spec && !old?.schedulingGroup) delete spec.schedulingGroup;
  if (containersOf(old).some(({ lifecycle }) => lifecycle?.stopSignal)) return;
  for (const container of containersOf(spec)) {
    if (!container?.lifecycle?.stopSignal) continue;
    delete container.lifecycle.stopSignal;
    if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
  }
}
