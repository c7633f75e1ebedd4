// Logs of the dashboard: 50,000 lines a second of ten pods over HTTP, merged, kept and drawn; then what keys cost
// with 200,000 lines kept. `node bench/dashboard-logs.mjs` alone prints more.
import { fork } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { plainTheme } from '../src/theme/theme.ts';
import { usualRange } from '../src/tui/views/logs/log-query.ts';
import { LogsModel } from '../src/tui/views/logs/logs-model.ts';

const LOGS = 10;
const RATE = 50_000;
const SECONDS = 8;
const [WIDTH, HEIGHT] = [200, 50];

const podsResource = { group: '', version: 'v1', plural: 'pods', singular: 'pod', kind: 'Pod', namespaced: true };
const timing = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

function podOf(index) {
  const status = [{ name: 'app', restartCount: 0, state: { running: {} } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${index}`, namespace: 'shop', uid: `uid-${index}`, labels: {} },
    spec: { containers: [{ name: 'app' }] },
    status: { phase: 'Running', containerStatuses: status },
  };
}

function services(port) {
  const pods = Array.from({ length: LOGS }, (_, index) => podOf(index));
  const agent = new http.Agent({ keepAlive: true });
  return {
    timing,
    cluster: { contextName: 'bench', discovery: { resolve: async () => podsResource } },
    objectSource: () => ({
      start(sink) {
        sink.replace(pods, { columns: [], resourceVersion: '1' });
        sink.state({ phase: 'synced', since: Date.now() });
      },
      stop() {},
    }),
    get: async (_, __, name) => pods.find(({ metadata }) => metadata.name === name),
    logs: ({ pod, signal }) =>
      new Promise((resolve, reject) => {
        const path = `/log?log=${pod.slice(4)}`;
        http.get({ host: '127.0.0.1', port, path, agent, signal }, resolve).on('error', reject);
      }),
  };
}

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The longest time, in ms, in which nothing else could run, while `work` does. */
async function longestStall(work) {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  await work();
  clearInterval(timer);
  return longest;
}

/** Processor time in ms from a key to the first lines after it, and time until everything was looked through. */
async function key(model, press) {
  const begun = performance.now();
  const before = process.cpuUsage();
  press();
  model.lines(WIDTH, HEIGHT, plainTheme);
  model.title();
  const { user, system } = process.cpuUsage(before);
  const first = (user + system) / 1000;
  const isWhole = () => !model.title().count.includes('+') && !model.title().filter.includes('+');
  const stall = await longestStall(async () => {
    while (!isWhole()) await delay(1);
  });
  return { first, whole: performance.now() - begun, stall };
}

async function measure() {
  const child = fork(fileURLToPath(new URL('./log-writer.mjs', import.meta.url)));
  const told = (wanted) =>
    new Promise((resolve) => {
      const listen = (message) => {
        if (!(wanted in message)) return;
        child.off('message', listen);
        resolve(message);
      };
      child.on('message', listen);
    });
  const ready = told('port');
  child.send({ logs: LOGS, rate: RATE, seconds: SECONDS });
  const { port, total } = await ready;
  let ended = 0;
  const written = new Promise((resolve) => {
    child.on('message', ({ done }) => {
      if (done !== undefined && ++ended === LOGS) resolve();
    });
  });
  const targets = [{ kind: 'pods', name: 'web-*' }];
  const query = { targets, namespace: 'shop', contexts: [], containers: '', range: usualRange, previous: false };
  const model = new LogsModel({ services: services(port), query });
  let draws = 0;
  let drawn = 0;
  model.subscribe(() => {
    const begun = performance.now();
    model.lines(WIDTH, HEIGHT, plainTheme);
    model.title();
    drawn += performance.now() - begun;
    draws++;
  });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const count = () => model.ring.lines + model.ring.dropped;
  const stall = await longestStall(async () => {
    await written;
    while (count() < total && performance.now() - begun < SECONDS * 3000) await delay(5);
  });
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  const processor = (used.user + used.system) / 1e6;
  const lost = total - count();
  const kept = model.ring.lines;
  globalThis.gc?.();
  const memory = process.memoryUsage();
  const keys = {};
  keys.filter = await key(model, () => model.setFilter('products/3'));
  keys.field = await key(model, () => model.setFilter('status=200'));
  keys.level = await key(model, () => model.setFilter('level>=warn'));
  keys.search = await key(model, () => model.setFilter('//order'));
  keys.clear = await key(model, () => model.setFilter(''));
  keys.fields = await key(model, () => model.toggle('fields'));
  keys.wrap = await key(model, () => model.toggle('wrap'));
  keys.top = await key(model, () => model.move('top'));
  model.close();
  child.kill();
  return { total, lost, kept, seconds, processor, stall, draws, drawn, memory, keys };
}

export async function rows() {
  const { total, lost, seconds, processor, stall, draws, drawn, memory, keys } = await measure();
  const ms = (value) => `${value.toFixed(1)} ms`;
  return [
    {
      what: 'log lines lost unsaid, of 400,000 at 50,000 a second',
      value: lost,
      reach: 0,
      detail: `${Math.round(total / seconds).toLocaleString('en')} a second came, ${processor.toFixed(1)} s of processor, ${draws} screens of ${(drawn / draws).toFixed(2)} ms`,
    },
    {
      what: 'log lines a second of processor time, thousands less than 50',
      value: Math.max(0, 50 - total / processor / 1000),
      reach: 0,
      detail: `${Math.round(total / processor).toLocaleString('en')}; nothing else could run for ${stall.toFixed(0)} ms at most; ${Math.round(memory.rss / 2 ** 20)} MiB resident`,
    },
    {
      what: 'key to lines with 200,000 kept, seconds of processor, the slowest',
      value: Math.max(...Object.values(keys).map(({ first }) => first)) / 1000,
      reach: 0.016,
      detail: Object.entries(keys)
        .map(([name, { first, whole }]) => `${name} ${ms(first)}${whole - first > 5 ? ` (all ${ms(whole)})` : ''}`)
        .join(', '),
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { what, value, reach, detail } of await rows())
    console.log(`${what}: ${value} (at most ${reach})\n  ${detail}`);
  process.exit(0);
}
