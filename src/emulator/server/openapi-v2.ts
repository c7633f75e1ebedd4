import { apiVersionOf } from '../../api/resource.ts';
import type { Catalog, ServedResource } from '../registry/catalog.ts';
import type { Exchange } from './exchange.ts';
import { sendBytes, sendJson } from './respond.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * `/openapi/v2`, as far as kubectl before 1.29 needs it: it looks whether PATCH of a kind takes
 * `fieldValidation`, and then leaves validation to the server. Schemas are in `/openapi/v3` only.
 */
export async function serveOpenApiV2(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const patched = patchedResources(exchange.context.machine.catalog);
  if (/protobuf/.test(request.headers.accept ?? '')) {
    await sendBytes(request, response, 200, PROTOBUF, protobufDocument(patched));
    return;
  }
  await sendJson(request, response, 200, {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: Object.fromEntries(patched.map((resource) => [pathOf(resource), { patch: jsonOperation(resource) }])),
    definitions: {},
  });
}

function patchedResources(catalog: Catalog): ServedResource[] {
  return catalog.all().filter((resource) => resource.verbs.includes('patch'));
}

function pathOf(resource: ServedResource): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  return `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}/{name}`;
}

const PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];

function jsonOperation({ group, version, kind }: ServedResource) {
  return {
    parameters: PARAMETERS.map((name) => ({ name, in: 'query', type: 'string', uniqueItems: true })),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

/** A length-delimited field of the protobuf encoding. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

/** Field numbers are those of openapi.v2.Document in gnostic's OpenAPIv2.proto. */
function protobufDocument(resources: readonly ServedResource[]): Buffer {
  const info = Buffer.concat([field(1, 'Kubernetes'), field(2, 'v1.36.0')]);
  const paths = resources.map((resource) => field(2, namedPathItem(resource)));
  return Buffer.concat([field(1, '2.0'), field(2, info), field(8, Buffer.concat(paths))]);
}

function namedPathItem(resource: ServedResource): Buffer {
  const { group, version } = resource;
  const kind = `group: ${JSON.stringify(group)}\nkind: ${resource.kind}\nversion: ${version}\n`;
  const extension = Buffer.concat([field(1, 'x-kubernetes-group-version-kind'), field(2, field(2, kind))]);
  const operation = Buffer.concat([
    field(5, `patch ${apiVersionOf(resource)} ${resource.kind}`),
    ...PARAMETERS.map((name) => field(8, field(1, field(2, field(3, queryParameter(name)))))),
    field(13, extension),
  ]);
  return Buffer.concat([field(1, pathOf(resource)), field(2, field(8, operation))]);
}

function queryParameter(name: string): Buffer {
  return Buffer.concat([field(2, 'query'), field(4, name), field(6, 'string')]);
}
