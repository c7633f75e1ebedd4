import { KctlError } from '../../lib/errors.ts';

interface NetworkError extends Error {
  code?: string;
  syscall?: string;
  address?: string;
  port?: number;
  hostname?: string;
  errors?: NetworkError[];
  cert?: { subjectaltname?: string; subject?: { CN?: string } };
  host?: string;
}

/** What the error itself does not carry. */
export interface ConnectionFacts {
  /** The proxy between us and the server. */
  proxy?: string;
  /** The dates of the server's certificate. */
  validFrom?: Date;
  validTo?: Date;
  now?: Date;
}

const unknownAuthority = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);

const hints = {
  authority: 'the kubeconfig may be of another or an older cluster: check certificate-authority-data',
  expired: 'check the clock of this machine; if it is right, the certificate of the server must be renewed',
  name: 'reach the server by a name of its certificate, or give that name with --tls-server-name',
  plain: 'the server speaks HTTP: use http:// in its address',
};

/** The KctlError `connection` for what a socket, TLS or the deadline said, with the words kubectl prints. */
export function connectionError(error: unknown, server: string, facts: ConnectionFacts = {}): KctlError {
  if (error instanceof KctlError) return error;
  const cause = firstError(error as NetworkError);
  const url = new URL(server);
  const proxy = facts.proxy ? URL.parse(facts.proxy)?.host : undefined;
  const byProxy = proxy ? `requests to this cluster go through the proxy ${proxy}` : undefined;
  // The SOCKS library keeps only the message of what it met.
  if (cause.code === 'ECONNREFUSED' || /\bECONNREFUSED\b/.test(cause.message)) {
    return new KctlError(
      'connection',
      `The connection to the server ${server.replace(/^https?:\/\//i, '').split('/')[0]} was refused - did you specify the right host or port?`,
      { prefix: '', cause: error, ...(byProxy ? { hint: byProxy } : {}) },
    );
  }
  const [text, hint = byProxy] = describe(cause, url, facts);
  return new KctlError('connection', `Unable to connect to the server: ${text}`, {
    prefix: '',
    cause: error,
    ...(hint ? { hint } : {}),
  });
}

/** For a body that broke off or ran into the deadline. */
export function bodyError(error: unknown): KctlError {
  if (error instanceof KctlError) return error;
  const timedOut = (error as Error)?.name === 'TimeoutError';
  const words = timedOut
    ? 'net/http: request canceled (Client.Timeout or context cancellation while reading body)'
    : 'unexpected EOF';
  return new KctlError(
    'connection',
    `unexpected error when reading response body. Please retry. Original error: ${words}`,
    { prefix: '', cause: error },
  );
}

/** A host with several addresses fails with one error for each: the first is kubectl's too. */
function firstError(error: NetworkError): NetworkError {
  return error.errors?.[0] ?? error;
}

/** Go names the server it asked. */
function nameServer(): string {
  const [server] = process.getBuiltinModule('node:dns').getServers();
  if (!server) return '';
  // With a port of its own the address comes as `1.2.3.4:5353` or `[::1]:5353`, else bare.
  if (/^[\d.]+:\d+$|^\[/.test(server)) return ` on ${server}`;
  return ` on ${server.includes(':') ? `[${server}]` : server}:53`;
}

function dialed(cause: NetworkError, url: URL): string {
  const address = cause.address ?? url.hostname.replace(/^\[|\]$/g, '');
  const port = cause.port ?? (url.port || (url.protocol === 'https:' ? 443 : 80));
  return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function describe(cause: NetworkError, url: URL, facts: ConnectionFacts): [string, string?] {
  const code = cause.code ?? '';
  const name = cause.hostname ?? url.hostname;
  const invalid = 'tls: failed to verify certificate: x509:';
  if (cause.name === 'TimeoutError') return ['context deadline exceeded'];
  if (unknownAuthority.has(code)) return [`${invalid} certificate signed by unknown authority`, hints.authority];
  switch (code) {
    case 'ENOTFOUND':
      return [`dial tcp: lookup ${name}${nameServer()}: no such host`];
    case 'EAI_AGAIN':
      return [`dial tcp: lookup ${name}: Temporary failure in name resolution`];
    case 'ETIMEDOUT':
      return [`${dialed(cause, url)}: i/o timeout`];
    case 'EHOSTUNREACH':
      return [`${dialed(cause, url)}: connect: no route to host`];
    case 'ENETUNREACH':
      return [`${dialed(cause, url)}: connect: network is unreachable`];
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return [`${invalid} certificate has expired or is not yet valid${validity(code, facts)}`, hints.expired];
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return [`${invalid} ${nameMismatch(cause, url)}`, hints.name];
    case 'ECONNRESET':
      return [
        cause.message === 'socket hang up' || cause.syscall === undefined
          ? 'EOF'
          : 'read tcp: read: connection reset by peer',
      ];
    case 'EPIPE':
      return ['write tcp: write: broken pipe'];
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return describeTls(cause, code);
  if (code.startsWith('HPE_')) return [`net/http: HTTP/1.x transport connection broken: malformed HTTP response`];
  return [cause.message];
}

function describeTls(cause: NetworkError, code: string): [string, string?] {
  const words = `${code} ${cause.message}`;
  if (/wrong version number|WRONG_VERSION_NUMBER|packet length too long|PACKET_LENGTH_TOO_LONG/.test(words)) {
    return ['http: server gave HTTP response to HTTPS client', hints.plain];
  }
  const alert = /alert[ _]([a-z _]+?)(?::|\s*$|\s*SSL)/i.exec(code.startsWith('ERR_SSL_') ? code : cause.message)?.[1];
  if (alert) return [`remote error: tls: ${alert.replaceAll('_', ' ').toLowerCase().trim()}`];
  return [`tls: ${cause.message.split(':').slice(-2).join(':').trim() || cause.message}`];
}

/** RFC 3339 without fractions of a second. */
function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function validity(code: string, facts: ConnectionFacts): string {
  const now = instant(facts.now ?? new Date());
  if (code === 'CERT_HAS_EXPIRED' && facts.validTo) return `: current time ${now} is after ${instant(facts.validTo)}`;
  if (code === 'CERT_NOT_YET_VALID' && facts.validFrom) {
    return `: current time ${now} is before ${instant(facts.validFrom)}`;
  }
  return '';
}

/** Go's words for a certificate that is for someone else (crypto/x509, `HostnameError`). */
function nameMismatch(cause: NetworkError, url: URL): string {
  const wanted = (cause.host ?? url.hostname).replace(/^\[|\]$/g, '');
  const names = (cause.cert?.subjectaltname ?? '').split(', ').filter(Boolean);
  const isAddress = /^[\d.]+$|:/.test(wanted);
  const kind = isAddress ? 'IP Address:' : 'DNS:';
  const fitting = names.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
  if (fitting.length > 0) return `certificate is valid for ${fitting.join(', ')}, not ${wanted}`;
  if (isAddress) return `cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`;
  if (names.length === 0 && cause.cert?.subject?.CN) {
    return 'certificate relies on legacy Common Name field, use SANs instead';
  }
  return `certificate is not valid for any names, but wanted to match ${wanted}`;
}
