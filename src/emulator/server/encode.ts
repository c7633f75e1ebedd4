import type { KubeObject, ListMeta, Table, TableRow } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { toServed } from '../registry/convert.ts';
import { encoded } from '../storage/encoded.ts';
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

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}\n');

/** A list as JSON bytes; the items' cached encodings are strung together, nothing is encoded twice. */
function encodeList(resource: ServedResource, metadata: ListMeta, objects: readonly KubeObject[]): Buffer {
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
  const parts: Buffer[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":`), OPEN];
  for (let at = 0; at < objects.length; at++) {
    if (at > 0) parts.push(COMMA);
    parts.push(encoded(toServed(objects[at]!, resource)));
  }
  parts.push(CLOSE);
  return Buffer.concat(parts);
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
    rows: objects.map((object) => {
      const conditions = printer.conditions?.(object);
      return {
        cells: printer.cells(object, nowMs),
        ...(conditions?.length ? { conditions } : {}),
        object: include === 'None' ? null : include === 'Object' ? object : partialMetadata(object, version),
      };
    }),
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

/** The bytes of a list in the shape that was asked for. */
export async function shapeList(
  resource: ServedResource,
  metadata: ListMeta,
  objects: readonly KubeObject[],
  shape: Shape,
  include: IncludeObject,
  nowMs: number,
): Promise<Buffer> {
  const protobuf = shape.contentType === PROTOBUF ? await import('./protobuf.ts') : undefined;
  if (shape.as === 'object') return (protobuf?.protobufList ?? encodeList)(resource, metadata, objects);
  const { version } = shape;
  const value =
    shape.as === 'metadata'
      ? {
          kind: 'PartialObjectMetadataList',
          apiVersion: `meta.k8s.io/${version}`,
          metadata,
          items: objects.map((object) => partialMetadata(object, version)),
        }
      : tableOf(
          await printerFor(resource),
          objects.map((object) => toServed(object, resource)),
          { metadata, include, version, nowMs },
        );
  return protobuf?.protobufOf(value) ?? Buffer.from(`${JSON.stringify(value)}\n`);
}
