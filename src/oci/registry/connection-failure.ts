import { KctlError } from '../../lib/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection off',
  EPIPE: 'broke the connection off',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ENOTFOUND: 'is a host that no name server knows',
  EAI_AGAIN: 'is a host that no name server knows now',
  ETIMEDOUT: 'does not answer',
};

/** How a connection ended, in Go's words, which people search for. */
const dialWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'dial tcp {host}: connect: connection refused',
  ECONNRESET: 'read tcp {host}: connection reset by peer',
  EHOSTUNREACH: 'dial tcp {host}: connect: no route to host',
  ENETUNREACH: 'dial tcp {host}: connect: network is unreachable',
  ENOTFOUND: 'dial tcp: lookup {name}: no such host',
  EAI_AGAIN: 'dial tcp: lookup {name}: Temporary failure in name resolution',
  ETIMEDOUT: 'dial tcp {host}: i/o timeout',
};

const certificates: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself, and not trusted here',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is of another host',
};

/** By which servers end a connection whose client has no certificate, or one of somebody else. */
const wantsClient = new Set([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
]);

/** A host of several addresses fails with one error for each. */
function codeOf(cause: unknown): string {
  const error = cause as { code?: string; errors?: { code?: string }[] } | undefined;
  return error?.code ?? error?.errors?.[0]?.code ?? '';
}

/** The error of a connection to a registry, in one line. */
export function connectionFailure({ host, hostname }: URL, cause: unknown): KctlError {
  if (cause instanceof KctlError) return cause;
  const code = codeOf(cause);
  const certificate = certificates[code];
  if (certificate) {
    return new KctlError('connection', `the certificate of ${host} ${certificate} (x509: ${code})`, {
      hint: `Put the certificate of its authority into /etc/docker/certs.d/${host}/ca.crt or name its file in SSL_CERT_FILE; --insecure goes without a check.`,
      cause,
    });
  }
  if (wantsClient.has(code)) {
    return new KctlError('connection', `${host} lets in only who shows a certificate that it knows (${code})`, {
      hint: `Put the certificate and its key into /etc/docker/certs.d/${host}/client.cert and client.key.`,
      cause,
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new KctlError('connection', `${host} does not speak TLS as it should (${code})`, {
      hint: 'A registry without TLS is spoken to with --plain-http.',
      cause,
    });
  }
  const words = dialWords[code]?.replace('{host}', host).replace('{name}', hostname);
  const reason = reasons[code] ?? `cannot be reached: ${(cause as Error).message}`;
  return new KctlError('connection', `${host} ${reason}${words ? `: ${words}` : ''}`, {
    ...(code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENETUNREACH'
      ? { hint: 'Is this machine online? What goes through a proxy needs HTTPS_PROXY.' }
      : {}),
    cause,
  });
}

/** True where the same request may well succeed a little later. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof KctlError) || error.code !== 'connection') return false;
  const { cause } = error;
  const code = codeOf(cause);
  return passing.has(code) || /socket hang up|aborted|terminated/.test((cause as Error | undefined)?.message ?? '');
}

const passing = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNABORTED',
]);

/** True where nobody listens: the server may be starting again, where it was there before. */
export const isRefused = (error: unknown): boolean =>
  error instanceof KctlError && codeOf(error.cause) === 'ECONNREFUSED';
