import type { PodTemplate } from '../revisions.ts';
import type { EnvironmentSource } from './environment.ts';

export type ConfigKind = 'ConfigMap' | 'Secret';

/** Where a pod template takes a ConfigMap or Secret from. */
interface ConfigReference {
  kind: ConfigKind;
  name: string;
  /** `env LOG_LEVEL of web`, `envFrom of web`, `volume config`. */
  place: string;
}

/** A ConfigMap or Secret, and what stands in its places in the other revision. */
export interface ConfigPair {
  kind: ConfigKind;
  /** Undefined: nothing stood there. */
  before: string | undefined;
  after: string | undefined;
  places: string[];
}

interface Container extends EnvironmentSource {
  name: string;
}

interface VolumeSource {
  configMap?: { name?: string };
  secret?: { secretName?: string; name?: string };
}

interface Volume extends VolumeSource {
  name: string;
  projected?: { sources?: VolumeSource[] };
}

/** In the order of the template; each place once. */
function configReferences(template: PodTemplate): ConfigReference[] {
  const {
    initContainers = [],
    containers = [],
    volumes = [],
  } = (template.spec ?? {}) as {
    initContainers?: Container[];
    containers?: Container[];
    volumes?: Volume[];
  };
  const found = new Map<string, ConfigReference>();
  const seen = new Map<string, number>();
  const add = (kind: ConfigKind, name: string | undefined, place: string) => {
    if (name) found.set(`${kind} ${place}`, { kind, name, place });
  };
  /** Several of a kind in one place are told apart by their turn. */
  const addNext = (kind: ConfigKind, name: string | undefined, place: string) => {
    if (!name) return;
    const turn = (seen.get(`${kind} ${place}`) ?? 0) + 1;
    seen.set(`${kind} ${place}`, turn);
    add(kind, name, turn === 1 ? place : `${place} (${turn})`);
  };
  for (const { name: container, env = [], envFrom = [] } of [...initContainers, ...containers]) {
    for (const { configMapRef, secretRef, prefix } of envFrom) {
      const place = `envFrom of ${container}${prefix ? ` as ${prefix}*` : ''}`;
      addNext('ConfigMap', configMapRef?.name, place);
      addNext('Secret', secretRef?.name, place);
    }
    for (const { name, valueFrom } of env) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name, `env ${name} of ${container}`);
      add('Secret', valueFrom?.secretKeyRef?.name, `env ${name} of ${container}`);
    }
  }
  for (const { name: volume, configMap, secret, projected } of volumes) {
    for (const source of [{ configMap, secret }, ...(projected?.sources ?? [])] as VolumeSource[]) {
      addNext('ConfigMap', source.configMap?.name, `volume ${volume}`);
      addNext('Secret', source.secret?.secretName ?? source.secret?.name, `volume ${volume}`);
    }
  }
  return [...found.values()];
}

/** What took the place of what: places of both revisions, put together where the same two names meet. */
export function configPairs(before: PodTemplate, after: PodTemplate): ConfigPair[] {
  const key = ({ kind, place }: ConfigReference) => `${kind} ${place}`;
  const [was, is] = [before, after].map((one) => new Map(configReferences(one).map((ref) => [key(ref), ref])));
  const pairs = new Map<string, ConfigPair>();
  for (const id of new Set([...is!.keys(), ...was!.keys()])) {
    const [old, fresh] = [was!.get(id), is!.get(id)];
    const { kind, place } = (fresh ?? old)!;
    const name = `${kind} ${old?.name ?? ''} ${fresh?.name ?? ''}`;
    const pair = pairs.get(name) ?? { kind, before: old?.name, after: fresh?.name, places: [] };
    pair.places.push(place);
    pairs.set(name, pair);
  }
  const found = [...pairs.values()];
  // One more place of what both revisions have is told by the fields; its content is not new.
  const inBoth = new Set(
    found.flatMap(({ kind, before: a, after: b }) => (a !== undefined && a === b ? [`${kind} ${a}`] : [])),
  );
  return found.filter(({ kind, before: a, after: b }) => a === b || !inBoth.has(`${kind} ${b ?? a}`));
}
