import { failed, within } from '../failure.ts';
import { type Gvk, idText, isSelected, parseGroupVersion } from '../resource/id.ts';
import { InvalidKindError, setField } from '../tree/edit.ts';
import { fieldOf, isTaggedNull, Node, type NodeKind, TAG, textOf } from '../tree/node.ts';
import { splitPath } from '../tree/path.ts';

/** A field of certain kinds of objects: `a/b[]/c`; '' in group, version and kind stands for any. */
export interface FieldSpec extends Gvk {
  path: string;
  create: boolean;
}

export const fieldSpec = (path: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
  ...{ group: '', version: '', kind: '', create: false },
  ...more,
  path,
});

/** Adds those that are not there. @throws KctlError `input` where two disagree on whether to create the field */
export function mergeFieldSpecs(specs: readonly FieldSpec[], more: readonly FieldSpec[]): FieldSpec[] {
  const result = [...specs];
  const byPath = new Map<string, FieldSpec[]>();
  for (const spec of specs) remember(byPath, spec);
  for (const spec of more) {
    const same = byPath.get(spec.path)?.find((each) => isSelected(each, spec));
    if (!same) {
      result.push(spec);
      remember(byPath, spec);
    } else if (same.create !== spec.create) throw failed('conflicting fieldspecs');
  }
  return result;
}

function remember(byPath: Map<string, FieldSpec[]>, spec: FieldSpec): void {
  const known = byPath.get(spec.path);
  if (known) known.push(spec);
  else byPath.set(spec.path, [spec]);
}

/** What is made where the last field of a path is missing. */
export interface Created {
  kind: NodeKind;
  tag: string;
}

/**
 * Calls `set` with each field of `object` that a spec leads to; with `created`, what specs say to create is made.
 * @throws KctlError `input`, naming field and object
 */
export function eachField(
  object: Node,
  specs: readonly FieldSpec[],
  set: (node: Node) => void,
  created?: Created,
): void {
  for (const spec of specs) {
    if (!matches(spec, object)) continue;
    try {
      visit(object, splitPath(spec.path, '/'), spec, set, created);
    } catch (error) {
      if (error instanceof InvalidKindError) throw new LocatedKindError(error, spec, object);
      throw within(place(spec, object), error);
    }
  }
}

/** An InvalidKindError with its place, for who asks what kind was met. */
export class LocatedKindError extends Error {
  readonly actual: NodeKind;

  constructor(error: InvalidKindError, spec: FieldSpec, object: Node) {
    super(`${place(spec, object)}: ${error.message}`, { cause: error });
    this.actual = error.actual;
  }
}

function place({ path }: FieldSpec, object: Node): string {
  const metadata = fieldOf(object, 'metadata');
  const id = {
    ...{ ...parseGroupVersion(textOf(fieldOf(object, 'apiVersion'))), kind: textOf(fieldOf(object, 'kind')) },
    ...{
      name: textOf(fieldOf(metadata, 'name')),
      namespace: textOf(fieldOf(metadata, 'namespace')),
      clusterScoped: false,
    },
  };
  return `considering field '${path}' of object ${idText(id)}`;
}

function matches(spec: FieldSpec, object: Node): boolean {
  const kind = fieldOf(object, 'kind')?.value ?? '';
  return isSelected({ ...parseGroupVersion(fieldOf(object, 'apiVersion')?.value ?? ''), kind }, spec);
}

function visit(node: Node, path: readonly string[], spec: FieldSpec, set: (node: Node) => void, made?: Created): void {
  if (path.length === 0) {
    set(node);
    return;
  }
  if (isTaggedNull(node)) return;
  if (node.kind === 'seq') for (const item of node.content) visit(item, path, spec, set, made);
  else if (node.kind === 'map') visitMap(node, path, spec, set, made);
  else throw failed('expected sequence or mapping node');
}

function visitMap(
  map: Node,
  path: readonly string[],
  spec: FieldSpec,
  set: (node: Node) => void,
  made?: Created,
): void {
  const [part, ...rest] = path as [string, ...string[]];
  const name = part.replace(/\[\]$/, '');
  const isList = name !== part;
  if (name === '') throw failed('cannot set or create an empty field name');
  const creates = spec.create && made !== undefined && !isList;
  const next: Created | undefined = creates
    ? rest.length === 0
      ? made
      : { kind: 'map', tag: TAG.map }
    : isList
      ? { kind: 'seq', tag: '' }
      : undefined;
  let field = fieldOf(map, name);
  if (!field) {
    if (!creates) return;
    field = setField(map, name, new Node(next!.kind))!;
  }
  if (next && field.tag === TAG.null) {
    field.kind = next.kind;
    field.tag = next.tag;
    if (next.kind !== 'scalar') field.value = '';
  }
  visit(field, rest, spec, set, made);
}
