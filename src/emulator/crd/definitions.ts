import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { Machine } from '../registry/machine.ts';
import type { CustomResource, CustomScale, PrinterColumn, StructuralSchema } from './custom-resource.ts';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const PART = ['get', 'patch', 'update'];

interface Names {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: StructuralSchema };
  subresources?: { status?: object; scale?: CustomScale };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/**
 * Serves what custom resource definitions define, from the moment they are written, and says so in
 * their status; returns the stop. Runs inside the write, so that the answer to a create comes when
 * the kind is already there.
 */
export function followDefinitions(machine: Machine): () => void {
  for (const definition of machine.store.list(DEFINITIONS)) serve(machine, definition);
  return machine.store.subscribe(DEFINITIONS, ({ type, object }) => {
    if (type === 'DELETED') {
      const name = object.metadata.name ?? '';
      // Nobody could reach them any more, whatever finalizers they have.
      for (const one of machine.store.list(name)) {
        machine.store.delete(name, one.metadata.namespace, one.metadata.name ?? '');
      }
      machine.catalog.setCustom(name, []);
    } else {
      serve(machine, object);
      establish(machine, object);
    }
  });
}

function serve(machine: Machine, definition: KubeObject): void {
  machine.catalog.setCustom(definition.metadata.name ?? '', servedBy(definition));
}

/** One resource per served version, the storage version's form being the stored one. */
function servedBy(definition: KubeObject): ServedResource[] {
  const { group, scope } = definition.spec as { group: string; scope: string };
  const names = definition.spec.names as Names;
  const versions = definition.spec.versions as DefinitionVersion[];
  const stored = versions.find((version) => version.storage) ?? versions[0];
  return versions
    .filter((version) => version.served)
    .map((version) => {
      const { status, scale } = version.subresources ?? {};
      return {
        group,
        version: version.name,
        plural: names.plural,
        singular: names.singular || names.kind.toLowerCase(),
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
        custom: customOf(definition, version),
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
    selectableFields: Object.fromEntries(selectable.map((path) => [path, (object: KubeObject) => at(object, path)])),
  };
}

function at(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}

/** Names are always accepted: a second definition of the same resource would have the same name. */
function establish(machine: Machine, definition: KubeObject): void {
  if (definition.metadata.deletionTimestamp) return;
  const names = definition.spec.names as Names;
  const acceptedNames = {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
  const now = timestamp(machine.clock);
  const conditions = deepCopy((definition.status?.conditions ?? []) as { type: string; status: string }[]);
  const set = (type: string, reason: string, message: string) => {
    if (conditions.some((one) => one.type === type && one.status === 'True')) return;
    conditions.push({ type, status: 'True', lastTransitionTime: now, reason, message } as (typeof conditions)[number]);
  };
  set('NamesAccepted', 'NoConflicts', 'no conflicts found');
  set('Established', 'InitialNamesAccepted', 'the initial names have been accepted');
  const storage = (definition.spec.versions as DefinitionVersion[]).find((version) => version.storage)?.name;
  const storedVersions = [...new Set([...((definition.status?.storedVersions ?? []) as string[]), storage ?? ''])];
  const status = { conditions, acceptedNames, storedVersions: storedVersions.filter(Boolean) };
  if (jsonEqual(status, definition.status)) return;
  machine.store.put(DEFINITIONS, { ...definition, metadata: { ...definition.metadata }, status });
}
