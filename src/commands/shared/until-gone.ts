import { setTimeout as delay } from 'node:timers/promises';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

/** How often a deleted object is looked for, ms; kubectl's figure. */
const pollMs = 1000;

/**
 * Waits until nothing is at `path` any more, so that an object of that name can be made again.
 * @param limit ms; infinity waits as long as it takes
 * @throws KctlError `api` when time is up, and what the server says instead of "not found"
 */
export async function untilGone(
  path: string,
  limit: number,
  { transport }: Pick<Cluster, 'transport'>,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + limit;
  for (;;) {
    try {
      await transport.json({ method: 'GET', path, signal });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return;
      throw error;
    }
    if (performance.now() >= end) throw new KctlError('api', 'context deadline exceeded');
    await delay(Math.min(pollMs, end - performance.now()), undefined, { signal });
  }
}
