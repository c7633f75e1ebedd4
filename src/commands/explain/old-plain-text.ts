import { type GroupVersionKind, type Schema, sortedEntries } from '../../api/openapi/document.ts';
import { KctlError } from '../../lib/errors.ts';
import { wrapLines } from './wrap-lines.ts';

/** The OpenAPI v2 document: one for all types. */
export interface SwaggerDocument {
  definitions?: Readonly<Record<string, Schema>>;
}

const WIDTH = 80;
const FIELDS = 3;
const FIELD_TEXT = 2;
const TEXT = 5;

/** What a schema is, as kubectl's reader of the older documents sees it. */
type Shape = 'reference' | 'kind' | 'list' | 'map' | 'value' | 'anything';

function shapeOf({ $ref, type, properties }: Schema): Shape {
  if ($ref !== undefined) return 'reference';
  if (type === undefined) return properties ? 'kind' : 'anything';
  if (type === 'object') return properties ? 'kind' : 'map';
  return type === 'array' ? 'list' : 'value';
}

/**
 * The explanation as kubectl's plaintext-openapiv2 prints it, and plaintext where a server has nothing newer.
 * @throws KctlError `input`
 */
export function explainByOldDocument(
  document: SwaggerDocument,
  kind: GroupVersionKind,
  path: readonly string[],
  recursive: boolean,
): string {
  const { group, version, kind: name } = kind;
  const root = sortedEntries(document.definitions).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (one) => one.group === group && one.version === version && one.kind === name,
    ),
  )?.[1];
  if (!root) throw new KctlError('input', `couldn't find resource for "${group}/${version}, Kind=${name}"`);
  const explanation = new OldExplanation(document, recursive);
  return explanation.print(explanation.find(root, path), path.at(-1) ?? '', kind);
}

class OldExplanation {
  readonly #document: SwaggerDocument;
  readonly #recursive: boolean;

  constructor(document: SwaggerDocument, recursive: boolean) {
    this.#document = document;
    this.#recursive = recursive;
  }

  /** What a path leads to; behind a value or something unknown it leads nowhere further. */
  find(schema: Schema, path: readonly string[]): Schema {
    const shape = shapeOf(schema);
    if (shape === 'value' || shape === 'anything') return schema;
    const [name, ...rest] = path;
    if (name === undefined) return schema;
    if (shape !== 'kind') return this.find(this.#inner(schema, shape), path);
    const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (!property) throw new KctlError('input', `field "${name}" does not exist`);
    return this.find(property, rest);
  }

  print(schema: Schema, name: string, { group, version, kind }: GroupVersionKind): string {
    const descriptions: string[] = [];
    let type = '';
    let inner = schema;
    for (let shape = shapeOf(inner); shape !== 'kind' && shape !== 'value' && shape !== 'anything'; ) {
      descriptions.push(inner.description ?? '');
      if (shape !== 'reference' && type === '') type = this.#type(inner);
      inner = this.#inner(inner, shape);
      shape = shapeOf(inner);
    }
    const shape = shapeOf(inner);
    const head = `KIND:     ${kind}\nVERSION:  ${group ? `${group}/` : ''}${version}\n\n`;
    const text = description([...descriptions, inner.description ?? '']);
    if (shape === 'anything') return head + text;
    if (type === '') type = this.#type(inner);
    if (shape === 'value') return `${head}FIELD:    ${name} <${type}>\n\n${text}`;
    const resource = name === '' ? '' : `RESOURCE: ${name} <${type}>\n\n`;
    const fields = this.#recursive ? this.#tree(inner, FIELDS, new Set()) : this.#fields(inner);
    return `${head}${resource}${text}\nFIELDS:\n${fields}`;
  }

  #inner(schema: Schema, shape: Shape): Schema {
    if (shape === 'reference') {
      return this.#document.definitions?.[schema.$ref?.replace('#/definitions/', '') ?? ''] ?? {};
    }
    if (shape === 'list') return schema.items ?? {};
    return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  }

  #type(schema: Schema): string {
    const shape = shapeOf(schema);
    if (shape === 'kind') return 'Object';
    if (shape === 'value') return schema.type ?? '';
    if (shape === 'anything') return '';
    const inner = this.#type(this.#inner(schema, shape));
    return { reference: '', list: '[]', map: 'map[string]' }[shape] + inner;
  }

  #fields(schema: Schema): string {
    let text = '';
    for (const [name, property] of sortedEntries(schema.properties)) {
      const required = schema.required?.includes(name) ? ' -required-' : '';
      text += `${' '.repeat(FIELDS)}${name}\t<${this.#type(property)}>${required}\n`;
      text += wrapped(property.description ?? '', FIELDS + FIELD_TEXT);
      text += '\n';
    }
    return text;
  }

  /** @param open references that are being printed: they are not printed within themselves */
  #tree(schema: Schema, margin: number, open: Set<string>): string {
    const shape = shapeOf(schema);
    if (shape === 'value' || shape === 'anything') return '';
    if (shape === 'reference') {
      const reference = schema.$ref ?? '';
      if (open.has(reference)) return '';
      open.add(reference);
      const text = this.#tree(this.#inner(schema, shape), margin, open);
      open.delete(reference);
      return text;
    }
    if (shape !== 'kind') return this.#tree(this.#inner(schema, shape), margin, open);
    let text = '';
    for (const [name, property] of sortedEntries(schema.properties)) {
      text += `${' '.repeat(margin)}${name}\t<${this.#type(property)}>\n`;
      text += this.#tree(property, margin + FIELDS, open);
    }
    return text;
  }
}

function description(texts: readonly string[]): string {
  let text = 'DESCRIPTION:\n';
  let isEmpty = true;
  for (const [index, one] of texts.entries()) {
    if (one === '') continue;
    isEmpty = false;
    text += (index === 0 ? '' : '\n') + wrapped(one, TEXT);
  }
  return isEmpty ? `${text}${' '.repeat(TEXT)}<empty>\n` : text;
}

/** Empty lines have no margin. */
function wrapped(text: string, margin: number): string {
  return wrapLines(text, WIDTH - margin)
    .map((line) => (line === '' ? '\n' : `${' '.repeat(margin)}${line}\n`))
    .join('');
}
