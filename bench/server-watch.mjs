// 500 watchers, each on a connection of its own, of 100 events a second: none may be lost or come out of
// order, and each is timed from the moment its write is sent to the moment a watcher has read it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCluster } from './cluster.mjs';

const WATCHERS = 500;
const EVENTS_A_SECOND = 100;
const SECONDS = 10;
/** After the last write, for the last event to arrive. */
const PATIENCE_MS = 20_000;
const BASE = '/api/v1/namespaces/default/configmaps';

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

export async function rows() {
  const cluster = await startCluster('--empty');
  // The watchers read in a process of their own, so that reading does not delay the writes.
  const readers = fork(fileURLToPath(new URL('./watchers.mjs', import.meta.url)), { serialization: 'advanced' });
  const told = (what) =>
    new Promise((resolve, reject) => {
      readers.once('exit', () => reject(new Error('the watchers ended too early')));
      readers.on('message', (message) => message.what === what && resolve(message));
    });
  try {
    const { metadata } = await cluster.request('GET', `${BASE}?limit=1`);
    const ready = told('ready');
    readers.send({
      ...cluster.reach,
      path: `${BASE}?watch=1&resourceVersion=${metadata.resourceVersion}`,
      watchers: WATCHERS,
      events: EVENTS_A_SECOND * SECONDS,
    });
    await ready;
    const done = told('done');
    const begun = performance.now();
    const writes = [];
    for (let count = 0; count < EVENTS_A_SECOND * SECONDS; count++) {
      const due = begun + (count * 1000) / EVENTS_A_SECOND;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      writes.push(
        cluster.request('POST', BASE, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `watched-${count}` },
          data: { sent: String(performance.timeOrigin + performance.now()) },
        }),
      );
    }
    await Promise.all(writes);
    const patience = setTimeout(() => readers.send('enough'), PATIENCE_MS);
    const { lost, disordered, latencies } = await done;
    clearTimeout(patience);
    const sorted = Float64Array.from(latencies).sort();
    const ms = (share) => `${percentile(sorted, share).toFixed(0)} ms`;
    return [
      {
        what: `events lost of ${WATCHERS * EVENTS_A_SECOND * SECONDS}`,
        value: lost,
        reach: 0,
        detail: `${WATCHERS} watchers, ${EVENTS_A_SECOND} events a second`,
      },
      { what: 'events out of order', value: disordered, reach: 0, detail: '' },
      {
        what: 'median from write to watcher, seconds',
        value: percentile(sorted, 0.5) / 1000,
        reach: 0.5,
        detail: `90 % ${ms(0.9)}, 99 % ${ms(0.99)}, longest ${ms(1)}`,
      },
    ];
  } finally {
    readers.removeAllListeners('exit');
    readers.kill();
    await cluster.stop();
  }
}
