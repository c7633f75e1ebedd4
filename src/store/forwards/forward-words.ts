import { KctlError } from '../../lib/errors.ts';
import type { RunningForward } from './running-forward.ts';

/** One wish on a command line or in a saved set: `NAME[@NAMESPACE[@CONTEXT]][=[LOCAL:]REMOTE[,...]]`. */
export interface ForwardWish {
  /** A name to be found, or `TYPE/NAME`. */
  target: string;
  namespace?: string;
  context?: string;
  /** `[LOCAL:]REMOTE` each; none lets the object say. */
  ports: readonly string[];
}

const PORT = /^(?:\d*:[\w-]+|\d+)$/;

/**
 * Reads wishes. A port may also follow its name as a word of its own: `web 9000:http`.
 * @throws KctlError `usage`
 */
export function readForwardWishes(words: readonly string[]): ForwardWish[] {
  const wishes: ForwardWish[] = [];
  for (const word of words) {
    const last = wishes.at(-1);
    if (PORT.test(word)) {
      if (!last) throw new KctlError('usage', `${word} is a port: say first what it is a port of`);
      wishes[wishes.length - 1] = { ...last, ports: [...last.ports, word] };
    } else wishes.push(readWish(word));
  }
  return wishes;
}

function readWish(word: string): ForwardWish {
  const at = word.indexOf('=');
  const who = at < 0 ? word : word.slice(0, at);
  const ports = at < 0 ? [] : word.slice(at + 1).split(',');
  // Names of contexts may have an @ themselves.
  const [, target = '', namespace, context] = /^([^@]+)(?:@([^@]*)(?:@(.+))?)?$/.exec(who) ?? [];
  if (target === '' || ports.some((port) => !/^\d*:?[\w-]+$/.test(port))) {
    throw new KctlError('usage', `cannot read ${JSON.stringify(word)}`, {
      hint: 'It is NAME, NAME=PORT, NAME=LOCAL:PORT or NAME@NAMESPACE=LOCAL:PORT.',
    });
  }
  return { target, ports, ...(namespace ? { namespace } : {}), ...(context ? { context } : {}) };
}

/** The word that `readForwardWishes` reads back. */
export function forwardWord({ target, namespace, context, ports }: ForwardWish): string {
  const where = context ? `@${namespace ?? ''}@${context}` : namespace ? `@${namespace}` : '';
  return `${target}${where}${ports.length > 0 ? `=${ports.join(',')}` : ''}`;
}

/** The wish that leads to the same forward again. */
export function wishOf({
  target,
  namespace,
  context,
  local,
  remote,
}: Pick<RunningForward, 'target' | 'namespace' | 'context' | 'local' | 'remote'>): ForwardWish {
  return { target, namespace, ...(context ? { context } : {}), ports: [`${local}:${remote}`] };
}
