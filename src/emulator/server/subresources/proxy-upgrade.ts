import { request as httpRequest, type IncomingMessage } from 'node:http';
import { ApiStatusError } from '../../../api/status.ts';
import { failure } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import type { UpgradeRequest } from '../streams/accept.ts';
import { whileServing } from '../streams/while-serving.ts';
import { endToEnd, forwardedUpgrade, pairs } from './proxy-headers.ts';
import { locate, pathOf, searchOf } from './proxy-target.ts';

/**
 * A request that leaves HTTP: what the backend answers is the client's, and after a 101 the bytes of both.
 * @throws ApiStatusError as for other requests, 500 for a backend that neither upgrades nor refuses
 */
export async function proxyUpgrade(exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest): Promise<void> {
  const { request, socket, head } = upgrade;
  const backend = await locate[target.resource.storage]!(exchange, target);
  const path = (pathOf(exchange, target) || '/') + searchOf(request);
  const connection = await backend.open().catch((error: Error) => {
    throw new ApiStatusError(failure(500, '', `error dialing backend: ${error.message}`));
  });
  await new Promise<void>((resolve, reject) => {
    const sent = httpRequest({
      createConnection: () => connection,
      method: request.method,
      path,
      headers: forwardedUpgrade(request).flat(),
      setDefaultHeaders: false,
    });
    sent.on('upgrade', (answer, backendSocket, first) => {
      socket.write(headOf(answer));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) backendSocket.write(head);
      const stop = () => {
        backendSocket.destroy();
        socket.destroy();
      };
      const forget = whileServing(exchange.context.stopping, stop);
      for (const side of [socket, backendSocket]) side.on('error', stop).on('close', stop).on('close', forget);
      socket.pipe(backendSocket).pipe(socket);
      resolve();
    });
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      if (status < 400) {
        answer.destroy();
        reject(new ApiStatusError(failure(500, '', `invalid upgrade response: status code ${status}`)));
        return;
      }
      socket.write(headOf(answer, 'Connection: close\r\n'));
      answer.pipe(socket);
      resolve();
    });
    sent.on('error', (error) => reject(new ApiStatusError(failure(500, '', error.message))));
    sent.end();
  });
}

function headOf(answer: IncomingMessage, more = ''): string {
  const kept = more ? endToEnd(answer) : pairs(answer);
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines}${more}\r\n`;
}
