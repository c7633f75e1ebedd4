import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import type { BenchPlan } from './bench-run.ts';

/**
 * Asks a URL of this machine again and again. A forwarded server's certificate is for another name than localhost: that
 * it is wrong is no finding here.
 *
 * @param patience ms that one answer may take
 */
export function urlSender(url: string, path: string, patience: number): BenchPlan['send'] {
  const whole = new URL(path.startsWith('/') ? path : `/${path}`, url);
  const isTls = whole.protocol === 'https:';
  return (signal) =>
    new Promise((resolve, reject) => {
      const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]), rejectUnauthorized: false };
      const request = (isTls ? getHttps : getHttp)(whole, options, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, bytes }));
      });
      request.once('error', reject);
    });
}
