import { expect, test } from 'vitest';
import { connectPort } from '../../../src/emulator/network/responders.ts';
import { podOf } from '../kubelet/exec/room.ts';

async function answer(image: string, port: number, ...chunks: readonly (string | Uint8Array)[]): Promise<string> {
  const connection = connectPort(podOf({}, { image, ports: [{ containerPort: port }] }), port, () => 0);
  for (const chunk of chunks) connection.write(chunk);
  let text = '';
  connection.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return text;
}

const BAD = /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\n400 Bad Request$/;

test('who speaks TLS to a plain port hears so at once', async () => {
  const hello = Uint8Array.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  expect(await answer('nginx', 80, hello)).toMatch(BAD);
});

test.each([
  'GET /\r\n',
  'GET / HTTP/9.9\r\n',
  'hello world and more\n',
  '\r\n\r\n',
  `${'x'.repeat(40)} / HTTP/1.1\r\n`,
])('no request: %j', async (text) => {
  expect(await answer('nginx', 80, text)).toMatch(BAD);
});

test('a request may come in pieces, and another one after it', async () => {
  const text = await answer('nginx', 80, 'G', 'ET / HT', 'TP/1.1\r\nHost: x\r\n', '\r\nGET /healthz HTTP/1.1\r\n\r\n');
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(text).toContain('It works');
  expect(text).toContain('{"status":"ok"}');
});

test('ports that nobody opened refuse', () => {
  expect(() => connectPort(podOf(), 81, () => 0)).toThrow('connect: connection refused');
});
