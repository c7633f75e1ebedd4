import type http from 'node:http';
import type { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import type { ApiResponse } from '../cluster.ts';
import { answerLimit, failureLimit } from './body-limits.ts';
import { bodyError } from './connection-error.ts';
import type { RequestLog } from './request-log.ts';

/** Flushes after every chunk, so that compressed watches and logs arrive as they are sent. */
export async function decode(answer: http.IncomingMessage): Promise<Readable> {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  const [{ createGunzip, constants }, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  return pipeline(answer, createGunzip({ flush: constants.Z_SYNC_FLUSH }), () => undefined);
}

/** @param waits tells that the rest of the answer is waited for; what it returns ends that */
export function apiResponse(
  answer: http.IncomingMessage,
  body: Readable,
  log: RequestLog | undefined,
  waits?: () => (() => void) | undefined,
): ApiResponse {
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body,
    async text() {
      const chunks: Buffer[] = [];
      let size = 0;
      const failed = (answer.statusCode ?? 0) >= 400;
      const waited = waits?.();
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          chunks.push(chunk);
          size += chunk.length;
          if (failed && size > failureLimit) break;
          if (size > answerLimit) throw tooLarge();
        }
      } catch (error) {
        if ((error as Error)?.name === 'AbortError') throw error;
        throw bodyError(error);
      } finally {
        waited?.();
      }
      const text = Buffer.concat(chunks).toString('utf8');
      log?.body(text);
      return text;
    },
  };
}

function tooLarge(): KctlError {
  return new KctlError(
    'connection',
    `the server's answer is larger than ${answerLimit / 1024 / 1024} MiB, which is not read`,
    { hint: 'a smaller --chunk-size or a selector asks for less at once' },
  );
}

/** @throws KctlError with the words Go has for an answer that is no JSON */
export function parseJson(text: string, response: ApiResponse): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    const type = String(response.headers['content-type'] ?? '')
      .split(';')[0]!
      .trim();
    const words =
      type !== '' && !type.includes('json') ? `serializer for ${type} doesn't exist` : 'unexpected end of JSON input';
    throw new KctlError('connection', words, {
      prefix: '',
      cause: error,
      hint: 'is this the address of a Kubernetes API server?',
    });
  }
}
