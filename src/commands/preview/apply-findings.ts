import type { FieldDifference } from '../../api/changes/field-diff.ts';
import type { KubeObject } from '../../api/meta.ts';
import { counted, type Finding, someOf } from './finding.ts';
import type { ChangedObject } from './quota-effects.ts';

/** Kinds whose pods are replaced when the template changes, with how. */
const rollouts: Readonly<Record<string, (spec: Record<string, never>) => string>> = {
  Deployment: ({ strategy, paused }: { strategy?: { type?: string }; paused?: boolean }) =>
    paused ? 'once it is resumed: it is paused' : (strategy?.type ?? 'RollingUpdate'),
  StatefulSet: ({ updateStrategy }: { updateStrategy?: { type?: string } }) =>
    updateStrategy?.type === 'OnDelete' ? 'as each is deleted (OnDelete)' : 'one by one (RollingUpdate)',
  DaemonSet: ({ updateStrategy }: { updateStrategy?: { type?: string } }) =>
    updateStrategy?.type === 'OnDelete' ? 'as each is deleted (OnDelete)' : 'node by node (RollingUpdate)',
};

/** What comes of one change beyond its fields. */
export function applyFindings(
  { before, after }: ChangedObject,
  differences: readonly FieldDifference[],
  pods: readonly KubeObject[],
): Finding[] {
  if (!before || !after) return [];
  const name = `${after.kind.toLowerCase()}/${after.metadata.name}`;
  const changed = (start: string) => differences.some(({ path }) => path === start || path.startsWith(`${start}.`));
  const found: Finding[] = [];
  if (Object.hasOwn(rollouts, after.kind) && changed('spec.template')) {
    const running: number = before['status']?.replicas ?? before['status']?.currentNumberScheduled ?? 0;
    if (running > 0) {
      const how = rollouts[after.kind]!(after['spec']);
      found.push({
        level: 'warn',
        text: `${name}: its template changes, ${counted(running, 'pod')} would be replaced, ${how}`,
      });
    }
  }
  const [was, is] = [before['spec']?.replicas, after['spec']?.replicas];
  if (changed('spec.replicas') && is === 0) found.push({ level: 'warn', text: `${name}: all ${was} pods would stop` });
  if (after.kind === 'ConfigMap' || after.kind === 'Secret') found.push(...staleReaders(after, pods));
  return found;
}

/** Environment variables are read once, when a container starts. */
function staleReaders({ kind, metadata }: KubeObject, pods: readonly KubeObject[]): Finding[] {
  const [from, key] = kind === 'ConfigMap' ? ['configMapRef', 'configMapKeyRef'] : ['secretRef', 'secretKeyRef'];
  type Reference = Record<string, { name?: string } | undefined>;
  const reads = (pod: KubeObject): boolean =>
    [...(pod['spec'].containers ?? []), ...(pod['spec'].initContainers ?? [])].some(
      (container: { envFrom?: Reference[]; env?: { valueFrom?: Reference }[] }) =>
        container.envFrom?.some((one) => one[from!]?.name === metadata.name) ||
        container.env?.some(({ valueFrom }) => valueFrom?.[key!]?.name === metadata.name),
    );
  const readers = pods.filter((pod) => pod.metadata.namespace === metadata.namespace && reads(pod));
  if (readers.length === 0) return [];
  const names = someOf(readers.map((pod) => `pod/${pod.metadata.name}`));
  return [
    {
      level: 'note',
      text: `${kind.toLowerCase()}/${metadata.name}: ${names} read it as variables and keep the old values until they are restarted`,
    },
  ];
}
