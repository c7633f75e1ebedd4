import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import type { CommandContext } from '../command.ts';

/** The bytes of what is imported, and what is said of them while they come. */
export interface ImportSource {
  content: AsyncIterable<Uint8Array>;
  told(): string;
}

/** As it is kept in the history: a password of an address is nothing to be shown. */
export function shownSource(file: string): string {
  if (!isAddress(file) || !URL.canParse(file)) return file;
  const url = new URL(file);
  url.username = '';
  url.password = '';
  return url.href;
}

const isAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/**
 * Opens a file, an address or standard input (`-`).
 * @throws KctlError `input` for what is no file or not there, `connection`
 */
export async function openImportSource(file: string, context: CommandContext): Promise<ImportSource> {
  const { io } = context;
  if (file === '-') return { content: io.stdin, told: () => 'importing' };
  if (isAddress(file)) return download(file, context);
  const path = resolve(io.cwd, file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) {
    throw new KctlError('input', `the path "${file}" is no file`);
  }
  return { content: createReadStream(path, { highWaterMark: 256 * 1024 }), told: () => 'importing' };
}

/** By the proxies and authorities of the environment; what redirects is followed, from TLS only to TLS. */
async function download(address: string, { io, signal }: CommandContext): Promise<ImportSource> {
  const [{ RegistryHttp }, { registryConnections }] = await Promise.all([
    import('../../oci/registry/http.ts'),
    import('../../kube/registry-agents.ts'),
  ]);
  if (!URL.canParse(address)) throw new KctlError('usage', `"${address}" is no address`);
  const url = new URL(address);
  const http = new RegistryHttp(registryConnections(io.env));
  const headers = url.username ? { authorization: basic(url) } : {};
  const { status, headers: answered, body } = await http.send(url, { headers, signal });
  const shown = shownSource(address);
  if (status !== 200) {
    body.destroy();
    throw new KctlError(
      'input',
      `cannot import ${shown}: the server answers ${status} ${body.statusMessage ?? ''}`.trim(),
    );
  }
  const size = Number(answered['content-length'] ?? Number.NaN);
  let done = 0;
  async function* counted() {
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        done += chunk.length;
        yield chunk;
      }
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new KctlError('connection', `${url.host} broke off after ${sizeText(done)} of ${shown}`, { cause });
    }
  }
  const whole = Number.isNaN(size) ? '' : `/${sizeText(size)}`;
  return { content: counted(), told: () => `downloading ${shown} ${sizeText(done)}${whole}` };
}

const basic = ({ username, password }: URL): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
