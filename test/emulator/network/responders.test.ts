import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { connectPort } from '../../../src/emulator/network/responders.ts';

const pod = (image: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'default', uid: 'u' },
  spec: { containers: [{ name: 'main', image }] },
});

/** All that comes back for `bytes`, until the responder hangs up. */
function answerTo(bytes: Buffer | string, image = 'nginx', port = 80): Promise<string> {
  const connection = connectPort(pod(image), port, () => 0);
  connection.write(bytes);
  return text(connection);
}

describe('a web server', () => {
  test('refuses the greeting of TLS at once', async () => {
    expect(await answerTo(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  test('refuses what is no HTTP and what never ends', async () => {
    expect(await answerTo('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await answerTo(`GET / HTTP/1.1\r\nx: ${'y'.repeat(70_000)}`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('answers as often as it is asked', async () => {
    const request = (more = '') => `GET / HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const answer = await answerTo(request() + request('Connection: close\r\n'));
    expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
    expect(answer).toContain('nginx in pod <code>one</code>');
  });
});

test('nobody listens where no container does', () => {
  expect(() => connectPort(pod('nginx'), 81, () => 0)).toThrow(
    /dial tcp4 127\.0\.0\.1:81: connect: connection refused$/,
  );
});
