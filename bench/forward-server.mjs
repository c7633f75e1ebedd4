// An API server with one pod whose ports can be forwarded, for port-forward.mjs; a process of its own. Port 1001 sends
// as many bytes as it is asked for (8 bytes, big-endian), 1002 swallows all and answers at the end with how many they
// were, 1003 sends back what it gets.
// `lean` does as little as can be done and keeps no windows, as real kubelets; `emulator` answers with the bundled
// cluster's own port-forward in front of real sockets.
import https from 'node:https';
import net from 'node:net';
import { WebSocketServer } from 'ws';
import { createAuthority, issue } from '../src/emulator/pki/certificates.ts';
import { forwardStreams } from '../src/emulator/server/streams/forward-streams.ts';
import { WebSocketBytes } from '../src/emulator/server/streams/web-socket-bytes.ts';
import { FrameReader } from '../src/lib/spdy/frame-reader.ts';
import { encode } from '../src/lib/spdy/frames.ts';
import { HeaderPacker } from '../src/lib/spdy/header-block.ts';

const isLean = process.argv[2] === 'lean';
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'bulk',
    namespace: 'default',
    uid: 'bulk',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    containers: [
      { name: 'bulk', image: 'bulk', ports: [1001, 1002, 1003].map((containerPort) => ({ containerPort })) },
    ],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const answers = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      {
        name: 'pods',
        singularName: 'pod',
        namespaced: true,
        kind: 'Pod',
        verbs: ['get', 'list', 'watch'],
        shortNames: ['po'],
      },
    ],
  },
  '/api/v1/namespaces/default/pods/bulk': pod,
  '/api/v1/namespaces/default/pods': {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '1' },
    items: [pod],
  },
};

const now = Date.now();
const authority = await createAuthority('bench', now);
const leaf = await issue(authority, { commonName: 'bench-server', ip: ['127.0.0.1'], usage: 'server' }, now);
const server = https.createServer({ key: leaf.key, cert: leaf.cert }, (request, response) => {
  const [path, query = ''] = request.url.split('?');
  // A watch in which nothing happens.
  if (query.includes('watch='))
    return void response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  const body = answers[path];
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(body ?? { kind: 'Status', status: 'Failure', code: 404, reason: 'NotFound', message: path }),
  );
});
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'any', perMessageDeflate: false });
server.on('upgrade', (request, socket, head) => {
  socket.setNoDelay(true);
  const offer = request.headers['sec-websocket-protocol'];
  const plain = Object.create(request, { headers: { value: { ...request.headers, 'sec-websocket-protocol': 'any' } } });
  // Its name is no token of RFC 6455, of which the library allows none.
  sockets.once('headers', (lines) => {
    const at = lines.findIndex((line) => /^sec-websocket-protocol:/i.test(line));
    lines[at] = `Sec-WebSocket-Protocol: ${offer}`;
  });
  sockets.handleUpgrade(plain, socket, head, (client) => {
    if (isLean) lean(client, socket);
    else forwardStreams(new WebSocketBytes(client), { connect: toReal, sandbox: 'bulk', onEnd() {} });
  });
});

const PIECE = 64 * 1024;

/** A WebSocket message of the server's, which is not masked. */
function message(payload) {
  const head = payload.length < 126 ? Buffer.from([0x82, payload.length]) : Buffer.alloc(10);
  if (payload.length >= 126) {
    head[0] = 0x82;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}

function lean(client, socket) {
  const reader = new FrameReader();
  const packer = new HeaderPacker();
  const streams = new Map();
  const send = (frame) => socket.write(message(frame));
  client.on('message', (bytes) => {
    for (const frame of reader.read(bytes)) {
      if (frame.type === 'ping') send(encode.ping(frame.id));
      if (frame.type === 'rstStream') streams.delete(frame.stream);
      if (frame.type === 'synStream') {
        send(encode.synReply(packer, frame.stream, {}));
        const { port, streamtype, requestid } = frame.headers;
        if (streamtype === 'data')
          streams.set(frame.stream, { port, requestid, got: 0, error: streams.get(requestid) });
        else streams.set(requestid, frame.stream);
      }
      const stream = frame.type === 'data' ? streams.get(frame.stream) : undefined;
      if (stream) take(frame, stream);
    }
  });
  const over = (id, { error, requestid }) => {
    send(encode.data(id, Buffer.alloc(0), true));
    send(encode.data(error, Buffer.alloc(0), true));
    streams.delete(id);
    streams.delete(requestid);
  };
  function take({ stream: id, data, fin }, stream) {
    stream.got += data.length;
    if (stream.port === '1003' && data.length > 0) send(encode.data(id, data));
    if (stream.port === '1001' && data.length > 0) void blast(id, stream, Number(data.readBigUInt64BE(0)));
    if (!fin || stream.port === '1001') return;
    if (stream.port === '1002') send(encode.data(id, Buffer.from(String(stream.got))));
    over(id, stream);
  }
  async function blast(id, stream, size) {
    const whole = message(encode.data(id, Buffer.alloc(PIECE, 'kctl')));
    for (let left = size; left > 0; left -= PIECE) {
      if (!streams.has(id)) return;
      const piece = left >= PIECE ? whole : message(encode.data(id, Buffer.alloc(left, 'kctl')));
      if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    over(id, stream);
  }
}

/** The same services on real sockets. */
const services = {
  1001: (socket) =>
    socket.once('data', (asked) => {
      const piece = Buffer.alloc(PIECE, 'kctl');
      let left = Number(asked.readBigUInt64BE(0));
      const pump = () => {
        while (left > 0) {
          const size = Math.min(left, PIECE);
          left -= size;
          if (!socket.write(size === PIECE ? piece : piece.subarray(0, size))) return void socket.once('drain', pump);
        }
        socket.end();
      };
      pump();
    }),
  1002: (socket) => {
    let got = 0;
    socket.on('data', (data) => {
      got += data.length;
    });
    socket.on('end', () => socket.end(String(got)));
  },
  1003: (socket) => socket.pipe(socket),
};
const real = {};
for (const [port, serve] of Object.entries(services)) {
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  real[port] = listener.address().port;
}
const toReal = (port) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ port: real[port], host: '127.0.0.1', allowHalfOpen: true, noDelay: true }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });

server.listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port, ca: authority.cert });
});
process.on('disconnect', () => process.exit());
