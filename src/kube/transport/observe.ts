import type { IncomingMessage } from 'node:http';
import type { ApiRequest, RequestObserver } from '../cluster.ts';

/** Tells `observer` of one exchange: that it began, each piece that comes over the wire, and its end. */
export function observeExchange(
  observer: RequestObserver,
  request: ApiRequest,
): { answered(answer: IncomingMessage): void; failed(): void } {
  const seen = observer({
    method: request.method,
    path: request.path,
    watch: request.query?.watch === '1' || request.query?.watch === 'true' || request.query?.follow === 'true',
    one: request.query?.fieldSelector?.toString().startsWith('metadata.name=') ?? false,
  });
  return {
    answered(answer) {
      seen.answered(answer.statusCode ?? 0);
      // Where Node hands on what has come: a listener for data would make it flow before its reader is there.
      const push = answer.push;
      answer.push = function (chunk: Buffer | null, encoding?: BufferEncoding) {
        if (chunk) seen.bytes(chunk.length);
        return push.call(this, chunk, encoding);
      };
      answer.once('close', () => seen.ended());
    },
    failed: () => seen.ended(),
  };
}
