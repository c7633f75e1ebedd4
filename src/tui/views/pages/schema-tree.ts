import {
  type OpenApiDocument,
  resolveReference,
  type Schema,
  sortedEntries,
  typeName,
} from '../../../api/openapi/document.ts';
import { say } from '../../words/say.ts';
import type { TreeNode } from './tree-rows.ts';

/** One field of a type, with what the schema says of it. */
export interface SchemaField extends TreeNode {
  /** From the type down: `['spec', 'containers', 'name']`. */
  path: readonly string[];
  type: string;
  isRequired: boolean;
  description: string;
  values: readonly unknown[];
}

/** The schema itself: behind references, and the only part of an `allOf`. */
function resolved(schema: Schema, document: OpenApiDocument): { schema: Schema; reference: string | undefined } {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]!.$ref : undefined);
  return { schema: resolveReference(reference, document) ?? schema, reference };
}

/** What a list or map holds, however deep; else the schema itself. */
function inner(schema: Schema, document: OpenApiDocument): { schema: Schema; references: readonly string[] } {
  const references: string[] = [];
  let current = schema;
  for (;;) {
    const { schema: next, reference } = resolved(current, document);
    if (reference !== undefined) {
      // A type that is made of itself, and of nothing else, has no parts.
      if (references.includes(reference)) return { schema: {}, references };
      references.push(reference);
    }
    const { additionalProperties } = next;
    const held = next.items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (!held || next.properties) return { schema: next, references };
    current = held;
  }
}

/** A field that makes its own parts when somebody asks for them: types hold one another without end. */
class Field implements SchemaField {
  readonly key: string;
  readonly label: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  readonly values: readonly unknown[];
  readonly note: string;
  readonly folded: boolean;
  readonly sign: string;
  readonly token: 'status.progress' | 'text';
  readonly #make: () => readonly SchemaField[];
  #children: readonly SchemaField[] | undefined;

  constructor(
    schema: Schema,
    path: readonly string[],
    isRequired: boolean,
    document: OpenApiDocument,
    above: readonly string[],
  ) {
    const { schema: own } = resolved(schema, document);
    const { schema: held, references } = inner(schema, document);
    const isWithinItself = references.some((reference) => above.includes(reference));
    this.key = path.join('.');
    this.label = path.at(-1) ?? '';
    this.path = path;
    this.type = typeName(schema, document);
    this.isRequired = isRequired;
    this.description = (schema.description ?? own.description ?? held.description ?? '').trim();
    this.values = own.enum ?? held.enum ?? [];
    const kind = isWithinItself ? `${this.type} ${say('(as above)')}` : this.type;
    const [sentence = ''] = this.description.split(/(?<=\.)\s|\n/);
    this.note = [`<${kind}>`, isRequired ? '-required-' : '', sentence].filter(Boolean).join('  ');
    // What is written comes first; what all kinds have, and what the cluster says, when somebody asks.
    this.folded = path.length > 1 || this.label === 'metadata' || this.label === 'status';
    this.sign = isRequired ? '*' : ' ';
    this.token = isRequired ? 'status.progress' : 'text';
    this.#make = () => (isWithinItself ? [] : fieldsOf(held, path, document, [...above, ...references]));
  }

  get children(): readonly SchemaField[] {
    this.#children ??= this.#make();
    return this.#children;
  }
}

function fieldsOf(
  schema: Schema,
  path: readonly string[],
  document: OpenApiDocument,
  above: readonly string[],
): SchemaField[] {
  return sortedEntries(schema.properties).map(
    ([name, property]) =>
      new Field(property, [...path, name], schema.required?.includes(name) ?? false, document, above),
  );
}

/** The fields of a kind; undefined where the document does not know it. */
export function schemaTree(
  document: OpenApiDocument,
  { group, version, kind }: { group: string; version: string; kind: string },
): readonly SchemaField[] | undefined {
  const schemas = Object.values(document.components?.schemas ?? {});
  const schema = schemas.find((one) =>
    one['x-kubernetes-group-version-kind']?.some(
      (of) => of.group === group && of.version === version && of.kind === kind,
    ),
  );
  return schema && fieldsOf(schema, [], document, []);
}
