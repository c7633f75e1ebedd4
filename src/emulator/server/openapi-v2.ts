import { encodeGnostic } from '../../api/openapi/gnostic.ts';
import { gnosticV2 } from '../../api/openapi/gnostic-v2.ts';
import { swaggerDocument } from '../../api/openapi/swagger.ts';
import type { Exchange } from './exchange.ts';
import {
  acceptedEncoding,
  documentOf,
  encodedOnce,
  notAcceptable,
  sendDocument,
  servedGroupVersions,
} from './openapi-documents.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * `/openapi/v2`: everything in one document. kubectl before 1.27 reads it (in protobuf) for merge keys,
 * validation and `explain`; generators and older Helm read the JSON.
 */
export async function serveOpenApiV2(exchange: Exchange): Promise<void> {
  const { catalog } = exchange.context.machine;
  const encoding = acceptedEncoding(exchange.request.headers.accept, 'v2');
  if (!encoding) return notAcceptable(exchange);
  const document = await encodedOnce(catalog, `v2 ${encoding}`, async () => {
    const value = swaggerDocument(servedGroupVersions(catalog).map(documentOf));
    return encoding === 'json' ? Buffer.from(JSON.stringify(value)) : encodeGnostic(gnosticV2, value);
  });
  await sendDocument(exchange, document, encoding === 'json' ? 'application/json' : PROTOBUF);
}
