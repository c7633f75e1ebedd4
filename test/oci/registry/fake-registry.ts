import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

export interface Served {
  host: string;
  /** `GET /path` with the authorization that came with it. */
  asked: { line: string; authorization: string | undefined }[];
  stop(): Promise<void>;
}

/** A server on a port of this machine that notes what it is asked. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const asked: Served['asked'] = [];
  const server: Server = createServer((request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const layer = (letter: string, size: number) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: `sha256:${letter.repeat(64)}`,
  size,
});

export interface MadeImage {
  manifest: string;
  digest: string;
  config: string;
  configDigest: string;
}

/** The documents of an image of these layers: a letter for each digest, and its size. */
export function madeImage(layers: readonly (readonly [string, number])[]): MadeImage {
  const history = layers.map(([letter]) => ({ created_by: `/bin/sh -c #(nop)  COPY ${letter} /${letter}` }));
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', history: [...history, { empty_layer: true }] });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
    layers: layers.map(([letter, size]) => layer(letter, size)),
  });
  return { manifest, digest: digestOf(manifest), config, configDigest: digestOf(config) };
}

/** Answers `/v2/<repository>/...` from documents by tag and digest; anything else is not there. */
export function answerFrom(documents: ReadonlyMap<string, string>, response: ServerResponse, url: string): void {
  const found = documents.get(decodeURIComponent(url.split('/').at(-1) ?? ''));
  if (url === '/v2/') response.end('{}');
  else if (found === undefined) {
    response.statusCode = 404;
    response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
  } else {
    const { mediaType = 'application/octet-stream' } = JSON.parse(found) as { mediaType?: string };
    response.setHeader('content-type', mediaType);
    response.end(found);
  }
}

export function documentsOf(images: Readonly<Record<string, MadeImage>>): Map<string, string> {
  return new Map(
    Object.entries(images).flatMap(([tag, { manifest, digest, config, configDigest }]) => [
      [tag, manifest],
      [digest, manifest],
      [configDigest, config],
    ]),
  );
}
