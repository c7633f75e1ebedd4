// Forwards of kctl and of kubectl to the same pod, in turn: bytes a second and latency. The first server does as little
// as possible, so that the two are what is measured; the second one is the bundled cluster's own port-forward.
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kctl } from './cluster.mjs';
import { findKubectl, median } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const MIB = 1024 * 1024;
const BULK = 256 * MIB;
const WHOLE = 1024 * MIB;
const ROUNDS = 7;
const PINGS = 400;
const VISITS = 60;

export async function rows() {
  const kubectl = findKubectl();
  const found = [];
  for (const kind of ['lean', 'emulator']) found.push(...(await compared(kind, kubectl)));
  return found;
}

async function compared(kind, kubectl) {
  const home = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  const server = fork(join(here, 'forward-server.mjs'), [kind], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port, ca } = await new Promise((resolve, reject) => {
    server.once('message', resolve);
    server.once('exit', () => reject(new Error('the server of the benchmark did not start')));
  });
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, configFor(port, ca));
  const env = { ...process.env, HOME: home, KCTL_HOME: join(home, 'data'), KUBECONFIG: kubeconfig };
  const forwards = [];
  try {
    for (const tool of [kctl, kubectl]) forwards.push(await forward(tool, env));
    const whole = kind === 'lean' ? [await unharmed(forwards[0].ports[1001])] : [];
    const down = await turns(forwards, (ports) => download(ports[1001], BULK), ROUNDS);
    const up = await turns(forwards, (ports) => upload(ports[1002], BULK), ROUNDS);
    const ping = await turns(forwards, (ports) => pings(ports[1003], PINGS), ROUNDS);
    const visit = await turns(forwards, (ports) => visits(ports[1003], VISITS), ROUNDS);
    const speed = (ms) => `${Math.round(BULK / MIB / (ms / 1000))} MiB/s`;
    const each = (text) => (pair) => `${text(pair.ours)} / ${text(pair.theirs)}; CPU time ${pair.cpu.toFixed(2)}`;
    const us = (ms) => `${Math.round(ms * 1000)} µs`;
    const row = (what, value, limit, detail) => ({ what: `${kind}: ${what}`, value, ...limit, detail });
    return [
      ...whole,
      row('download, kctl / kubectl', 1 / down.ratio, { least: 0.8 }, each(speed)(down)),
      row('upload', 1 / up.ratio, { least: 0.8 }, each(speed)(up)),
      row('answer on an open connection', ping.ratio, { reach: 1.2 }, each(us)(ping)),
      row('connect, ask, answer, close', visit.ratio, { reach: 1.2 }, each(us)(visit)),
    ];
  } finally {
    for (const { child } of forwards) child.kill();
    server.disconnect();
    rmSync(home, { recursive: true, force: true });
  }
}

const configFor = (port, ca) => `apiVersion: v1
kind: Config
current-context: bench
contexts: [{name: bench, context: {cluster: bench, user: bench, namespace: default}}]
clusters: [{name: bench, cluster: {server: "https://127.0.0.1:${port}", certificate-authority-data: ${Buffer.from(ca).toString('base64')}}}]
users: [{name: bench, user: {token: secret}}]
`;

/** Starts `port-forward pod/bulk` with ports that the tool chooses. */
async function forward(tool, env) {
  const child = spawn(tool, ['port-forward', 'pod/bulk', ':1001', ':1002', ':1003', '--address', '127.0.0.1'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const ports = {};
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${tool} port-forward ended`)));
    child.stdout.on('data', (data) => {
      said = `${said}${data}`.slice(-10_000);
      for (const [, local, remote] of said.matchAll(/Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)/g))
        ports[remote] = Number(local);
      if (Object.keys(ports).length === 3) resolve();
    });
  });
  return { child, ports };
}

/** Both in turn, so that both see the same drift of the machine; the first pair warms up. */
async function turns(forwards, measure, rounds) {
  const [ours, theirs] = forwards.map(({ ports }) => ports);
  const cpuBefore = forwards.map(cpuOf);
  const pairs = [];
  for (let round = 0; round <= rounds; round++) {
    const first = round % 2 === 0;
    const one = await measure(first ? ours : theirs);
    const other = await measure(first ? theirs : ours);
    if (round > 0) pairs.push(first ? [one, other] : [other, one]);
  }
  const [own, other] = forwards.map((forward, side) => cpuOf(forward) - cpuBefore[side]);
  return {
    // Wall time of a machine that does other things beside favours whoever has more threads; this does not.
    cpu: own / other,
    ratio: median(pairs.map(([a, b]) => a / b)),
    ours: median(pairs.map(([a]) => a)),
    theirs: median(pairs.map(([, b]) => b)),
  };
}

/** Ticks that a process has run (proc(5)); 0 where the system does not say. */
function cpuOf({ child }) {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

const connect = (port) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

/** @param each is given every piece */
async function download(port, size, each = () => {}) {
  const begun = performance.now();
  const socket = await connect(port);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  socket.write(length);
  let got = 0;
  await new Promise((resolve, reject) => {
    socket.on('data', (data) => {
      got += data.length;
      each(data);
    });
    socket.on('end', resolve).on('error', reject);
  });
  socket.end();
  if (got !== size) throw new Error(`${got} bytes of ${size} came`);
  return performance.now() - begun;
}

/** 1 GiB through kctl, with its checksum. */
async function unharmed(port) {
  const sum = createHash('sha256');
  const ms = await download(port, WHOLE, (data) => sum.update(data));
  const expected = createHash('sha256');
  const piece = Buffer.alloc(MIB, 'kctl');
  for (let at = 0; at < WHOLE; at += MIB) expected.update(piece);
  const same = sum.digest('hex') === expected.digest('hex');
  return { what: '1 GiB unharmed (1 is yes)', value: same ? 1 : 0, least: 1, detail: `sha256, ${Math.round(ms)} ms` };
}

async function upload(port, size) {
  const begun = performance.now();
  const socket = await connect(port);
  const piece = Buffer.alloc(64 * 1024, 'kctl');
  let said = '';
  socket.on('data', (data) => {
    said += data;
  });
  const over = new Promise((resolve, reject) => socket.on('end', resolve).on('error', reject));
  for (let sent = 0; sent < size; sent += piece.length) {
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.end();
  await over;
  if (said !== String(size)) throw new Error(`the pod got ${said} bytes of ${size}`);
  return performance.now() - begun;
}

/** Median time of an echo, in ms. */
async function pings(port, count) {
  const socket = await connect(port);
  const times = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const answer = new Promise((resolve) => socket.once('data', resolve));
    socket.write('x');
    await answer;
    times.push(performance.now() - begun);
  }
  socket.destroy();
  return median(times);
}

/** Median time of a connection for one question, in ms. */
async function visits(port, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const socket = await connect(port);
    const answer = new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
    socket.write('x');
    await answer;
    socket.end();
    times.push(performance.now() - begun);
    await new Promise((resolve) => socket.resume().once('close', resolve));
  }
  return median(times);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { what, value, detail } of await rows()) console.log(what.padEnd(50), value.toFixed(2), detail);
}
