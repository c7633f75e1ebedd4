// A bundled cluster of the benchmark's own, in a folder of its own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** KCTL names another build, to measure two of them in turn. */
export const kctl = process.env.KCTL ?? join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'kctl');

/** Starts a cluster in the foreground; `readyMs` is the time from spawn to the first 200 from /readyz. */
export async function startCluster(...flags) {
  const home = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  const env = {
    ...process.env,
    HOME: home,
    KCTL_HOME: join(home, 'data'),
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME, '.cache'),
  };
  delete env.KUBECONFIG;
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const begun = performance.now();
  const child = spawn(kctl, ['cluster', 'start', '--foreground', '--port', String(port), ...flags], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await ready(port))) {
    if (child.exitCode !== null) throw new Error('the cluster ended before it was ready');
    await new Promise((r) => setTimeout(r, 5));
  }
  const readyMs = performance.now() - begun;
  let text;
  while (!text) {
    try {
      text = execFileSync(kctl, ['cluster', 'kubeconfig'], { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    } catch {
      await new Promise((r) => setTimeout(r, 20));
    }
  }
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  return {
    readyMs,
    pid: child.pid,
    env: { ...env, KUBECONFIG: kubeconfig },
    ...requester(text, port),
    async stop() {
      child.kill('SIGTERM');
      await new Promise((r) => child.once('exit', r));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function ready(port) {
  return new Promise((resolve) => {
    const probe = https.get(
      { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    probe.on('error', () => resolve(false));
  });
}

/** The client of a cluster of ours, with the kubeconfig's client certificate; `reach` is what another process needs. */
function requester(kubeconfig, port) {
  const data = (key) => Buffer.from(new RegExp(`${key}: *(\\S+)`).exec(kubeconfig)[1], 'base64');
  const tls = {
    ca: data('certificate-authority-data').toString(),
    cert: data('client-certificate-data').toString(),
    key: data('client-key-data').toString(),
  };
  return { ...client({ host: '127.0.0.1', port, tls }), reach: { port, tls } };
}

/**
 * A client over kept-alive connections: `request` reads JSON, `raw` gives the bytes, `watch` shows each object of
 * a collection as it changes until `seen` says that it is enough (it may see an object again as it is).
 * @param {{host: string, port: number | string, tls: object, headers?: object}} server
 */
export function client({ host, port, tls, headers: own = {} }) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 32, ...tls });
  const raw = (method, path, headers = {}, text = undefined) =>
    new Promise((resolve, reject) => {
      const call = { host, port, method, path, agent, headers: { ...own, ...headers } };
      const request = https.request(call, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          const said = Buffer.concat(parts);
          if (answer.statusCode >= 400)
            reject(new Error(`${method} ${path}: ${answer.statusCode} ${said.toString().slice(0, 300)}`));
          else resolve(said);
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  return {
    raw,
    async request(method, path, body) {
      const text = body && JSON.stringify(body);
      const headers = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
      return JSON.parse(await raw(method, path, headers, text));
    },
    async watch(path, seen) {
      // A real server ends watches of clients that are too slow for it; a new one begins with what is there.
      const call = { host, port, path: `${path}&watch=1&timeoutSeconds=600`, headers: own, ...tls };
      for (let tries = 0; tries < WATCHES; tries++) {
        const end = await watchOnce(call, seen);
        if (end === undefined) return;
        if (tries === WATCHES - 1) throw new Error(`${path}: the watch ended too early (${end})`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
  };
}

/** Far more than any run has needed. */
const WATCHES = 500;

/** Resolves to undefined once `seen` has said that it is enough, else to what ended the watch. */
function watchOnce(call, seen) {
  return new Promise((resolve) => {
    const request = https.get({ ...call, agent: false }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        if (answer.statusCode !== 200) return;
        const lines = (rest + part).split('\n');
        rest = lines.pop();
        if (!lines.some((line) => line !== '' && seen(JSON.parse(line).object))) return;
        resolve(undefined);
        request.destroy();
      });
      answer.on('close', () => resolve(`status ${answer.statusCode}`));
    });
    request.on('error', (error) => resolve(error.message));
  });
}
