import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { UNAUTHORIZED } from '../../kube/discovery/fetch-discovery.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { goErrorText } from './go-error.ts';
import { logLine } from './log-line.ts';

/** client-go's limit for a request that asks what a server serves, unless `--request-timeout` is another. */
const LIMIT = '32s';

/** What a connection says that never came about; one that broke off later says other things. */
const NEVER_MADE = /^(?:The connection to the server |Unable to connect to the server: )/;

/**
 * True where kubectl would not even have learned what the server serves: nothing is kept from before, and the server
 * could not be reached. One that does not take the credentials is most often one that was asked before.
 */
export function isFailedDiscovery(error: unknown, { discovery }: Cluster): error is KctlError {
  if (!(error instanceof KctlError) || discovery.isKnown?.() !== false) return false;
  return isRefusedDiscovery(error) || (error.code === 'connection' && NEVER_MADE.test(error.message));
}

/** The credentials were not taken when it was asked what the server serves. */
function isRefusedDiscovery(error: KctlError): boolean {
  return isApiError(error, 'Unauthorized') && error.message === UNAUTHORIZED;
}

/** kubectl's words for why it could not learn what the server serves. */
export function discoveryFailureText(error: KctlError, server: string, limit = LIMIT): string {
  if (isRefusedDiscovery(error)) return error.message;
  return goErrorText(error, { method: 'GET', server, path: '/api', query: { timeout: limit } });
}

/** kubectl's line of log for each time that it asked in vain. */
export function logFailedDiscovery(reason: string, times: number, { stderr }: IoStreams): void {
  const text = JSON.stringify(`couldn't get current server API group list: ${reason}`);
  for (let i = 0; i < times; i++) {
    stderr.write(logLine('E', 'memcache.go:265', `"Unhandled Error" err=${text}`));
  }
}
