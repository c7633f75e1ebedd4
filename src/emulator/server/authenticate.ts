import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import { dayOfUse, isSecretToken, LAST_USED, type SecretTokenClaims, secretTokenUse } from '../access/secret-tokens.ts';
import { API_AUDIENCE, accountOf, isInForce, signedClaims } from '../access/tokens.ts';
import { unauthorized } from '../errors.ts';
import { inProcessClient } from '../registry/in-process-client.ts';
import { SYSTEM_USER, type UserInfo } from '../registry/machine.ts';
import type { ServerContext } from './exchange.ts';

export { API_AUDIENCE } from '../access/tokens.ts';

const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

/** Who stands behind a connection's client certificate never changes, so it is read once. */
const bySocket = new WeakMap<TLSSocket, UserInfo | 'none' | 'refused'>();

/** What a browser, which can set no header of a WebSocket, puts in front of its token (base64url) among the protocols. */
export const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/**
 * Who sends the request: the client certificate (common name, organisations as groups), a bearer
 * token (the admin's, or a service account's) in the header or among the protocols of a WebSocket, or
 * nobody known. The first that is good counts; one that is not does no harm beside it.
 * @throws ApiStatusError 401 where none of those given is accepted
 */
export function authenticate(context: ServerContext, request: IncomingMessage): UserInfo {
  const certified = userOfCertificate(request.socket as TLSSocket);
  if (typeof certified === 'object') return certified;
  let refused = certified === 'refused';
  for (const tokenOf of [bearerToken, protocolToken]) {
    const token = tokenOf(request);
    const user = token === undefined || token === 'unreadable' ? undefined : tokenUser(context, token.text);
    if (user) return user;
    refused ||= token !== undefined;
  }
  if (refused) throw unauthorized();
  return ANONYMOUS;
}

type Given = { text: string } | 'unreadable' | undefined;

/** The second word (apiserver, authentication/request/bearertoken): none after two spaces. */
function bearerToken({ headers }: IncomingMessage): Given {
  const [scheme = '', text = ''] = (headers.authorization ?? '').trim().split(' ');
  return scheme.toLowerCase() === 'bearer' && text !== '' ? { text } : undefined;
}

/** Of a request for a WebSocket alone, which has to ask for another protocol too (authentication/request/websocket). */
function protocolToken({ headers }: IncomingMessage): Given {
  if (headers.upgrade?.toLowerCase() !== 'websocket' || !/\bupgrade\b/i.test(headers.connection ?? ''))
    return undefined;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const tokens = offered.filter((one) => one.startsWith(TOKEN_PROTOCOL));
  if (tokens.length === 0 || (tokens.length === 1 && tokens[0] === TOKEN_PROTOCOL)) return undefined;
  const encoded = tokens[0]!.slice(TOKEN_PROTOCOL.length);
  const isReadable = tokens.length === 1 && offered.length > 1 && /^[A-Za-z0-9_-]+$/.test(encoded);
  const bytes = Buffer.from(encoded, 'base64url');
  return isReadable && isUtf8(bytes) ? { text: bytes.toString() } : 'unreadable';
}

function tokenUser(context: ServerContext, token: string): UserInfo | undefined {
  try {
    return userOfToken(context, token);
  } catch (error) {
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}

function userOfCertificate(socket: TLSSocket): UserInfo | 'none' | 'refused' {
  const known = bySocket.get(socket);
  if (known !== undefined) return known;
  const user = readCertificate(socket);
  bySocket.set(socket, user);
  return user;
}

function readCertificate(socket: TLSSocket): UserInfo | 'none' | 'refused' {
  const subject = socket.getPeerCertificate()?.subject as { CN?: string | string[]; O?: string | string[] } | undefined;
  if (!subject) return 'none';
  // Of another authority, expired, or not for clients: who shows it is not taken for nobody.
  if (!socket.authorized) return 'refused';
  // Of several names the last is the one, as Go reads them.
  const name = [subject.CN ?? ''].flat().at(-1);
  if (!name) return 'refused';
  const organizations = subject.O === undefined ? [] : [subject.O].flat();
  return { name, groups: [...organizations, AUTHENTICATED] };
}

/**
 * @param audiences the token of a service account must be meant for one of them; by default, for this server
 * @throws ApiStatusError 401
 */
export function userOfToken(
  context: ServerContext,
  token: string,
  audiences: readonly string[] = [API_AUDIENCE],
): UserInfo {
  if (sameText(token, context.keys.adminToken)) {
    return { name: 'kubernetes-admin', groups: ['system:masters', AUTHENTICATED] };
  }
  const { machine, keys } = context;
  const now = machine.clock.now();
  const claims = signedClaims(token, keys.serviceAccountKey);
  if (claims && isSecretToken(claims)) return userOfSecret(context, claims, token, audiences);
  if (!claims || !isInForce(claims, now)) throw unauthorized();
  if (!claims.aud.some((audience) => audiences.includes(audience))) throw unauthorized();
  const user = accountOf(claims, machine.store, now);
  if (!user) throw unauthorized();
  return user;
}

/** A token out of a Secret is for this server alone; the Secret's label says the day it was last used. */
function userOfSecret(
  { machine, report }: ServerContext,
  claims: SecretTokenClaims,
  token: string,
  audiences: readonly string[],
): UserInfo {
  const use = audiences.includes(API_AUDIENCE) ? secretTokenUse(claims, token, machine.store) : undefined;
  const day = use && dayOfUse(use.secret, machine.clock.now());
  if (use && day) {
    const { secret } = use;
    const metadata = { ...secret.metadata, labels: { ...secret.metadata.labels, [LAST_USED]: day } };
    inProcessClient(machine, { user: SYSTEM_USER, manager: 'kube-apiserver' })
      .update('secrets', { ...secret, metadata })
      .catch((error: unknown) => {
        if (!isApiError(error, 'Conflict')) report('token of a Secret', error);
      });
  }
  if (!use?.user) throw unauthorized();
  return use.user;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
