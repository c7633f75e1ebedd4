import type { KubeObject } from '../../api/meta.ts';
import { approvalOf, isProtectedGroup } from '../../api/validation/definition-versions.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { Machine } from '../registry/machine.ts';
import { loadRulesFor } from './check.ts';
import { DEFINITIONS, type DefinitionCondition, writeStatus } from './conditions.ts';
import type { CustomResource, CustomScale, PrinterColumn, StructuralSchema } from './custom-resource.ts';
import { acceptNames, compareVersionNames, type Names } from './names.ts';
import { removeInstances } from './removal.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const PART = ['get', 'patch', 'update'];

interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: StructuralSchema };
  subresources?: { status?: object; scale?: CustomScale };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
  deprecated?: boolean;
  deprecationWarning?: string;
}

/**
 * Serves what custom resource definitions define, from the moment they are written, and says so in
 * their status; returns the stop. Runs inside the write, so that the answer to a create comes when
 * the kind is already there.
 */
export function followDefinitions(machine: Machine): () => void {
  for (const definition of machine.store.list(DEFINITIONS)) look(machine, definition);
  return machine.store.subscribe('*', ({ type, resource, object }) => {
    if (resource !== DEFINITIONS) {
      const definition = type === 'DELETED' ? machine.store.get(DEFINITIONS, undefined, resource) : undefined;
      if (definition?.metadata.deletionTimestamp) removeInstances(machine, definition);
      return;
    }
    if (type === 'DELETED') return forget(machine, object);
    // Only the newest state counts: a handler before this one may have written again.
    const newest = machine.store.get(DEFINITIONS, undefined, object.metadata.name ?? '');
    if (newest) look(machine, newest);
  });
}

function look(machine: Machine, definition: KubeObject): void {
  const name = definition.metadata.name ?? '';
  const { group } = definition.spec;
  const { accepted, conflict } = acceptNames(
    definition,
    machine.store.list(DEFINITIONS).filter(({ spec }) => spec.group === group),
  );
  const isServed = !conflict || isEstablished(definition);
  machine.catalog.setCustom(name, isServed ? servedBy(definition, accepted) : []);
  loadRulesFor(definition);
  if (definition.metadata.deletionTimestamp) removeInstances(machine, definition);
  else {
    const conditions: DefinitionCondition[] = [
      conflict
        ? { type: 'NamesAccepted', status: 'False', ...conflict }
        : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      ...(isEstablished(definition) ? [] : [conflict ? NOT_ACCEPTED : ESTABLISHED]),
      ...approval(definition),
    ];
    writeStatus(machine, definition, conditions, {
      acceptedNames: accepted,
      storedVersions: storedVersionsOf(definition),
    });
  }
}

function forget(machine: Machine, { metadata: { name = '' }, spec }: KubeObject): void {
  // Whoever took the cleanup's finalizer away left these behind; nobody could reach them any more.
  for (const { metadata } of machine.store.list(name))
    machine.store.delete(name, metadata.namespace, metadata.name ?? '');
  machine.catalog.setCustom(name, []);
  // Its names are free for those that wait for them.
  for (const other of machine.store.list(DEFINITIONS)) {
    if (other.spec.group === spec.group) look(machine, other);
  }
}

const isEstablished = (definition: KubeObject): boolean =>
  ((definition.status?.conditions ?? []) as { type: string; status: string }[]).some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );

/** One resource per served version, the storage version's form being the stored one. */
function servedBy(definition: KubeObject, names: Names): ServedResource[] {
  const { group, scope } = definition.spec as { group: string; scope: string };
  const versions = definition.spec.versions as DefinitionVersion[];
  const stored = versions.find((version) => version.storage) ?? versions[0];
  return versions
    .filter((version) => version.served)
    .sort((a, b) => compareVersionNames(a.name, b.name))
    .map((version) => {
      const { status, scale } = version.subresources ?? {};
      return {
        group,
        version: version.name,
        plural: names.plural,
        singular: names.singular ?? '',
        kind: names.kind,
        namespaced: scope === 'Namespaced',
        shortNames: names.shortNames ?? [],
        categories: names.categories ?? [],
        verbs: VERBS,
        subresources: [
          ...(status ? [{ name: 'status', kind: names.kind, verbs: PART }] : []),
          ...(scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: PART }] : []),
        ],
        storage: `${names.plural}.${group}`,
        storageVersion: `${group}/${stored!.name}`,
        hasStatus: status !== undefined,
        custom: { ...customOf(definition, version), ...storedSchemaOf(definition, version, stored!) },
      };
    });
}

function customOf(definition: KubeObject, version: DefinitionVersion): CustomResource {
  const { scale } = version.subresources ?? {};
  const schema = version.schema?.openAPIV3Schema;
  const selectable = (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, ''));
  return {
    definition: definition.metadata.name ?? '',
    ...(schema ? { schema } : {}),
    ...(scale ? { scale } : {}),
    columns: version.additionalPrinterColumns ?? [],
    ...(version.deprecated ? { deprecation: version.deprecationWarning ?? deprecationOf(definition, version) } : {}),
    ...conversionOf(definition),
    selectableFields: Object.fromEntries(selectable.map((path) => [path, (object: KubeObject) => at(object, path)])),
  };
}

function storedSchemaOf(
  { spec }: KubeObject,
  version: DefinitionVersion,
  stored: DefinitionVersion,
): Pick<CustomResource, 'storedSchema'> {
  const schema = stored.schema?.openAPIV3Schema;
  return stored === version || spec.conversion?.strategy === 'Webhook' || !schema ? {} : { storedSchema: schema };
}

/** Names the newest version that takes its place, if there is one (apiextensions-apiserver, customresource_handler.go). */
function deprecationOf({ spec }: KubeObject, { name }: DefinitionVersion): string {
  const { group, names, versions } = spec as { group: string; names: { kind: string }; versions: DefinitionVersion[] };
  const [newest] = versions
    .filter((one) => one.served && !one.deprecated && compareVersionNames(one.name, name) < 0)
    .sort((a, b) => compareVersionNames(a.name, b.name));
  const instead = newest ? `; use ${group}/${newest.name} ${names.kind}` : '';
  return `${group}/${name} ${names.kind} is deprecated${instead}`;
}

function conversionOf({ spec }: KubeObject): Pick<CustomResource, 'conversion'> {
  const { strategy, webhook } = spec.conversion ?? {};
  if (strategy !== 'Webhook' || !webhook?.clientConfig) return {};
  return { conversion: { clientConfig: webhook.clientConfig, reviewVersions: webhook.conversionReviewVersions ?? [] } };
}

function at(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}

const ESTABLISHED: DefinitionCondition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

const NOT_ACCEPTED: DefinitionCondition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};

function storedVersionsOf({ spec, status }: KubeObject): string[] {
  const storage = (spec.versions as DefinitionVersion[]).find((version) => version.storage)?.name;
  return [...new Set([...((status?.storedVersions ?? []) as string[]), storage ?? ''])].filter(Boolean);
}

const APPROVALS = {
  approved: ['True', 'ApprovedAnnotation'],
  bypassed: ['False', 'UnapprovedAnnotation'],
  missing: ['False', 'MissingAnnotation'],
  invalid: ['False', 'InvalidAnnotation'],
} as const;

/** Whether the community agreed to a definition in one of its groups. */
function approval({ metadata, spec }: KubeObject): DefinitionCondition[] {
  if (!isProtectedGroup(String(spec.group))) return [];
  const { state, reason: message } = approvalOf(metadata.annotations);
  const [status, reason] = APPROVALS[state];
  return [{ type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message }];
}
