import { encodeGnostic } from '../../api/openapi/gnostic.ts';
import { openApiHash, openApiIndex, openApiPath } from '../../api/openapi.ts';
import type { Exchange } from './exchange.ts';
import {
  acceptedEncoding,
  documentOf,
  encodedOnce,
  notAcceptable,
  sendDocument,
  servedGroupVersions,
} from './openapi-documents.ts';
import { sendText } from './respond.ts';

/** Forever: the address has the hash in it (RFC 8246). */
const IMMUTABLE = 'public, immutable';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

/** `/openapi/v3` and the documents below it, one per group version. */
export async function serveOpenApi(exchange: Exchange): Promise<void> {
  const { request, response, path, query } = exchange;
  const { catalog } = exchange.context.machine;
  const served = servedGroupVersions(catalog);
  if (path === '/openapi/v3') {
    const index = await encodedOnce(catalog, 'v3', async () => Buffer.from(JSON.stringify(openApiIndex(served))));
    return sendDocument(exchange, index, 'application/json');
  }
  const wanted = path.slice('/openapi/v3/'.length);
  const one = served.find(({ groupVersion }) => openApiPath(groupVersion) === wanted);
  if (!one) return sendText(request, response, 404, '404 page not found\n');
  const encoding = acceptedEncoding(request.headers.accept, 'v3');
  if (!encoding) return notAcceptable(exchange);
  const hash = openApiHash(one);
  const asked = query.get('hash');
  if (asked && asked !== hash) {
    // What the client knows of is outdated; the present document has another address.
    response.statusCode = 301;
    response.setHeader('Location', `${path}?hash=${hash}`);
    response.end();
    return;
  }
  if (asked) response.setHeader('Cache-Control', IMMUTABLE);
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
  await sendDocument(exchange, document, encoding === 'json' ? 'application/json' : PROTOBUF);
}
