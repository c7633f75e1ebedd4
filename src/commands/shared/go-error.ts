import { KctlError } from '../../lib/errors.ts';

interface NetworkCause {
  code?: string;
  address?: string;
  port?: number;
  errors?: NetworkCause[];
}

/** What was asked for when a request failed. */
interface FailedRequest {
  method: string;
  server: string;
  path: string;
  query: Readonly<Record<string, string | undefined>>;
}

/**
 * A failure as Go's `%v` writes it, for sentences of kubectl that have it at their end. An answer of the
 * server is its message; where no connection came about, Go names the request and the socket.
 */
export function goErrorText(error: unknown, request: FailedRequest): string {
  if (!(error instanceof KctlError)) return error instanceof Error ? error.message : String(error);
  if (error.code !== 'connection') return error.message;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) if (value !== undefined) query.set(name, value);
  query.sort();
  const url = `${request.server.replace(/\/$/, '')}${request.path}${query.size > 0 ? `?${query}` : ''}`;
  const verb = request.method[0] + request.method.slice(1).toLowerCase();
  return `${verb} "${url}": ${dialText(error)}`;
}

function dialText(error: KctlError): string {
  const cause = error.cause as NetworkCause | undefined;
  const { code, address, port } = cause?.errors?.[0] ?? cause ?? {};
  if (code === 'ECONNREFUSED' && address !== undefined) {
    return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}: connect: connection refused`;
  }
  return error.message.replace(/^Unable to connect to the server: /, '');
}
