import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type OpenApiGroupVersion, type OpenApiSchema, openApiDocument } from '../../api/openapi.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { Exchange } from './exchange.ts';
import { isCurrent, parseAccept } from './negotiate.ts';
import { sendBytes } from './respond.ts';

/** A document in one encoding, as it goes over the wire. */
export interface Encoded {
  body: Buffer;
  etag: string;
}

interface Cached {
  generation: number;
  served: OpenApiGroupVersion[];
  encoded: Map<string, Encoded>;
}

const cached = new WeakMap<Catalog, Cached>();

function cacheOf(catalog: Catalog): Cached {
  let cache = cached.get(catalog);
  if (cache?.generation !== catalog.generation) {
    cache = { generation: catalog.generation, served: groupVersionsOf(catalog), encoded: new Map() };
    cached.set(catalog, cache);
  }
  return cache;
}

/** What is served at each group version now, custom kinds included. */
export function servedGroupVersions(catalog: Catalog): readonly OpenApiGroupVersion[] {
  return cacheOf(catalog).served;
}

/** The bytes under `key`, made when somebody first asks for them and kept until what is served changes. */
export async function encodedOnce(
  catalog: Catalog,
  key: string,
  make: () => Promise<Buffer>,
  etagOf: (body: Buffer) => string = (body) => createHash('sha512').update(body).digest('hex').toUpperCase(),
): Promise<Encoded> {
  const { encoded } = cacheOf(catalog);
  let found = encoded.get(key);
  if (!found) {
    const body = await make();
    found = { body, etag: `"${etagOf(body)}"` };
    encoded.set(key, found);
  }
  return found;
}

export const documentOf = ({ groupVersion, resources, extraSchemas }: OpenApiGroupVersion): object =>
  openApiDocument(groupVersion, resources, extraSchemas);

/** The two encodings of a document; gnostic's protobuf has a name with an `@` for clients of old. */
export function acceptedEncoding(accept: string | undefined, version: 'v2' | 'v3'): 'json' | 'protobuf' | undefined {
  const protobuf = [`${version}@v1.0+protobuf`, `${version}.v1.0+protobuf`].map(
    (name) => `application/com.github.proto-openapi.spec.${name}`,
  );
  const json = [
    'application/json',
    'application/*',
    '*/*',
    `application/com.github.proto-openapi.spec.${version}@v1.0+json`,
  ];
  for (const { type } of parseAccept(accept)) {
    if (json.includes(type)) return 'json';
    if (protobuf.includes(type)) return 'protobuf';
  }
  return undefined;
}

/** When this server began to have documents; they are made anew with what is served. */
const madeAt = new Date().toUTCString();

/** Sends a document as it is, or 304 where the client has it (RFC 9110, section 13.1.2). */
export async function sendDocument({ request, response }: Exchange, document: Encoded, type: string): Promise<void> {
  response.setHeader('Etag', document.etag);
  response.setHeader('Vary', 'Accept');
  if (isCurrent(request.headers['if-none-match'], document.etag)) {
    sendHead(response, 304);
    return;
  }
  response.setHeader('Last-Modified', madeAt);
  await sendBytes(request, response, 200, type, document.body, true);
}

/** An answer without a body. */
export function sendHead(response: ServerResponse, code: number): void {
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache, private');
  response.statusCode = code;
  response.end();
}

export function notAcceptable({ response }: Exchange): void {
  response.setHeader('Vary', 'Accept');
  sendHead(response, 406);
}

function groupVersionsOf(catalog: Catalog): OpenApiGroupVersion[] {
  const served = new Map<
    string,
    { resources: OpenApiGroupVersion['resources'][number][]; schemas: Record<string, OpenApiSchema> }
  >();
  for (const resource of catalog.all()) {
    const groupVersion = apiVersionOf(resource);
    const entry = served.get(groupVersion) ?? { resources: [], schemas: {} };
    served.set(groupVersion, entry);
    entry.resources.push(resource);
    if (resource.custom?.schema) entry.schemas[resource.kind] = resource.custom.schema as OpenApiSchema;
  }
  return [...served].map(([groupVersion, { resources, schemas }]) => ({
    groupVersion,
    resources,
    ...(Object.keys(schemas).length > 0 ? { extraSchemas: schemas } : {}),
  }));
}
