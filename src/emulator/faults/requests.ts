import type { Named } from '../errors.ts';
import type { Exchange } from '../server/exchange.ts';
import type { ResourceTarget } from '../server/request-info.ts';
import { askedBy } from './asked.ts';
import { isMeant } from './match.ts';
import type { Fault } from './rule.ts';
import { faultStatuses, writesOnly } from './statuses.ts';

const READS = new Set(['get', 'list', 'watch']);

/**
 * Lets a request meet the faults that are set: all that slow it down, then the first that answers or cuts it.
 * Only requests for resources come here: health, discovery and what steers the cluster never do.
 * @returns true when the connection is cut and nobody is left to answer
 * @throws ApiStatusError the answer of a `status` fault
 */
export async function meetFaults(
  rules: readonly Fault[],
  exchange: Exchange,
  target: ResourceTarget,
  verb: string,
): Promise<boolean> {
  const { faults } = exchange.context;
  const asked = askedBy(exchange, target, verb);
  const meant = rules.filter((rule) => isMeant(rule.spec, asked) && !(isForWrites(rule) && READS.has(verb)));
  for (const rule of meant) {
    const { kind, delayMs = 0, jitterMs = 0 } = rule.spec;
    if (kind !== 'slow' || !faults.strikes(rule)) continue;
    await pause(Math.max(delayMs + (faults.chance() * 2 - 1) * jitterMs, 0), exchange);
    if (exchange.request.socket.destroyed) return true;
  }
  for (const rule of meant) {
    if (rule.spec.kind === 'slow' || !faults.strikes(rule)) continue;
    if (rule.spec.kind === 'reset') {
      exchange.request.socket.destroy();
      return true;
    }
    throw answer(rule, target);
  }
  return false;
}

const isForWrites = ({ spec }: Fault): boolean =>
  spec.kind === 'status' && spec.verbs === undefined && writesOnly.has(spec.code!);

function answer({ spec }: Fault, { group, plural, name = '' }: ResourceTarget) {
  const resource: Named = { group, plural };
  const error = faultStatuses[spec.code!]!({ resource, name });
  const seconds = spec.retryAfterSeconds;
  if (seconds === undefined) return error;
  const { retryAfterSeconds: _, ...details } = error.status.details ?? {};
  error.status.details = seconds > 0 ? { ...details, retryAfterSeconds: seconds } : details;
  return error;
}

/** In real time, as clients live in it; ends early with the client and with the server. */
function pause(ms: number, { request: { socket }, context: { stopping } }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.off('close', done);
      stopping.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    socket.once('close', done);
    stopping.addEventListener('abort', done, { once: true });
    if (socket.destroyed || stopping.aborted) done();
  });
}
