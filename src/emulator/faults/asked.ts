import type { Exchange } from '../server/exchange.ts';
import type { ResourceTarget } from '../server/request-info.ts';
import type { Asked } from './match.ts';

/** What rules ask about a request. */
export function askedBy(exchange: Exchange, target: ResourceTarget, verb: string): Asked {
  return { verb, target, user: exchange.user.name, agent: exchange.request.headers['user-agent'] ?? '' };
}
