import { type FieldDifference, fieldDifferences } from '../../api/changes/field-diff.ts';
import { ownersOf } from '../../api/changes/field-owners.ts';
import { isSecret } from '../../api/changes/kept-object.ts';
import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import { ownFields } from '../../api/changes/own-fields.ts';
import { shownValue } from '../../api/changes/shown-value.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { CommandContext } from '../command.ts';
import { objectName } from '../shared/names.ts';
import type { ResultPrinter } from '../shared/result-printer.ts';
import { World } from '../why/world.ts';
import { applyFindings } from './apply-findings.ts';
import { type Finding, findingsText } from './finding.ts';
import { type ChangedObject, quotaFindings } from './quota-effects.ts';

interface Seen {
  resource: ResourceInfo;
  object: KubeObject;
  pruned: boolean;
}

export interface ApplyPreview extends ResultPrinter {
  /** True where an object is to be made whose namespace is made by the same files: the server cannot try that. */
  awaitsNamespace(namespace: string | undefined, error: unknown): boolean;
  /** Shows what was gathered. */
  finish(): Promise<void>;
}

/**
 * `apply --preview`: takes what the server made of each manifest in a rehearsal in the place of what prints results,
 * and shows it against what is there.
 */
export function applyPreview(manager: string, cluster: Cluster, { io, signal }: CommandContext): ApplyPreview {
  const seen: Seen[] = [];
  return {
    wantsObjects: false,
    print(resource, object, operation) {
      seen.push({ resource, object, pruned: operation === 'pruned' });
    },
    awaitsNamespace: (namespace, error) =>
      isApiError(error, 'NotFound') &&
      error.status.details?.kind === 'namespaces' &&
      seen.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace),
    async finish() {
      const changes = await Promise.all(seen.map((one) => withLive(one, cluster, signal)));
      const findings: Finding[] = [];
      const namespaces = new Set(changes.map(({ before, after }) => (after ?? before)?.metadata.namespace));
      const world = new World(cluster, signal);
      const inNamespaces = async (resource: string) =>
        (await Promise.all([...namespaces].flatMap((name) => (name ? [world.list(resource, name)] : [])))).flat();
      const [pods, quotas] = await Promise.all([inNamespaces('pods'), inNamespaces('resourcequotas')]);
      for (const change of changes) {
        const differences = differencesOf(change);
        io.stdout.write(changeText(change, differences, manager));
        findings.push(...applyFindings(change, differences, pods));
      }
      const text = findingsText([...findings, ...quotaFindings(changes, quotas)]);
      if (text !== '') io.stdout.write(`What comes of it:\n${text}`);
      if (world.missing.length > 0) io.stdout.write(`Not seen, for want of rights: ${world.missing.join(', ')}\n`);
      io.stdout.write('Nothing was changed.\n');
    },
  };
}

async function withLive(
  { resource, object, pruned }: Seen,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ChangedObject> {
  const { namespace, name } = object.metadata;
  try {
    const path = resourcePath(resource, { namespace, name });
    const before = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
    return { resource, before, after: pruned ? undefined : object };
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
    return { resource, before: undefined, after: pruned ? undefined : object };
  }
}

/** Of fields that somebody writes; what the server keeps count of is left out. */
function differencesOf({ before, after }: ChangedObject): FieldDifference[] {
  if (!before || !after) return [];
  return fieldDifferences(withoutManifest(ownFields(before, undefined)), withoutManifest(ownFields(after, undefined)));
}

/** The manifest that `apply` keeps says the same once more. */
function withoutManifest({ metadata, ...rest }: KubeObject): KubeObject {
  const { annotations, ...others } = metadata;
  const { [lastAppliedAnnotation]: _, ...kept } = annotations ?? {};
  return { ...rest, metadata: { ...others, ...(Object.keys(kept).length > 0 && { annotations: kept }) } } as KubeObject;
}

function changeText(
  { resource, before, after }: ChangedObject,
  differences: readonly FieldDifference[],
  manager: string,
): string {
  const object = (after ?? before)!;
  const where = object.metadata.namespace === undefined ? '' : ` in ${object.metadata.namespace}`;
  const word = !after ? 'pruned' : !before ? 'created' : differences.length > 0 ? 'configured' : 'unchanged';
  const secret = isSecret(object);
  const lines = differences.map((one) => {
    const others = ownersOf(one, before?.metadata.managedFields).filter((name) => name !== manager);
    const owners = others.length > 0 ? `  (of ${others.join(', ')})` : '';
    return `    ${one.path}: ${shownValue(one.before, one.path, secret)} -> ${shownValue(one.after, one.path, secret)}${owners}\n`;
  });
  return `${objectName(resource, object)}${where} ${word}\n${lines.join('')}`;
}
