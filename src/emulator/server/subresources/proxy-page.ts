import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { deflateRaw, gunzip, gzip, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { Exchange } from '../exchange.ts';
import { type ProxyPlace, rewriteHtml } from './proxy-rewrite.ts';

export const isPage = ({ headers }: IncomingMessage): boolean =>
  headers.location === undefined && (headers['content-type'] ?? '').split(';')[0]!.trim() === 'text/html';

/** Longer pages are passed on as they are: they would have to be held whole. */
const LONGEST_PAGE = 32 * 1024 * 1024;

/** A few bytes can unpack to more than there is room for. */
const BOUND: ZlibOptions = { maxOutputLength: LONGEST_PAGE };

const codings: Readonly<
  Record<string, { open(bytes: Buffer): Promise<Buffer>; close(bytes: Buffer): Promise<Buffer> }>
> = {
  '': { open: async (bytes) => bytes, close: async (bytes) => bytes },
  gzip: {
    open: (bytes) => promisify<Buffer, ZlibOptions, Buffer>(gunzip)(bytes, BOUND),
    close: promisify(gzip) as (bytes: Buffer) => Promise<Buffer>,
  },
  deflate: {
    open: (bytes) => promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)(bytes, BOUND),
    close: promisify(deflateRaw) as (bytes: Buffer) => Promise<Buffer>,
  },
};

export async function sendPage({ response }: Exchange, answer: IncomingMessage, place: ProxyPlace): Promise<void> {
  const coding = codings[answer.headers['content-encoding'] ?? ''];
  const length = Number(answer.headers['content-length'] ?? 0);
  if (!coding || length > LONGEST_PAGE) return pipeline(answer, response);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LONGEST_PAGE) throw new Error('the page is too long');
  }
  // Byte for byte: links are ASCII in every encoding that pages are written in.
  const page = (await coding.open(Buffer.concat(chunks))).toString('latin1');
  const bytes = await coding.close(Buffer.from(rewriteHtml(page, place), 'latin1'));
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}
