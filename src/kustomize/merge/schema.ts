import { KINDS, SHAPES } from './schema-facts.ts';

/** What a strategic merge has to know of a field: how its list is merged, and what is inside. */
export interface MergeSchema {
  /** Lists are merged by these keys, by their items where there are none; undefined: replaced as one. */
  mergeKeys?: readonly string[];
  field(name: string): MergeSchema | undefined;
  elements(): MergeSchema | undefined;
}

/** The schemas of a build: the built-in ones, or those of `openapi.path`. */
export interface SchemaSource {
  schemaOf(apiVersion: string, kind: string): MergeSchema | undefined;
  /** True for kinds that are known to have no namespace. */
  isClusterScoped(apiVersion: string, kind: string): boolean;
}

/** `Deployment` → its cell in KINDS with the mark of its scope. */
const known = new Map<string, boolean>();
for (const line of KINDS.trim().split('\n')) {
  const [apiVersion, ...kinds] = line.split(' ') as [string, ...string[]];
  for (const kind of kinds) known.set(`${apiVersion} ${kind.replace('*', '')}`, kind.endsWith('*'));
}

/** `name:type` with `[]` before the type of a list and `=keys` after it. */
const FIELD = /^([^:=]+)(?::(\[\])?(\w+))?(=[\w,]*)?$/;

function fieldSchema(cell: string): MergeSchema {
  const [, , list, type = '', keys] = FIELD.exec(cell)!;
  const inner = type === '' ? undefined : shapeOf(type);
  const isList = list !== undefined || keys !== undefined;
  return {
    ...(keys !== undefined && { mergeKeys: keys === '=' ? [] : keys.slice(1).split(',') }),
    field: (name) => (isList ? undefined : inner?.field(name)),
    elements: () => (isList ? inner : undefined),
  };
}

function shapeOf(type: string, more = ''): MergeSchema {
  const fields = new Map<string, MergeSchema>();
  for (const cell of `${more} ${SHAPES[type] ?? ''}`.trim().split(' ')) {
    if (cell !== '') fields.set(cell.replace(/[:=].*/, ''), fieldSchema(cell));
  }
  return { field: (name) => fields.get(name), elements: () => undefined };
}

/** The schemas that kustomize 5.5 brings along: those of Kubernetes 1.21. */
export const builtinSchemas: SchemaSource = {
  schemaOf(apiVersion, kind) {
    return known.has(`${apiVersion} ${kind}`) ? shapeOf(kind, 'metadata:ObjectMeta') : undefined;
  },
  isClusterScoped: (apiVersion, kind) => known.get(`${apiVersion} ${kind}`) === true,
};
