import {
  type OpenApiGroupVersion,
  type OpenApiSchema,
  openApiDocument,
  openApiHash,
  openApiIndex,
  openApiPath,
} from '../../api/openapi.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { Exchange } from './exchange.ts';
import { sendBytes, sendJson, sendText } from './respond.ts';

interface Cached {
  generation: number;
  served: OpenApiGroupVersion[];
  documents: Map<string, { hash: string; body: Buffer }>;
}

const cached = new WeakMap<Catalog, Cached>();

/** Forever: the address has the hash in it (RFC 8246). */
const IMMUTABLE = 'public, immutable';

/** `/openapi/v3` and the documents below it, one per group version. */
export async function serveOpenApi(exchange: Exchange): Promise<void> {
  const { request, response, path, query } = exchange;
  const { served, documents } = cacheOf(exchange.context.machine.catalog);
  if (path === '/openapi/v3') return sendJson(request, response, 200, openApiIndex(served));
  const wanted = path.slice('/openapi/v3/'.length);
  const one = served.find(({ groupVersion }) => openApiPath(groupVersion) === wanted);
  if (!one) return sendText(request, response, 404, '404 page not found\n');
  let document = documents.get(wanted);
  if (!document) {
    const value = openApiDocument(one.groupVersion, one.resources, one.extraSchemas);
    document = { hash: openApiHash(one), body: Buffer.from(JSON.stringify(value)) };
    documents.set(wanted, document);
  }
  const etag = `"${document.hash}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept');
  if (query.has('hash')) response.setHeader('Cache-Control', IMMUTABLE);
  if (request.headers['if-none-match'] === etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  await sendBytes(request, response, 200, 'application/json', document.body);
}

function cacheOf(catalog: Catalog): Cached {
  let cache = cached.get(catalog);
  if (cache?.generation !== catalog.generation) {
    cache = { generation: catalog.generation, served: groupVersionsOf(catalog), documents: new Map() };
    cached.set(catalog, cache);
  }
  return cache;
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
