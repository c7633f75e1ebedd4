import {
  type GroupVersionKind,
  type OpenApiDocument,
  resolveReference,
  type Schema,
  sortedEntries,
  typeName,
  valuesOf,
} from '../../api/openapi/document.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { indent, wrapWords } from './word-wrap.ts';

export type TypeName = Pick<ResourceInfo, 'group' | 'version' | 'plural'>;

/** How many values of an enumeration stand beside a field. */
const SHOWN_VALUES = 4;

/**
 * The explanation of a type, or of the field that `path` leads to, byte for byte as kubectl's plaintext.
 * @returns `body` is undefined for a field that does not exist
 * @throws KctlError `input` for a type that the document does not have
 */
export function explainPlainly(
  document: OpenApiDocument,
  type: TypeName,
  path: readonly string[],
  recursive: boolean,
): { head: string; body: string | undefined } {
  const kind = kindOf(document, type);
  if (!kind) {
    const name = `${type.group}/${type.version}, Resource=${type.plural}`;
    throw new KctlError('input', `GVR (${name}) not found in OpenAPI schema`);
  }
  const schema = sortedEntries(document.components?.schemas).find(([, one]) =>
    one['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind: name }) => group === kind.group && version === kind.version && name === kind.kind,
    ),
  )?.[1];
  if (!schema) {
    const { group, kind: name, version } = kind;
    throw new KctlError('input', `GVK map[group:${group} kind:${name} version:${version}] not found in OpenAPI schema`);
  }
  const writer = new Explanation(document, recursive);
  const text = writer.field(schema, path, new Set());
  const group = kind.group ? `GROUP:      ${kind.group}\n` : '';
  const head = `${group}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`;
  return { head, body: text === '' ? undefined : `${text}\n` };
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** What the paths of the resource say its kind is. */
function kindOf(document: OpenApiDocument, { group, version, plural }: TypeName): GroupVersionKind | undefined {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const named = `${root}/namespaces/{namespace}/${plural}`;
  const own = `${root}/${plural}`;
  let found: GroupVersionKind | undefined;
  for (const path of [own, `${own}/{name}`, named, `${named}/{name}`]) {
    const operations = document.paths?.[path];
    for (const method of methods) {
      const kind = operations?.[method]?.['x-kubernetes-group-version-kind'];
      if (!kind) continue;
      found = kind;
      break;
    }
  }
  return found;
}

class Explanation {
  readonly #document: OpenApiDocument;
  readonly #recursive: boolean;

  constructor(document: OpenApiDocument, recursive: boolean) {
    this.#document = document;
    this.#recursive = recursive;
  }

  /** Follows `path` from `schema`; '' where it leads nowhere. @param seen references on the way, for circles */
  field(schema: Schema, path: readonly string[], seen: ReadonlySet<string>): string {
    const { $ref } = schema;
    const resolved = this.#resolve(schema);
    const [name] = path;
    if (name === undefined) return this.#describe(resolved);
    if ($ref && seen.has($ref)) return '';
    const next = $ref ? new Set([...seen, $ref]) : seen;
    const properties = resolved.properties ?? {};
    if (Object.hasOwn(properties, name)) {
      const property = properties[name] as Schema;
      const head = path.length > 1 ? '' : `FIELD: ${name} <${this.#type(property)}>\n${longEnum(property)}\n\n`;
      return head + this.field(property, path.slice(1), new Set());
    }
    if (resolved.items) return this.field(resolved.items, path, next);
    const values = valuesOf(resolved);
    if (values) return this.field(values, path, next);
    for (const part of resolved.allOf ?? []) {
      const text = this.field(part, path, next);
      if (text !== '') return text;
    }
    return '';
  }

  #describe(schema: Schema): string {
    const description = indent(wrapWords(this.#description(schema) || '<empty>', 76), 4);
    const fields = this.#fields(schema, 1, new Set());
    return `DESCRIPTION:\n${description}\n${fields === '' ? '' : `FIELDS:\n${fields}`}`;
  }

  /** The words of a schema and of those that it is made of, each with a line feed. */
  #description(schema: Schema): string {
    const resolved = this.#resolve(schema);
    const own = resolved.description ? `${resolved.description}\n` : '';
    return (
      own +
      partsOf(resolved)
        .map((part) => this.#description(part))
        .join('')
    );
  }

  #fields(schema: Schema, level: number, seen: ReadonlySet<string>): string {
    const { $ref } = schema;
    if ($ref && seen.has($ref)) return '';
    const next = $ref ? new Set([...seen, $ref]) : seen;
    const resolved = this.#resolve(schema);
    let text = '';
    for (const [name, property] of sortedEntries(resolved.properties)) {
      text += this.#fieldLine(name, property, resolved, level);
      if (this.#recursive) text += this.#fields(property, level + 1, next);
    }
    return (
      text +
      partsOf(resolved)
        .map((part) => this.#fields(part, level, next))
        .join('')
    );
  }

  #fieldLine(name: string, schema: Schema, parent: Schema, level: number): string {
    const margin = level * 2;
    const required = parent.required?.includes(name) ? ' -required-' : '';
    const head = `${indent(name, margin)}\t<${this.#type(schema)}>${required}${shortEnum(schema, margin)}\n`;
    if (this.#recursive) return head;
    const text = wrapWords(schema.description || '<no description>', 78 - margin);
    return `${head}${indent(text, margin + 2)}\n\n`;
  }

  #resolve(schema: Schema): Schema {
    return resolveReference(schema.$ref, this.#document) ?? schema;
  }

  #type(schema: Schema): string {
    return typeName(schema, this.#document);
  }
}

/** What a schema is made of besides its own fields. */
function partsOf(schema: Schema): readonly Schema[] {
  const values = valuesOf(schema);
  return [...(schema.allOf ?? []), ...(schema.items ? [schema.items] : []), ...(values ? [values] : [])];
}

const valueText = (value: unknown): string => (value === '' ? '""' : String(value));

function longEnum({ enum: values = [] }: Schema): string {
  return values.length === 0 ? '' : `ENUM:${values.map((value) => `\n    ${valueText(value)}`).join('')}`;
}

function shortEnum({ enum: values = [] }: Schema, margin: number): string {
  if (values.length === 0) return '';
  const shown = values.slice(0, SHOWN_VALUES).map(valueText).join(', ');
  return `\n${' '.repeat(margin)}enum: ${shown}${values.length > SHOWN_VALUES ? ', ....' : ''}`;
}
