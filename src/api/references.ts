import { type LabelSelectorObject, selectorOf } from '../lib/label-selector.ts';
import type { KubeObject } from './meta.ts';
import { parseApiVersion } from './resource.ts';
import { backendsOf, podSpecOf } from './uses.ts';

/** An object that another one names. */
export interface Reference {
  /** `ConfigMap`, `Role.rbac.authorization.k8s.io`. */
  kind: string;
  name: string;
  /** It may be missing. */
  optional?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: specs as they come
type Fields = Record<string, any>;

const podLabelsOf = (object: KubeObject): Readonly<Record<string, string>> | undefined =>
  object.kind === 'Pod' ? object.metadata.labels : object.spec?.template?.metadata?.labels;

const named = (kind: string, from: Fields | undefined, key = 'name'): readonly Reference[] =>
  from?.[key] ? [{ kind, name: from[key], ...(from.optional === true && { optional: true }) }] : [];

function ofVolume({ configMap, secret, persistentVolumeClaim, projected }: Fields): readonly Reference[] {
  const sources: readonly Fields[] = projected?.sources ?? [];
  return [
    ...named('ConfigMap', configMap),
    ...named('Secret', secret, 'secretName'),
    ...named('PersistentVolumeClaim', persistentVolumeClaim, 'claimName'),
    ...sources.flatMap((source) => [...named('ConfigMap', source.configMap), ...named('Secret', source.secret)]),
  ];
}

function ofContainer({ env = [], envFrom = [] }: Fields): readonly Reference[] {
  return [
    ...envFrom.flatMap((from: Fields) => [
      ...named('ConfigMap', from.configMapRef),
      ...named('Secret', from.secretRef),
    ]),
    ...env.flatMap(({ valueFrom }: Fields) => [
      ...named('ConfigMap', valueFrom?.configMapKeyRef),
      ...named('Secret', valueFrom?.secretKeyRef),
    ]),
  ];
}

function ofPodSpec(spec: Fields): readonly Reference[] {
  const account = spec.serviceAccountName;
  return [
    ...(account && account !== 'default' ? [{ kind: 'ServiceAccount', name: account }] : []),
    ...[...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(ofContainer),
    ...(spec.volumes ?? [])
      .filter(({ name }: Fields) => !String(name).startsWith('kube-api-access-'))
      .flatMap(ofVolume),
    ...(spec.imagePullSecrets ?? []).flatMap((secret: Fields) => named('Secret', secret)),
  ];
}

const groupOf = (apiGroup: string | undefined, kind: string): string => (apiGroup ? `${kind}.${apiGroup}` : kind);

const byKind: Readonly<Record<string, (object: KubeObject) => readonly Reference[]>> = {
  PersistentVolumeClaim: ({ spec }) => named('PersistentVolume', spec, 'volumeName'),
  'Ingress.networking.k8s.io': ({ spec }) => [
    ...(spec?.tls ?? []).flatMap((tls: Fields) => named('Secret', tls, 'secretName')),
    ...named('IngressClass.networking.k8s.io', spec, 'ingressClassName'),
  ],
  'RoleBinding.rbac.authorization.k8s.io': ({ roleRef }) => [
    { kind: groupOf(roleRef?.apiGroup, roleRef?.kind), name: roleRef?.name },
  ],
};

/** `Pod`, `Deployment.apps`. */
const kindOf = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string =>
  groupOf(parseApiVersion(apiVersion).group, kind);

/** What an object needs, by its own words; each once. */
export function usedBy(object: KubeObject): readonly Reference[] {
  const spec = podSpecOf(object);
  const kind = kindOf(object);
  const all = [...(spec ? ofPodSpec(spec) : []), ...(Object.hasOwn(byKind, kind) ? byKind[kind]!(object) : [])];
  const seen = new Set<string>();
  return all.filter(({ kind: of, name }) => {
    const key = `${of}/${name}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** Types whose objects point at others: they are looked through for what points at an object. */
export const pointingKinds = [
  'services',
  'ingresses.networking.k8s.io',
  'horizontalpodautoscalers.autoscaling',
  'poddisruptionbudgets.policy',
];

/** Whether `other`, of the same namespace, chooses or names `object`. */
export function pointsAt(other: KubeObject, object: KubeObject): boolean {
  const { spec } = other;
  const labels = podLabelsOf(object);
  switch (other.kind) {
    case 'Service': {
      const wanted = Object.entries((spec?.selector ?? {}) as Record<string, string>);
      return wanted.length > 0 && labels !== undefined && wanted.every(([key, value]) => labels[key] === value);
    }
    case 'PodDisruptionBudget':
      return (
        labels !== undefined &&
        spec?.selector !== undefined &&
        selectorOf(spec.selector as LabelSelectorObject).matches(labels)
      );
    case 'HorizontalPodAutoscaler':
      return spec?.scaleTargetRef?.kind === object.kind && spec.scaleTargetRef.name === object.metadata.name;
    case 'Ingress':
      return object.kind === 'Service' && backendsOf(other.spec).includes(object.metadata.name ?? '');
    default:
      return false;
  }
}
