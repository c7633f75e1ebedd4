import { X509Certificate } from 'node:crypto';
import { clusterOptions } from '../../kube/cluster-options.ts';
import { lastAnswer } from '../../kube/credentials/exec-plugin.ts';
import { pemOf, readText } from '../../kube/credentials/pem.ts';
import { ageSince } from '../../lib/age.ts';
import { type ConnectionSource, connectionSource } from './connection-facts.ts';
import type { Asked, Said } from './explanation.ts';

/** Which credential was sent, from where, and whether it can be seen that it is out of date. Its value is shown nowhere. */
export async function* explainUnauthorized(asked: Asked): AsyncGenerator<Said> {
  const source = await connectionSource(asked);
  const { config, kubeconfig } = source;
  const { user, userName } = config;
  const file = kubeconfig.users.get(userName)?.file;
  const entry = userName === '' ? 'the command line' : `user ${userName}${file ? ` in ${file}` : ''}`;
  if (user.tokenFile) {
    yield `Sent the token of ${user.tokenFile}, which ${entry} names.`;
    yield* tokenFacts(readText(user.tokenFile).trim());
    return;
  }
  if (user.token) {
    yield `Sent a token of ${asked.globals.token ? '--token' : entry}.`;
    yield* tokenFacts(user.token);
    yield 'Log in again where it came from, or have a new one made; a ServiceAccount gets one with:';
    yield { command: `${asked.tool} create token NAME` };
    return;
  }
  if (user.username || user.password) {
    yield `Sent the name and password of ${asked.globals.username ? '--username' : entry}. Kubernetes takes passwords only where something in front of it checks them.`;
    return;
  }
  const certificate = pemOf(user['client-certificate-data'], user['client-certificate']);
  if (certificate !== undefined) {
    yield `Showed the client certificate of ${entry}.`;
    yield* certificateFacts(certificate);
    return;
  }
  if (user.exec) yield* pluginFacts(source, entry, asked);
  else if (user['auth-provider'])
    yield `Sent what the provider ${user['auth-provider'].name} of ${entry} gave: log in again.`;
  else yield `Sent no credentials: ${entry} has none.`;
}

interface Claims {
  exp?: number;
  nbf?: number;
  sub?: string;
  iss?: string;
}

/** What a JWT says of itself; undefined for tokens that are none. Nobody's signature is checked here. */
export function claimsOf(token: string): Claims | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as unknown;
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function* tokenFacts(token: string, now = Date.now()): Generator<Said> {
  const claims = claimsOf(token);
  if (!claims) {
    yield 'It is no JWT, so that only the server knows whether it is out of date.';
    return;
  }
  const { exp, nbf, sub, iss } = claims;
  const who = [typeof sub === 'string' ? `of ${sub}` : '', typeof iss === 'string' ? `issued by ${iss}` : ''].filter(
    Boolean,
  );
  if (who.length > 0) yield `It is ${who.join(', ')}.`;
  if (Number.isFinite(exp) && exp! * 1000 < now)
    yield `It expired at ${instant(exp!)}, ${ageSince(instant(exp!), now)} ago.`;
  else if (Number.isFinite(nbf) && nbf! * 1000 > now)
    yield `It is valid from ${instant(nbf!)} on: is the clock of this machine right?`;
  else {
    const until = Number.isFinite(exp) ? `It is valid until ${instant(exp!)} by its own words` : 'It names no end';
    yield `${until}, so that the server does not know its issuer or key (another cluster?), or what it was made for is gone.`;
  }
}

function* certificateFacts(pem: string, now = Date.now()): Generator<Said> {
  const { subject, issuer, validTo } = new X509Certificate(pem);
  const oneLine = (text: string) => text.replace(/\n/g, ', ');
  yield `It is of ${oneLine(subject)}, issued by ${oneLine(issuer)}.`;
  if (Date.parse(validTo) < now) {
    yield `It expired at ${validTo}, ${ageSince(new Date(validTo).toISOString(), now)} ago: fetch a new kubeconfig from where this one came.`;
  } else
    yield `It is valid until ${validTo}, so that the server does not trust who issued it: is the kubeconfig of this cluster?`;
}

async function* pluginFacts(
  { config, server }: ConnectionSource,
  entry: string,
  { globals, io }: Asked,
): AsyncGenerator<Said> {
  const { exec } = config.user;
  yield `Sent what the plugin ${exec!.command} gave, which ${entry} names: log in again with it.`;
  const options = clusterOptions(globals, { env: io.env, cwd: io.cwd });
  const answer = await lastAnswer(exec!, { ...config.cluster, server }, options);
  if (answer?.token) yield* tokenFacts(answer.token);
}
