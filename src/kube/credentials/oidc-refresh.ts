import https from 'node:https';
import { publicAuthorities } from '../transport/authorities.ts';
import { http } from '../transport/node-http.ts';

/** The `config` of an oidc auth-provider, by the names of the kubeconfig. */
export interface OidcSettings {
  'idp-issuer-url'?: string;
  'client-id'?: string;
  'client-secret'?: string;
  'id-token'?: string;
  'refresh-token'?: string;
  'idp-certificate-authority'?: string;
  'idp-certificate-authority-data'?: string;
}

export interface OidcTokens {
  idToken: string;
  /** Where the issuer replaces it. */
  refreshToken: string | undefined;
}

const deadline = 30_000;

/**
 * OpenID Connect Core 12 (refresh): finds the token endpoint by discovery and trades the refresh-token
 * for an id-token. Only the issuer sees secrets, and only over HTTPS.
 * @param ca PEM of the issuer's own authority
 */
export async function refreshIdToken(settings: OidcSettings, ca: string | undefined): Promise<OidcTokens> {
  const issuer = (settings['idp-issuer-url'] ?? '').replace(/\/$/, '');
  const discovered = await requestJson(`${issuer}/.well-known/openid-configuration`, ca);
  const endpoint = discovered.token_endpoint;
  if (typeof endpoint !== 'string') throw new Error('oidc: discovery of the issuer names no token_endpoint');
  const client = settings['client-id'] ?? '';
  const secret = settings['client-secret'] ?? '';
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: settings['refresh-token'] ?? '' });
  const methods = discovered.token_endpoint_auth_methods_supported;
  const inBody = !secret || (Array.isArray(methods) && !methods.includes('client_secret_basic'));
  const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' };
  if (inBody) {
    form.set('client_id', client);
    if (secret) form.set('client_secret', secret);
  } else {
    // RFC 6749, 2.3.1: both halves are form-encoded before base64.
    const pair = `${encodeURIComponent(client)}:${encodeURIComponent(secret)}`;
    headers.Authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const answer = await requestJson(endpoint, ca, { headers, body: form.toString() });
  if (typeof answer.id_token !== 'string') {
    throw new Error(
      'token response did not contain an id_token, either the scope "openid" wasn\'t requested upon login, or the provider doesn\'t support id_tokens as part of the refresh response',
    );
  }
  const refreshToken = answer.refresh_token;
  return { idToken: answer.id_token, refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined };
}

function requestJson(
  url: string,
  ca: string | undefined,
  post?: { headers: Record<string, string>; body: string },
): Promise<Record<string, unknown>> {
  const secure = url.startsWith('https:');
  // Secrets to a plain address only where it is this machine.
  if (!secure && post && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(url)) {
    return Promise.reject(new Error(`the token endpoint ${url} is not HTTPS`));
  }
  return new Promise((resolve, reject) => {
    const message = (secure ? https : http).request(url, {
      method: post ? 'POST' : 'GET',
      headers: { Accept: 'application/json', ...post?.headers },
      signal: AbortSignal.timeout(deadline),
      ...(secure ? { ca: ca || publicAuthorities() } : {}),
    });
    message.once('error', reject);
    message.once('response', async (answer) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString('utf8');
        if (answer.statusCode !== 200)
          throw new Error(`${answer.statusCode} ${answer.statusMessage}: ${errorOf(text)}`);
        resolve(JSON.parse(text) as Record<string, unknown>);
      } catch (error) {
        reject(error);
      }
    });
    message.end(post?.body);
  });
}

/** RFC 6749, 5.2: the code and the description, nothing else of the body. */
function errorOf(text: string): string {
  try {
    const value = JSON.parse(text) as { error?: string; error_description?: string };
    return [value.error, value.error_description].filter(Boolean).join(': ') || 'no reason given';
  } catch {
    return 'no reason given';
  }
}
