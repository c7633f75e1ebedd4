import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './call.ts';
import type { CheckPassword } from './passwords.ts';
import { RegistryError } from './registry-error.ts';

/** Where tokens are had, beside the registry's own addresses: no repository can be called so. */
export const TOKEN_PATH = '/v2/token';
const SERVICE = 'kctl';
const TOKEN_SECONDS = 300;

/**
 * Who may use the registry: names with passwords (Basic), or tokens that are given for those (Bearer, as docker's
 * registries do). Tokens are signed with a secret of this process, so none has to be remembered.
 */
export class Authentication {
  readonly #check: CheckPassword;
  readonly #now: () => number;
  readonly #secret = randomBytes(32);

  constructor(check: CheckPassword, now: () => number) {
    this.#check = check;
    this.#now = now;
  }

  /** @throws RegistryError `UNAUTHORIZED`, with where a token is had */
  async require(request: IncomingMessage): Promise<void> {
    const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(/ +/);
    if (scheme.toLowerCase() === 'bearer' && this.#isToken(value)) return;
    if (scheme.toLowerCase() === 'basic' && (await this.#user(value)) !== undefined) return;
    throw new RegistryError('UNAUTHORIZED', 'authentication is required', {
      headers: { 'www-authenticate': challenge(request) },
    });
  }

  /** `GET /v2/token` with a name and a password. */
  async giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(/ +/);
    const user = scheme.toLowerCase() === 'basic' ? await this.#user(value) : undefined;
    if (user === undefined) {
      throw new RegistryError('UNAUTHORIZED', 'a name and a password are required', {
        headers: { 'www-authenticate': `Basic realm="${SERVICE}"` },
      });
    }
    const expires = Math.floor(this.#now() / 1000) + TOKEN_SECONDS;
    const payload = Buffer.from(JSON.stringify({ user, expires })).toString('base64url');
    const token = `${payload}.${this.#sign(payload)}`;
    const issued = new Date(this.#now()).toISOString();
    answerJson({ request, response }, 200, {
      token,
      access_token: token,
      expires_in: TOKEN_SECONDS,
      issued_at: issued,
    });
  }

  async #user(value: string): Promise<string | undefined> {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 0) return undefined;
    const user = text.slice(0, colon);
    return (await this.#check(user, text.slice(colon + 1))) ? user : undefined;
  }

  #isToken(token: string): boolean {
    const [payload = '', signature = ''] = token.split('.');
    const [own, other] = [Buffer.from(this.#sign(payload)), Buffer.from(signature)];
    if (own.length !== other.length || !timingSafeEqual(own, other)) return false;
    const { expires } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { expires: number };
    return expires * 1000 > this.#now();
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('base64url');
  }
}

function challenge(request: IncomingMessage): string {
  const { pathname } = new URL(request.url ?? '/', 'http://registry');
  const name = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//.exec(pathname)?.[1];
  const isTls = 'encrypted' in request.socket;
  const realm = `${isTls ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}${TOKEN_PATH}`;
  const action = ['GET', 'HEAD'].includes(request.method ?? '') ? 'pull' : 'pull,push';
  const scope = name ? `,scope="repository:${name}:${action}"` : '';
  return `Bearer realm="${realm.replace(/["\\]/g, '')}",service="${SERVICE}"${scope}`;
}
