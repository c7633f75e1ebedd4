import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { API_AUDIENCE, accountOf, verifiedClaims } from '../access/tokens.ts';
import { unauthorized } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
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
 * token (the admin's, or a service account's), or nobody known.
 * @throws ApiStatusError 401 for a token or a certificate that is not accepted
 */
export function authenticate(context: ServerContext, request: IncomingMessage): UserInfo {
  const authorization = request.headers.authorization;
  const bearer = authorization && /^bearer +(\S.*)$/i.exec(authorization.trim())?.[1];
  if (bearer) return userOfToken(context, bearer);
  const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const token = offered.find((one) => one.startsWith(TOKEN_PROTOCOL));
  if (token) return userOfToken(context, Buffer.from(token.slice(TOKEN_PROTOCOL.length), 'base64url').toString());
  const user = userOfCertificate(request.socket as TLSSocket);
  if (user === 'refused') throw unauthorized();
  return user === 'none' ? ANONYMOUS : user;
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
  const claims = verifiedClaims(token, keys.serviceAccountKey, now);
  if (!claims?.aud.some((audience) => audiences.includes(audience))) throw unauthorized();
  const user = accountOf(claims, machine.store, now);
  if (!user) throw unauthorized();
  return user;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
