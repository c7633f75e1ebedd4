// Tables of the dashboard. Filters and eight hours of churn are measured on the table itself, in this process and
// on a clock of its own; keys, memory and rest on the whole program (`kctl ui` on a pseudo-terminal, by `script`)
// that looks at an API server of table-server.mjs: the server's own speed is not what is asked about.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { plainTheme } from '../src/theme/theme.ts';
import { TableModel } from '../src/tui/views/table-model.ts';
import { kctl } from './cluster.mjs';
import { cpuSeconds, residentMiB } from './measure.mjs';

const [WIDTH, HEIGHT] = [200, 50];
const FILTERS = ['web-99', 'running', 'web.*back', '!web-1 status=Running', '-f w9x', '-l app=web-7', 'restarts>5'];
const ROUNDS = 15;
const KEYS = 200;
const IDLE_S = 30;
const HOURS = 8;

const podsResource = {
  ...{ group: '', version: 'v1', plural: 'pods', singular: 'pod', kind: 'Pod', namespaced: true },
  ...{ shortNames: ['po'], categories: [], subresources: [], verbs: ['get', 'list', 'watch'] },
};
const columns = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'].map((name, index) => {
  return { name, type: 'string', priority: index > 4 ? 1 : 0 };
});

let version = 0;
function row(i, { status = i % 50 ? 'Running' : 'CrashLoopBackOff', restarts = i % 9, now = 0 } = {}) {
  const name = `web-${String(i).padStart(6, '0')}-7d9f8b6c5d-${((i * 7919) % 1_679_616).toString(36)}`;
  // As it comes from the wire: every row with texts of its own.
  return JSON.parse(
    JSON.stringify({
      cells: [name, '1/1', status, String(restarts), '3d', `10.1.${(i >> 8) & 255}.${i & 255}`, `node-${i % 1000}`],
      object: {
        metadata: {
          ...{ name, namespace: `team-${i % 200}`, uid: `uid-${i}`, resourceVersion: String(++version) },
          creationTimestamp: new Date(now - 300_000_000).toISOString(),
          labels: { app: `web-${i % 5000}`, 'pod-template-hash': '7d9f8b6c5d' },
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `rs-${i % 5000}`, uid: `rs-${i % 5000}` },
          ],
        },
      },
    }),
  );
}

/** A clock that goes on when it is told to. */
function manualClock() {
  let time = Date.UTC(2026, 10, 21);
  const timers = new Set();
  return {
    now: () => time,
    after(ms, run) {
      const timer = { due: time + ms, run };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        let next;
        for (const timer of timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
        if (!next) break;
        timers.delete(next);
        time = Math.max(time, next.due);
        next.run();
      }
      time = end;
    },
    get waiting() {
      return timers.size;
    },
  };
}

function openTable(count, clock) {
  let sink;
  const source = { start: (to) => (sink = to), stop: () => undefined };
  const view = { type: 'table', resource: podsResource, scope: {}, filter: '', wide: false, faults: false };
  const model = new TableModel(view, { open: () => ({ source }) }, clock);
  const items = Array.from({ length: count }, (_, index) => row(index, { now: clock.now() }));
  sink.replace(items, { columns, resourceVersion: '1' });
  sink.state({ phase: 'synced', since: clock.now() });
  clock.advance(1000);
  return { model, sink };
}

const sorted = (values) => values.toSorted((a, b) => a - b);
const at = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))];

/**
 * From the filter to the lines of the screen, ms of this thread, which on a machine with nothing else to do are those
 * of the clock: the slowest of the filters by its median, and of clearing.
 */
function filterTimes(count) {
  const { model } = openTable(count, manualClock());
  const time = (work) => {
    const [begun, before] = [performance.now(), process.threadCpuUsage()];
    work();
    model.lines(WIDTH, HEIGHT, plainTheme);
    model.title();
    const { user, system } = process.threadCpuUsage(before);
    return { cpu: (user + system) / 1000, wall: performance.now() - begun };
  };
  const clears = [];
  const applied = FILTERS.map((filter) => {
    const times = [];
    const walls = [];
    for (let round = -3; round < ROUNDS; round++) {
      const apply = time(() => model.setFilter(filter));
      const clear = time(() => model.setFilter(''));
      if (round < 0) continue;
      times.push(apply.cpu);
      walls.push(apply.wall);
      clears.push(clear.cpu);
    }
    return { filter, median: at(times, 0.5), most: Math.max(...times), wall: at(walls, 0.5) };
  });
  model.close();
  return {
    applied,
    slowest: applied.toSorted((a, b) => b.median - a.median)[0],
    clear: at(clears, 0.5),
    clearMost: Math.max(...clears),
  };
}

function heapMiB() {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Heap after the first and the last hour of a day's work: 5 changes a second, and every pod made anew three times an hour. */
function churn() {
  const clock = manualClock();
  const pods = 2000;
  const { model, sink } = openTable(pods, clock);
  const alive = Array.from({ length: pods }, (_, index) => index);
  let next = pods;
  let events = 0;
  const hours = [];
  model.setFilter('web !crash');
  for (let hour = 0; hour < HOURS; hour++) {
    for (let minute = 0; minute < 60; minute++) {
      for (let count = 0; count < 300; count++) {
        const i = alive[(count * 7919 + minute) % pods];
        sink.change('MODIFIED', row(i, { restarts: ++events, now: clock.now() }), { columns: [] });
        if (count % 3 === 0) {
          const place = (minute * 100 + count / 3) % pods;
          sink.change('DELETED', row(alive[place]), { columns: [] });
          alive[place] = next++;
          sink.change('ADDED', row(alive[place], { now: clock.now() }), { columns: [] });
          events += 2;
        }
        if (count % 10 === 0) {
          clock.advance(2000);
          model.move(count % 20 ? 'down' : 'up');
          if (count % 50 === 0) model.toggleMark();
          model.lines(WIDTH, HEIGHT, plainTheme);
        }
      }
    }
    hours.push(heapMiB());
  }
  const waiting = clock.waiting;
  model.close();
  return { hours, events, waiting };
}

/** The server with its pods, in a process of its own. */
async function startServer(pods, rate) {
  const child = fork(fileURLToPath(new URL('./table-server.mjs', import.meta.url)));
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  child.send({ pods, rate });
  const { port } = await answer();
  return {
    port,
    async asked() {
      child.send({});
      return (await answer()).asked;
    },
    stop: () => child.kill(),
  };
}

/** Sequences that colour, and that move the cursor. */
const control = /\u001b\[[0-9;:?]*[A-Za-z]/g;

/** `kctl ui` on a terminal of 200×50; what it writes is read as it comes. */
function startDashboard(port) {
  const home = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench' },
    clusters: [{ name: 'bench', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  };
  writeFileSync(join(home, 'config'), JSON.stringify(config), { mode: 0o600 });
  const pidFile = join(home, 'pid');
  const begun = performance.now();
  const line = `stty cols ${WIDTH} rows ${HEIGHT}; echo $$ > ${pidFile}; exec ${kctl} ui -A`;
  const env = {
    ...process.env,
    HOME: home,
    KCTL_HOME: join(home, 'k'),
    KUBECONFIG: join(home, 'config'),
    TERM: 'xterm-256color',
  };
  delete env.NO_COLOR;
  const child = spawn('script', ['-qfc', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const listeners = new Set();
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    for (const listen of listeners) listen(text);
  });
  /** Time until `wanted` is written, ms since the start of the program. */
  const shows = (wanted, limitMs) =>
    new Promise((resolve, reject) => {
      let seen = '';
      const timer = setTimeout(() => {
        listeners.delete(listen);
        reject(new Error(`never written within ${limitMs} ms: ${wanted}; last: ${JSON.stringify(seen.slice(-1500))}`));
      }, limitMs);
      const listen = (text) => {
        // The letters alone: colours and moves of the cursor stand between them.
        seen = (seen + text.replace(control, '')).slice(-20_000);
        if (!wanted.test(seen)) return;
        clearTimeout(timer);
        listeners.delete(listen);
        resolve(performance.now() - begun);
      };
      listeners.add(listen);
    });
  /** The process that draws: what the shell became, or a child of that. */
  const pid = () => {
    let found = readFileSync(pidFile, 'utf8').trim();
    for (;;) {
      const inside = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && parentOf(entry) === found);
      if (!inside) return found;
      found = inside;
    }
  };
  return {
    shows,
    pid,
    press: (keys) => child.stdin.write(keys),
    async stop() {
      child.stdin.write('\u0003');
      await Promise.race([new Promise((resolve) => child.once('exit', resolve)), delay(5000)]);
      child.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function parentOf(pid) {
  try {
    return /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const peakMiB = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Starts the program before `pods`, hands it to `look`, and ends both. */
async function withDashboard(pods, rate, look) {
  const server = await startServer(pods, rate);
  const dashboard = startDashboard(server.port);
  try {
    // Only what changes in a line is written: the count, and what stands behind it.
    const first = dashboard.shows(/web-000000-/, 60_000);
    const firstMs = await dashboard.shows(new RegExp(`${pods}\\] `), 120_000).then(() => first);
    return await look({ dashboard, server, firstMs });
  } finally {
    await dashboard.stop();
    server.stop();
  }
}

/** From a key to the line that it selects, ms, while the rest of the table changes. */
async function keyTimes({ dashboard }) {
  await delay(2000);
  const times = [];
  for (let press = 0; press < KEYS; press++) {
    const down = press % 40 < 20;
    const line = down ? (press % 40) + 1 : 39 - (press % 40);
    // The sign of the cursor leads the line, so that all of it is written anew.
    const shown = dashboard.shows(new RegExp(`> [^\\n]{0,60}web-${String(line).padStart(6, '0')}-`), 5000);
    const begun = performance.now();
    dashboard.press(down ? 'j' : 'k');
    await shown;
    times.push(performance.now() - begun);
    await delay(20 + ((press * 7) % 30));
  }
  return times;
}

export async function rows() {
  const result = [];
  const add = (what, value, reach, detail) => result.push({ what, value, reach, detail });
  const ms = (value) => `${value.toFixed(1)} ms`;

  for (const [count, reach] of [
    [10_000, 16],
    [100_000, 50],
  ]) {
    const { applied, slowest, clear, clearMost } = filterTimes(count);
    const each = applied
      .map(({ filter, median, most }) => `${filter} ${median.toFixed(1)} (${most.toFixed(1)})`)
      .join(', ');
    add(
      `filter ${count} rows and draw, ms, slowest`,
      slowest.median,
      reach,
      `by the clock ${ms(slowest.wall)}; medians (most) of ${ROUNDS}: ${each}`,
    );
    add(`clear it, ms`, clear, reach, `most ${ms(clearMost)}`);
  }

  const { hours, events, waiting } = churn();
  add(
    `heap after ${HOURS} h of churn / after 4 h`,
    hours.at(-1) / hours[3],
    1.05,
    `${events} events; MiB by hour: ${hours.map((value) => value.toFixed(1)).join(' ')}; ${waiting} timers wait`,
  );

  const small = await withDashboard(2000, 0, async ({ dashboard, server, firstMs }) => {
    await delay(5000);
    const pid = dashboard.pid();
    const [before, cpu, begun] = [await server.asked(), cpuSeconds(pid), performance.now()];
    await delay(IDLE_S * 1000);
    const share = ((cpuSeconds(pid) - cpu) * 1000) / (performance.now() - begun);
    const after = await server.asked();
    const [peak, now] = [peakMiB(pid), residentMiB(pid)];
    const times = await keyTimes({ dashboard });
    return {
      firstMs,
      share,
      peak,
      now,
      times,
      lists: after.lists - before.lists,
      asked: after,
    };
  });
  const told = `${small.asked.lists} lists, ${small.asked.watches} watches, ${small.asked.others} others in all`;
  add('first rows of 2000 pods, s', small.firstMs / 1000, 1, 'from the start of the process');
  add('idle with 2000 pods, % of a core', small.share * 100, 1, `in ${IDLE_S} s`);
  add('LISTs while idle', small.lists, 0, told);
  add('peak memory with 2000 pods, MiB', small.peak, 200, `${small.now.toFixed(0)} at the end`);

  const busy = await withDashboard(50_000, 1000, async (open) => ({
    times: await keyTimes(open),
    peak: peakMiB(open.dashboard.pid()),
  }));
  add(
    'key to paint at 50000 pods, ms, p95',
    at(busy.times, 0.95),
    50,
    `1000 changes a second; without any, at 2000 pods, ${ms(at(small.times, 0.95))}; median ${ms(at(busy.times, 0.5))}, at rest ${ms(at(small.times, 0.5))}; most ${ms(Math.max(...busy.times))}; peak ${busy.peak.toFixed(0)} MiB`,
  );

  const large = await withDashboard(100_000, 0, async ({ dashboard, firstMs }) => {
    const pid = dashboard.pid();
    await delay(3000);
    return { firstMs, peak: peakMiB(pid), now: residentMiB(pid) };
  });
  add(
    'peak memory with 100000 pods, MiB',
    large.peak,
    700,
    `${large.now.toFixed(0)} at the end; all rows after ${(large.firstMs / 1000).toFixed(1)} s`,
  );
  return result;
}
