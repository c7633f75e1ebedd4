import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue, type KeyPair } from '../../../src/emulator/pki/certificates.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Json = any;

/** What a webhook was asked. */
interface Asked {
  path: string;
  review: Json;
  host: string;
}

/** Answers a review's request with (parts of) an AdmissionResponse, or with raw text and status. */
type Judge = (request: Json, asked: Asked) => Json | Promise<Json>;

export interface WebhookServer {
  url: string;
  port: number;
  /** base64 PEM, as `caBundle` wants it. */
  caBundle: string;
  asked: Asked[];
  /** By path. */
  judges: Map<string, Judge>;
  /** Connections that were made: keep-alive makes one of many calls. */
  connections(): number;
  stop(): Promise<void>;
}

let authority: KeyPair | undefined;

/** A webhook on a free port of this machine, with a certificate for it and for `dns`. */
export async function webhookServer(dns: readonly string[] = []): Promise<WebhookServer> {
  const now = Date.now();
  authority ??= await createAuthority('webhooks', now);
  const leaf = await issue(
    authority,
    { commonName: 'webhook', usage: 'server', dns: ['localhost', ...dns], ip: ['127.0.0.1'] },
    now,
  );
  const asked: Asked[] = [];
  const judges = new Map<string, Judge>();
  let connections = 0;
  const server = createServer({ cert: leaf.cert, key: leaf.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const review = JSON.parse(Buffer.concat(chunks).toString());
    const call = { path: request.url ?? '', review, host: String(request.headers.host) };
    asked.push(call);
    const path = call.path.split('?')[0]!;
    const answer = (await judges.get(path)?.(review.request, call)) ?? { allowed: true };
    if (answer.raw !== undefined) {
      response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain' });
      response.end(answer.raw);
      return;
    }
    const { envelope, ...given } = answer;
    const { patch } = given;
    if (Array.isArray(patch)) {
      given.patch = Buffer.from(JSON.stringify(patch)).toString('base64');
      given.patchType ??= 'JSONPatch';
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    const { apiVersion, kind } = review;
    response.end(JSON.stringify({ apiVersion, kind, ...envelope, response: { uid: review.request.uid, ...given } }));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    caBundle: Buffer.from(authority.cert).toString('base64'),
    asked,
    judges,
    connections: () => connections,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const GROUP = 'admissionregistration.k8s.io/v1';

/** A configuration of one webhook; `more` overrides what is usual. */
export function configuration(
  server: Pick<WebhookServer, 'url' | 'caBundle'>,
  kind: 'Mutating' | 'Validating',
  name: string,
  more: Record<string, unknown> = {},
) {
  return {
    apiVersion: GROUP,
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: `${server.url}/${name}`, caBundle: server.caBundle },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  };
}
