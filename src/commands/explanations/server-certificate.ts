import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { pemOf } from '../../kube/credentials/pem.ts';
import { ageSince } from '../../lib/age.ts';
import type { ConnectionSource } from './connection-facts.ts';
import type { Asked, Said } from './explanation.ts';

/** What the server's certificate says, beside what is expected of it. */
export async function* explainCertificate(source: ConnectionSource, { signal }: Asked): AsyncGenerator<Said> {
  const { config, server, proxy } = source;
  const name = config.cluster['tls-server-name'];
  if (proxy !== undefined) return;
  const certificate = await serverCertificate(server, name, signal);
  if (!certificate) return;
  const { subject, issuer, validTo, subjectAltName } = certificate;
  yield `The server shows ${oneLine(subject)}, issued by ${oneLine(issuer)}, valid until ${validTo}.`;
  const now = Date.now();
  if (Date.parse(validTo) < now) {
    yield `It expired ${ageSince(new Date(validTo).toISOString(), now)} ago by this machine's clock: if the clock is right, it has to be renewed on the server (kubeadm certs renew, or restart what issues it).`;
  } else if (Date.parse(certificate.validFrom) > now) {
    yield `It is valid from ${certificate.validFrom}: the clock of this machine may be wrong.`;
  }
  const host = name ?? new URL(server).hostname.replace(/^\[|\]$/g, '');
  const fits = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  if (fits === undefined) {
    yield `It is for ${namesIn(subjectAltName)}, and not for ${host}. Reach the server by one of those names, or say which to expect: --tls-server-name.`;
  }
  yield* trust(certificate, source);
}

/** Whether the authority of the kubeconfig made it. */
function* trust(certificate: X509Certificate, { config, clusterFile }: ConnectionSource): Generator<Said> {
  const { cluster, clusterName } = config;
  const pem = pemOf(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const where = `cluster ${clusterName}${clusterFile ? ` in ${clusterFile}` : ''}`;
  if (pem === undefined) {
    yield `The entry of ${where} names no authority, so only the public ones are trusted. Add certificate-authority-data of this cluster.`;
    return;
  }
  const authorities = (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
    (text) => new X509Certificate(text),
  );
  if (authorities.some((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey))) return;
  const names = authorities.map(({ subject }) => oneLine(subject)).join('; ');
  const isNamesake = authorities.some(({ subject }) => subject === certificate.issuer);
  yield isNamesake
    ? `The entry of ${where} trusts another authority of the same name (${names}): the cluster was made anew, and the kubeconfig is of the old one.`
    : `The entry of ${where} trusts ${names}: the kubeconfig is of another cluster, or something between answers in the server's place.`;
}

/** So many are read. */
const MOST_NAMES = 6;

function namesIn(text: string | undefined): string {
  const names = (text ?? '').split(', ').filter(Boolean);
  const rest = names.length - MOST_NAMES;
  if (names.length === 0) return 'no name at all';
  return rest > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more` : names.join(', ');
}

const oneLine = (text: string): string => text.replace(/\n/g, ', ') || '(no name)';

/** A handshake without credentials, and nothing is sent after it. */
function serverCertificate(
  server: string,
  servername: string | undefined,
  signal: AbortSignal,
): Promise<X509Certificate | undefined> {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const name = servername ?? (isIP(host) ? undefined : host);
  const { promise, resolve } = Promise.withResolvers<X509Certificate | undefined>();
  const socket = tls.connect({
    ...{ host, port: Number(url.port || 443), rejectUnauthorized: false },
    ...(name ? { servername: name } : {}),
  });
  const done = (certificate: X509Certificate | undefined) => {
    socket.destroy();
    resolve(certificate);
  };
  socket.once('secureConnect', () => done(socket.getPeerX509Certificate()));
  socket.once('error', () => done(undefined));
  if (signal.aborted) done(undefined);
  signal.addEventListener('abort', () => done(undefined), { once: true });
  return promise;
}
