import { eachField, type FieldSpec, fieldSpec, LocatedKindError } from '../config/field-spec.ts';
import { failed, within } from '../failure.ts';
import { sameId } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { setEntry, setField } from '../tree/edit.ts';
import { fieldOf, isMissingOrNull, isNilOrEmpty, Node, TAG, textOf } from '../tree/node.ts';
import { resourceText } from './resource-text.ts';
import type { Transformer } from './transformer.ts';

const MODES = ['defaultOnly', 'none', 'allServiceAccounts'];

export interface NamespaceOptions {
  namespace: string;
  specs: readonly FieldSpec[];
  unsetOnly?: boolean;
  /** Which subjects of role bindings get it: those named `default`, none, or all service accounts. */
  subjects?: string;
}

/** Puts objects into a namespace. @throws KctlError `input` for an unknown mode */
export function namespaceTransformer(options: NamespaceOptions): Transformer {
  const subjects = options.subjects || 'defaultOnly';
  if (!MODES.includes(subjects)) {
    throw failed(
      `invalid value ${JSON.stringify(subjects)} for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
    );
  }
  return (resources) => {
    if (options.namespace === '') return;
    for (const resource of [...resources.items]) {
      if (resource.isEmpty) continue;
      resource.storePreviousId();
      setNamespace(resource, { ...options, subjects });
      const same = resources.byCurrentId((id) => sameId(id, resource.id));
      if (same.length !== 1) {
        throw failed(`namespace transformation produces ID conflict: [${same.map(resourceText).join(' ')}]`);
      }
    }
  };
}

const isRoleBinding = (kind: string): boolean => kind === 'RoleBinding' || kind === 'ClusterRoleBinding';

/** Sets the namespace of one object, and what of it names namespaces. */
export function setNamespace(resource: Resource, { namespace, specs, unsetOnly, subjects }: NamespaceOptions): void {
  const { node, kind } = resource;
  const set = (field: Node) => {
    if (unsetOnly && !isNilOrEmpty(field) && textOf(field) !== '') return;
    setEntry(field, '', namespace, TAG.str);
  };
  const scalar = { kind: 'scalar', tag: TAG.str } as const;
  if (!resource.id.clusterScoped)
    eachField(node, [fieldSpec('metadata/namespace', { create: true })], set, { ...scalar, tag: '' });
  if (isRoleBinding(kind)) setSubjects(node, subjects ?? 'defaultOnly', set);
  const used = specs.filter(
    (spec) =>
      spec.path !== 'metadata/namespace' &&
      !(resource.apiVersion !== 'v1' && spec.path === 'metadata/name') &&
      !(isRoleBinding(kind) && isRoleBinding(spec.kind) && spec.path === 'subjects/namespace'),
  );
  try {
    eachField(node, used, set, scalar);
  } catch (error) {
    if (error instanceof LocatedKindError && error.actual !== 'scalar') {
      throw within('namespace field specs must target scalar nodes', error);
    }
    throw within('namespace transformation failed', error);
  }
}

function setSubjects(node: Node, mode: string, set: (field: Node) => void): void {
  const subjects = fieldOf(node, 'subjects');
  if (mode === 'none' || isMissingOrNull(subjects)) return;
  const [field, value] = mode === 'defaultOnly' ? ['name', 'default'] : ['kind', 'ServiceAccount'];
  for (const subject of (subjects as Node).content) {
    if (fieldOf(subject, field!)?.value !== value) continue;
    set(fieldOf(subject, 'namespace') ?? setField(subject, 'namespace', new Node('scalar'))!);
  }
}
