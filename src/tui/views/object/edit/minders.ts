import type { KubeObject } from '../../../../api/meta.ts';
import { say } from '../../../words/say.ts';

interface Minder {
  name: string;
  /** What of theirs the object is; undefined where it is none of theirs. */
  of(labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>>): string | undefined;
}

/** Who keeps objects as they are declared elsewhere, and what they write on theirs. */
const minders: readonly Minder[] = [
  {
    name: 'Helm',
    of: (labels, annotations) =>
      labels['app.kubernetes.io/managed-by'] === 'Helm' ? (annotations['meta.helm.sh/release-name'] ?? '') : undefined,
  },
  { name: 'Flux', of: (labels) => labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'] },
  { name: 'Argo CD', of: (_, annotations) => annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] },
];

/** Who may take a change of this object back, a sentence each. */
export function minderLines({ metadata }: KubeObject): string[] {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const found = minders.flatMap(({ name, of }) => {
    const what = of(labels, annotations);
    return what === undefined ? [] : [`${name} ${what}`.trim()];
  });
  const controllers = ownerReferences.filter(({ controller }) => controller).map(({ kind, name }) => `${kind} ${name}`);
  return [...found, ...controllers].map((who) => say('! {who} made it, and may take the change back.', { who }));
}
