import { encodeGnostic } from '../../api/openapi/gnostic.ts';
import { openApiHash, openApiIndex, openApiPath } from '../../api/openapi.ts';
import type { Exchange } from './exchange.ts';
import {
  acceptedEncoding,
  documentOf,
  encodedOnce,
  notAcceptable,
  sendDocument,
  sendHead,
  servedGroupVersions,
} from './openapi-documents.ts';
import { sendBytes, TEXT_TYPE } from './respond.ts';

/** Forever: the address has the hash in it (RFC 8246). */
const IMMUTABLE = 'public, immutable';

const YEAR_MS = 365 * 86_400_000;

const PROTOBUF = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

/** `/openapi/v3` and the documents below it, one per group version. */
export async function serveOpenApi(exchange: Exchange): Promise<void> {
  const { request, response, path, query } = exchange;
  const { catalog } = exchange.context.machine;
  const served = servedGroupVersions(catalog);
  if (path === '/openapi/v3') {
    const index = await encodedOnce(catalog, 'v3', async () => Buffer.from(JSON.stringify(openApiIndex(served))));
    // The index has no tag: its addresses change with what they lead to.
    return sendBytes(request, response, 200, TEXT_TYPE, index.body, true);
  }
  const wanted = path.slice('/openapi/v3/'.length);
  const one = served.find(({ groupVersion }) => openApiPath(groupVersion) === wanted);
  if (!one) return sendHead(response, 404);
  const encoding = acceptedEncoding(request.headers.accept, 'v3');
  if (!encoding) return notAcceptable(exchange);
  const hash = openApiHash(one);
  const asked = query.get('hash');
  const type = encoding === 'json' ? 'application/json' : PROTOBUF;
  if (asked && asked !== hash) {
    // What the client knows of is outdated; the present document has another address.
    response.setHeader('Content-Type', type);
    response.setHeader('Etag', `"${hash}"`);
    response.setHeader('Vary', 'Accept');
    response.setHeader('Location', `${path}?hash=${hash}`);
    return sendHead(response, 301);
  }
  if (asked) {
    response.setHeader('Cache-Control', IMMUTABLE);
    response.setHeader(
      'Expires',
      new Date(exchange.context.machine.clock.now() + YEAR_MS).toUTCString().replace(/GMT$/, 'UTC'),
    );
  }
  const document = await encodedOnce(
    catalog,
    `v3 ${wanted} ${encoding}`,
    async () => {
      if (encoding === 'json') return Buffer.from(JSON.stringify(documentOf(one)));
      const { gnosticV3 } = await import('../../api/openapi/gnostic-v3.ts');
      return encodeGnostic(gnosticV3, documentOf(one));
    },
    () => hash,
  );
  await sendDocument(exchange, document, type);
}
