import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ApiRequest } from '../../kube/cluster.ts';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { statusError } from '../../kube/transport/status-error.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import type { FileOptions } from './file-options.ts';

/**
 * What `--raw` cannot stand beside.
 * @param output the value of `-o`
 * @throws KctlError `usage` in kubectl's words
 */
export function validateRaw(raw: string, { filenames, recursive }: FileOptions, output: string): void {
  const wrong: readonly (readonly [boolean, string])[] = [
    [filenames.length > 1, '--raw can only use a single local file or stdin'],
    [/^https?:\/\//.test(filenames[0] ?? ''), '--raw cannot read from a url'],
    [recursive, '--raw and --recursive are mutually exclusive'],
    [output !== '', '--raw and --output are mutually exclusive'],
    [!isRequestUri(raw), `--raw must be a valid URL path: parse ${JSON.stringify(raw)}: invalid URI for request`],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}

function isRequestUri(text: string): boolean {
  return text.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** Sends a file, the standard input (`-`) or nothing ('') to a path of the server, and prints the answer as it is. */
export async function sendRaw(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  file: string,
  { connect, io, signal }: CommandContext,
): Promise<void> {
  const body = file === '' ? undefined : await bodyOf(file, io);
  const { transport } = await connect();
  const request: ApiRequest = { method, path, signal };
  if (body !== undefined) Object.assign(request, { body, contentType: 'application/json' });
  const response = await transport.send(request);
  if (response.status >= 400) throw statusError(response.status, await response.text(), { method, path });
  await pipeline(response.body, io.stdout, { end: false });
}

async function bodyOf(file: string, io: CommandContext['io']): Promise<Uint8Array> {
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(resolve(io.cwd, file));
  } catch (error) {
    throw new KctlError('input', fileError(error, 'open', file), { cause: error });
  }
}
