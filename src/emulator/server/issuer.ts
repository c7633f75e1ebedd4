import { createHash, createPublicKey } from 'node:crypto';
import { API_AUDIENCE } from './authenticate.ts';
import type { Exchange } from './exchange.ts';
import { sendBytes } from './respond.ts';

/** What is published rarely changes, and never while the server runs. */
const CACHED = 'public, max-age=3600';

/** The name of the key in tokens and in the key set: a hash of the public key, as a real server names it. */
export function signingKeyId(privateKeyPem: string): string {
  const der = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url');
}

/** `/.well-known/openid-configuration`: where to find the keys of service account tokens (OpenID Connect Discovery 1.0, section 4). */
export function serveIssuer({ request, response }: Exchange): Promise<void> {
  response.setHeader('Cache-Control', CACHED);
  const { localAddress, localPort } = request.socket;
  const configuration = {
    issuer: API_AUDIENCE,
    jwks_uri: `https://${localAddress}:${localPort}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return sendBytes(request, response, 200, 'application/json', Buffer.from(JSON.stringify(configuration)));
}

/** `/openid/v1/jwks`: the public half of the key that signs service account tokens (RFC 7517). */
export function serveKeySet({ request, response, context }: Exchange): Promise<void> {
  response.setHeader('Cache-Control', CACHED);
  const pem = context.keys.serviceAccountKey;
  const { kty, crv, x, y } = createPublicKey(pem).export({ format: 'jwk' });
  const keys = [{ use: 'sig', kty, kid: signingKeyId(pem), alg: 'ES256', crv, x, y }];
  return sendBytes(request, response, 200, 'application/jwk-set+json', Buffer.from(JSON.stringify({ keys })));
}
