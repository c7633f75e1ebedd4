import type { Readable } from 'node:stream';
import type { Transport } from './cluster.ts';
import { statusError } from './transport/status-error.ts';

/** Pod log options (core/v1, `PodLogOptions`). */
export interface LogRequest {
  namespace: string;
  pod: string;
  container?: string;
  follow?: boolean;
  previous?: boolean;
  /** 0 is none of the old lines. */
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
  /** Skips the check of the kubelet's certificate by the server. */
  insecureSkipTlsVerifyBackend?: boolean;
  signal?: AbortSignal;
}

/**
 * The log of one container as raw bytes; with `follow` it ends when the container does. After an
 * abort the stream is destroyed with the signal's reason, and nothing is thrown at those who left.
 * @throws ApiStatusError when the server refuses (no such pod, container still creating)
 */
export async function streamLogs(transport: Transport, request: LogRequest): Promise<Readable> {
  const path = `/api/v1/namespaces/${encodeURIComponent(request.namespace)}/pods/${encodeURIComponent(request.pod)}/log`;
  const response = await transport.send({
    method: 'GET',
    path,
    query: {
      container: request.container,
      follow: request.follow || undefined,
      previous: request.previous || undefined,
      sinceSeconds: request.sinceSeconds,
      sinceTime: request.sinceTime,
      timestamps: request.timestamps || undefined,
      tailLines: request.tailLines,
      limitBytes: request.limitBytes,
      insecureSkipTLSVerifyBackend: request.insecureSkipTlsVerifyBackend || undefined,
    },
    accept: '*/*',
    ...(request.signal ? { signal: request.signal } : {}),
  });
  if (response.status >= 300) throw statusError(response.status, await response.text(), { method: 'GET', path });
  return response.body;
}
