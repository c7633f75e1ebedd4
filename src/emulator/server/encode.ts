import type { KubeObject, ListMeta, Table, TableRow } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { toServed } from '../registry/convert.ts';
import { encoded } from '../storage/encoded.ts';
import { arrayDocument } from './array-document.ts';
import { breath, gathered } from './gathered.ts';
import { withoutType } from './list-item.ts';
import { PROTOBUF, type Shape } from './negotiate.ts';

/** Columns and cells of one kind, as src/api/tables gives them. */
export interface Printer {
  columns: Table['columnDefinitions'];
  cells(object: KubeObject, nowMs: number): unknown[];
  conditions?(object: KubeObject): NonNullable<TableRow['conditions']>;
}

/** The printers are loaded with the first table that is asked for. */
export async function printerFor(resource: ServedResource): Promise<Printer> {
  const { crdTablePrinter, tablePrinter } = await import('../../api/tables/index.ts');
  if (resource.custom) return crdTablePrinter(resource.custom.columns);
  return tablePrinter(resource.storage);
}

export function partialMetadata(object: KubeObject, version: string): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

/** What of the object a table row carries: nothing, metadata (the default), or all of it. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function tableOf(
  printer: Printer,
  objects: readonly KubeObject[],
  options: { metadata: ListMeta; include: IncludeObject; version: string; nowMs: number; withColumns?: boolean },
): Record<string, unknown> {
  const { include, version, nowMs } = options;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: options.metadata,
    columnDefinitions: options.withColumns === false ? null : printer.columns.map(column),
    rows: objects.map((object) => rowOf(printer, object, include, version, nowMs)),
  };
}

function rowOf(printer: Printer, object: KubeObject, include: IncludeObject, version: string, nowMs: number) {
  const conditions = printer.conditions?.(object);
  return {
    cells: printer.cells(object, nowMs),
    ...(conditions?.length ? { conditions } : {}),
    object: include === 'None' ? null : include === 'Object' ? object : partialMetadata(object, version),
  };
}

/** Every field is present, as Go writes a TableColumnDefinition. */
function column(definition: Table['columnDefinitions'][number]) {
  return {
    name: definition.name,
    type: definition.type,
    format: definition.format ?? '',
    description: definition.description ?? '',
    priority: definition.priority ?? 0,
  };
}

/** One object in the shape that was asked for. */
export async function shapeObject(
  resource: ServedResource,
  object: KubeObject,
  shape: Shape,
  include: IncludeObject,
  nowMs: number,
): Promise<unknown> {
  if (shape.as === 'object') return object;
  if (shape.as === 'metadata') return partialMetadata(object, shape.version);
  const metadata: ListMeta = { resourceVersion: object.metadata.resourceVersion ?? '' };
  return tableOf(await printerFor(resource), [object], { metadata, include, version: shape.version, nowMs });
}

/** The bytes of a list in the shape that was asked for, piece by piece: a long one does not stop the others. */
export async function* listChunks(
  resource: ServedResource,
  metadata: ListMeta,
  objects: readonly KubeObject[],
  shape: Shape,
  include: IncludeObject,
  nowMs: number,
): AsyncGenerator<Buffer, void> {
  const { version } = shape;
  if (shape.contentType === PROTOBUF) {
    yield* protobufChunks(resource, metadata, objects, shape);
  } else if (shape.as === 'object') {
    const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
    // The items' cached encodings are strung together, nothing is encoded twice.
    const whole = (object: KubeObject) => encoded(toServed(object, resource));
    const encode = resource.custom ? whole : withoutType(resource);
    yield* arrayDocument(shape, head, 'items', objects, encode);
  } else if (shape.as === 'metadata') {
    const head = { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata };
    const encode = (object: KubeObject) => Buffer.from(JSON.stringify(partialMetadata(object, version)));
    yield* arrayDocument(shape, head, 'items', objects, encode, 'null');
  } else {
    const printer = await printerFor(resource);
    const { rows: _rows, ...head } = tableOf(printer, [], { metadata, include, version, nowMs });
    const encode = (object: KubeObject) =>
      Buffer.from(JSON.stringify(rowOf(printer, toServed(object, resource), include, version, nowMs)));
    yield* arrayDocument(shape, head, 'rows', objects, encode);
  }
}

/** How long a list in protobuf is stands at its start, so that all items are encoded before the first is sent. */
async function* protobufChunks(
  resource: ServedResource,
  metadata: ListMeta,
  objects: readonly KubeObject[],
  { as, version }: Shape,
): AsyncGenerator<Buffer, void> {
  const { messageBytes, metadataBytes, protobufList } = await import('./protobuf.ts');
  const whole = as === 'object';
  const messages: Uint8Array[] = [];
  const breathing = breath();
  for (const object of objects) {
    messages.push(whole ? messageBytes(toServed(object, resource)) : metadataBytes(partialMetadata(object, version)));
    if (breathing.isDue()) await breathing.take();
  }
  const list = whole
    ? { apiVersion: apiVersionOf(resource), kind: `${resource.kind}List`, metadata }
    : { apiVersion: `meta.k8s.io/${version}`, kind: 'PartialObjectMetadataList', metadata };
  yield* gathered(protobufList(list, messages));
}

/** The bytes of a list that is short or needed whole. */
export async function shapeList(...list: Parameters<typeof listChunks>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of listChunks(...list)) parts.push(part);
  return Buffer.concat(parts);
}
