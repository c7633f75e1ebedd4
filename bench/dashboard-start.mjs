// The dashboard on a real terminal (a pty by `script`, Debian package bsdutils) over 2,000 pods: time from the
// start of the process to rows on the screen, the most memory it has had by then, and what it takes while a table
// is open in which nothing happens. The table of a custom resource is watched too: it must cost no list.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { kctl, startCluster } from './cluster.mjs';
import { cpuSeconds, median, residentMiB } from './measure.mjs';
import { createPods } from './pods.mjs';

const PODS = Number(process.env.DASHBOARD_PODS ?? 2000);
const RUNS = 7;
/** What comes once after the first rows (completion, the header's figures) is over by then. */
const SETTLE_MS = 6000;
const IDLE_MS = 30_000;

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.example.com' },
  spec: {
    group: 'bench.example.com',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
};

/** Opens the dashboard on a pty of 140×40; `seen(text)` resolves with the ms since the start when it is on it. */
function openDashboard(env, ...words) {
  const command = ['exec', kctl, 'ui', ...words]
    .map((word) => `'${word}'`)
    .join(' ')
    .replace("'exec'", 'exec');
  const begun = performance.now();
  const child = spawn('script', ['-qefc', `stty cols 140 rows 40; ${command}`, '/dev/null'], {
    env: { ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let screen = '';
  const waiting = new Set();
  child.stdout.on('data', (part) => {
    screen += part.toString('latin1');
    for (const check of waiting) check();
  });
  return {
    seen: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`never seen: ${text}\n${screen.slice(-2000)}`)), 60_000);
        const check = () => {
          if (!screen.includes(text)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(performance.now() - begun);
        };
        waiting.add(check);
        check();
      }),
    /** The dashboard's own process. */
    pid: () =>
      Number(
        execFileSync('pgrep', ['-P', String(child.pid)])
          .toString()
          .trim()
          .split('\n')[0],
      ),
    type: (text) => child.stdin.write(text),
    async close() {
      child.stdin.write('\u0003');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

const peakMiB = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function idleShare(pid) {
  const [cpu, at] = [cpuSeconds(pid), performance.now()];
  await wait(IDLE_MS);
  return ((cpuSeconds(pid) - cpu) * 1000) / (performance.now() - at);
}

/** Requests of the server for `resource` by verb, as its own metrics count them. */
async function requestsFor(raw, resource) {
  const text = await raw('GET', '/metrics');
  const counts = { LIST: 0, WATCH: 0 };
  for (const line of String(text).split('\n')) {
    const match = /^apiserver_request_total\{(.*)\} (\d+)/.exec(line);
    if (!match?.[1].includes(`resource="${resource}"`)) continue;
    const verb = /verb="(\w+)"/.exec(match[1])?.[1];
    if (verb in counts) counts[verb] += Number(match[2]);
  }
  return counts;
}

export async function rows() {
  const cluster = await startCluster('--empty', '--quota', '1Gi');
  const result = [];
  try {
    const { env, request } = cluster;
    await createPods(request, PODS);
    const times = [];
    const peaks = [];
    const cpus = [];
    for (let run = -1; run < RUNS; run++) {
      const dashboard = openDashboard(env, 'pods', 'all');
      const ms = await dashboard.seen('load-00003');
      if (run >= 0) {
        times.push(ms);
        const pid = dashboard.pid();
        peaks.push(peakMiB(pid));
        cpus.push(cpuSeconds(pid));
      }
      await dashboard.close();
    }
    const spread = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)} ms`;
    result.push({
      what: `first rows of ${PODS} pods, s / 1.0 s`,
      value: median(times) / 1000,
      reach: 1,
      detail: `median of ${RUNS}: ${median(times).toFixed(0)} ms, ${spread}; ${median(cpus).toFixed(2)} s of processor time`,
    });
    result.push({
      what: 'peak memory by then, MiB / 200 MiB',
      value: median(peaks) / 200,
      reach: 1,
      detail: `${median(peaks).toFixed(0)} MiB`,
    });

    // Ages below ten minutes are told by the second, so that there is something to draw every second.
    const young = openDashboard(env, 'pods', 'all');
    await young.seen('load-00003');
    await wait(SETTLE_MS);
    const drawing = await idleShare(young.pid());
    await young.close();
    result.push({
      what: 'while 35 ages count seconds, share / 5 %',
      value: drawing / 0.05,
      reach: 1,
      detail: `${(drawing * 100).toFixed(2)} % over ${IDLE_MS / 1000} s`,
    });
    await request('POST', '/kctl/v1/clock/jump', { ms: 20 * 60_000 });
    const idle = openDashboard(env, 'pods', 'all');
    await idle.seen('load-00003');
    await wait(SETTLE_MS);
    const share = await idleShare(idle.pid());
    result.push({
      what: 'idle with the table open, share of a core / 1 %',
      value: share / 0.01,
      reach: 1,
      detail: `${(share * 100).toFixed(2)} % over ${IDLE_MS / 1000} s; ${residentMiB(idle.pid()).toFixed(0)} MiB, at most ${peakMiB(idle.pid()).toFixed(0)} MiB`,
    });
    await idle.close();
    result.push(...(await customTable(cluster)));
  } finally {
    await cluster.stop();
  }
  return result;
}

async function customTable({ env, request, raw }) {
  await request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgets);
  await wait(1500);
  const create = (name) =>
    request('POST', '/apis/bench.example.com/v1/namespaces/default/widgets', {
      apiVersion: 'bench.example.com/v1',
      kind: 'Widget',
      metadata: { name },
      spec: { size: 3 },
    });
  await create('first-widget');
  const dashboard = openDashboard(env, 'widgets', 'all');
  try {
    await dashboard.seen('first-widget');
    await wait(SETTLE_MS);
    const before = await requestsFor(raw, 'widgets');
    await wait(IDLE_MS);
    await create('second-widget');
    await dashboard.seen('second-widget');
    const after = await requestsFor(raw, 'widgets');
    return [
      {
        what: 'lists of an open custom table, a minute',
        value: ((after.LIST - before.LIST) * 60_000) / IDLE_MS,
        reach: 0,
        detail: `${after.LIST} in all, to open it; a row that came was seen by the watch that was open`,
      },
    ];
  } finally {
    await dashboard.close();
  }
}
