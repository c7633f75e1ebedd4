/** A webhook that could not be reached, or did not answer as one; the message is what follows `failed to call webhook: `. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError';
}

interface SocketError extends Error {
  code?: string;
  address?: string;
  port?: number;
  hostname?: string;
  errors?: SocketError[];
  cert?: { valid_to?: string; valid_from?: string; subjectaltname?: string };
  host?: string;
}

const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

const VERIFY = 'tls: failed to verify certificate: x509: ';

/**
 * What Go's HTTP client says of a failed connection (net, crypto/tls and crypto/x509 packages).
 * @param shown address in messages, where that is not the one connected to
 * @param serverName that the certificate has to be for
 */
export function connectionFailure(failed: unknown, shown: string | undefined, serverName: string): string {
  const error = firstOf(failed as SocketError);
  const code = error.code ?? '';
  const words = CONNECT_WORDS[code];
  if (words) return `dial tcp ${shown ?? addressOf(error)}: connect: ${words}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${error.hostname}: no such host`;
  if (UNKNOWN_AUTHORITY.has(code)) return `${VERIFY}certificate signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `${VERIFY}certificate has expired or is not yet valid: current time ${seconds(Date.now())} is ${validity(error, code)}`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return VERIFY + wrongName(error, serverName);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') {
    return 'http: server gave HTTP response to HTTPS client';
  }
  if (code === 'ECONNRESET' && error.message === 'socket hang up') return 'EOF';
  if (code === 'ECONNRESET') return `read tcp ${shown ?? addressOf(error)}: read: connection reset by peer`;
  return error.message;
}

/** Of several addresses of one name that all failed, the first one speaks. */
const firstOf = (error: SocketError): SocketError => error.errors?.[0] ?? error;

function addressOf({ address = '', port = 0 }: SocketError): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

function validity(error: SocketError, code: string): string {
  const end = code === 'CERT_HAS_EXPIRED' ? error.cert?.valid_to : error.cert?.valid_from;
  return `${code === 'CERT_HAS_EXPIRED' ? 'after' : 'before'} ${end ? seconds(Date.parse(end)) : ''}`.trimEnd();
}

function wrongName(error: SocketError, serverName: string): string {
  const names = (error.cert?.subjectaltname ?? '').split(', ').filter((name) => name !== '');
  const ofType = (prefix: string) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const isAddress = /^[\d.]+$|:/.test(serverName);
  const valid = ofType(isAddress ? 'IP Address:' : 'DNS:');
  if (valid.length > 0) return `certificate is valid for ${valid.join(', ')}, not ${serverName}`;
  if (isAddress) return `cannot validate certificate for ${serverName} because it doesn't contain any IP SANs`;
  return names.length === 0
    ? 'certificate relies on legacy Common Name field, use SANs instead'
    : `certificate is not valid for any names, but wanted to match ${serverName}`;
}

/** By status code (apimachinery errors.NewGenericServerResponse); `text` is the answer's body. */
export function answerFailure(code: number, text: string): string {
  if (code >= 500 && code !== 503 && code !== 504) {
    return `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`;
  }
  return (
    ANSWER_WORDS[code] ??
    (TEXT_SPEAKS.has(code)
      ? text
      : `the server responded with the status code ${code} but did not return more information`)
  );
}

const TEXT_SPEAKS = new Set([403, 406, 415]);

const ANSWER_WORDS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  413: 'the request entity is too large',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
