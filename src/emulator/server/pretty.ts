import type { IncomingMessage } from 'node:http';

/** Programs that people look over the shoulder of. */
const READERS = ['curl', 'Wget', 'Mozilla/5.0'];

/**
 * True where JSON is to be indented: the query says so, or says nothing and a browser or the like asks
 * (apiserver, endpoints/handlers/negotiation, isPrettyPrint).
 */
export function isPretty({ url = '', headers }: IncomingMessage): boolean {
  const at = url.indexOf('pretty=');
  if (at > 0) {
    const asked = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('pretty');
    if (asked) return /^(1|t|true)$/i.test(asked);
  }
  const agent = headers['user-agent'] ?? '';
  return READERS.some((reader) => agent.startsWith(reader));
}
