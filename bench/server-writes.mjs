// Creates a second over HTTPS from one client, every acknowledged write on disk. The peer is what the
// disk and SQLite can do alone: the same bytes written by plain node:sqlite with a sync each, and in
// batches of 20.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startCluster } from './cluster.mjs';
import { median } from './measure.mjs';

const ROUNDS = 5;
const WRITES = 3000;
const WARM_UP = 2000;
const CONNECTIONS = 16;

const configMap = (name) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { colour: 'green', text: 'x'.repeat(200) },
});

/** A pod that no scheduler takes, so that what is measured is the write and not what controllers make of it. */
const pod = (name) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'load' } },
  spec: {
    schedulerName: 'nobody',
    containers: [{ name: 'main', image: 'nginx:1.27', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
  },
});

let made = 0;

/** Creates a second with `connections` requests under way at a time. */
async function rate(cluster, resource, build, writes, connections) {
  let left = writes;
  const worker = async () => {
    while (left-- > 0) await cluster.request('POST', `/api/v1/namespaces/default/${resource}`, build(`w${made++}`));
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  return writes / ((performance.now() - begun) / 1000);
}

/** Rows a second that SQLite keeps, `perCommit` with each sync. */
function plainSqlite(perCommit) {
  const dir = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  const database = new DatabaseSync(join(dir, 'plain.db'));
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('CREATE TABLE objects (key TEXT PRIMARY KEY, revision INTEGER, body BLOB) WITHOUT ROWID');
    const put = database.prepare('INSERT INTO objects VALUES (?, ?, ?)');
    const body = Buffer.from(JSON.stringify(configMap('plain')));
    const begun = performance.now();
    for (let at = 0; at < WRITES; ) {
      database.exec('BEGIN');
      for (const end = at + perCommit; at < end; at++) put.run(`/default/plain-${at}`, at, body);
      database.exec('COMMIT');
    }
    return WRITES / ((performance.now() - begun) / 1000);
  } finally {
    database.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function rows() {
  const cluster = await startCluster('--empty');
  const figures = { maps: [], pods: [], one: [], single: [], batch: [] };
  try {
    await rate(cluster, 'configmaps', configMap, WARM_UP, CONNECTIONS);
    await rate(cluster, 'pods', pod, WARM_UP, CONNECTIONS);
    for (let round = 0; round < ROUNDS; round++) {
      figures.maps.push(await rate(cluster, 'configmaps', configMap, WRITES, CONNECTIONS));
      figures.pods.push(await rate(cluster, 'pods', pod, WRITES / 3, CONNECTIONS));
      figures.one.push(await rate(cluster, 'configmaps', configMap, WRITES / 6, 1));
      figures.single.push(plainSqlite(1));
      figures.batch.push(plainSqlite(20));
    }
  } finally {
    await cluster.stop();
  }
  const { maps, pods, one, single, batch } = Object.fromEntries(
    Object.entries(figures).map(([name, values]) => [name, median(values)]),
  );
  const beside = `plain SQLite ${single.toFixed(0)}/s one by one, ${batch.toFixed(0)}/s in batches of 20`;
  return [
    { what: `ConfigMaps created a second`, value: maps, least: 1500, detail: beside },
    {
      what: 'the same / plain SQLite one by one',
      value: maps / single,
      least: 0.25,
      detail: `${CONNECTIONS} connections`,
    },
    { what: 'Pods created a second', value: pods, least: 1500, detail: `${CONNECTIONS} connections` },
    {
      what: 'ConfigMaps a second, one at a time',
      value: one,
      least: 500,
      detail: `${(1000 / one).toFixed(2)} ms each`,
    },
  ];
}
