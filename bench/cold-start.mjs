// The bundled cluster from nothing: time to /readyz, and what it takes when nothing happens.
import { execFileSync } from 'node:child_process';
import { startCluster } from './cluster.mjs';
import { cpuSeconds, median, residentMiB } from './measure.mjs';

const IDLE_SECONDS = 30;

export async function rows() {
  const starts = [];
  const bare = [];
  for (let i = 0; i < 6; i++) {
    const cluster = await startCluster();
    await cluster.stop();
    const begun = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    if (i > 0) {
      starts.push(cluster.readyMs / 1000);
      bare.push((performance.now() - begun) / 1000);
    }
  }
  const cluster = await startCluster();
  try {
    await new Promise((r) => setTimeout(r, 5000));
    const before = cpuSeconds(cluster.pid);
    await new Promise((r) => setTimeout(r, IDLE_SECONDS * 1000));
    const share = ((cpuSeconds(cluster.pid) - before) / IDLE_SECONDS) * 100;
    const memory = residentMiB(cluster.pid);
    return [
      {
        what: 'cold start to /readyz, seconds',
        value: median(starts),
        reach: 1.0,
        detail: `${(median(starts) / median(bare)).toFixed(1)} × a bare Node start`,
      },
      {
        what: 'idle memory with the demo, / 150 MB',
        value: (memory * 1.048576) / 150,
        reach: 1.0,
        detail: `${memory.toFixed(0)} MiB resident`,
      },
      {
        what: `idle CPU over ${IDLE_SECONDS} s, % of a core`,
        value: share,
        reach: 2,
        detail: 'demo workloads running',
      },
    ];
  } finally {
    await cluster.stop();
  }
}
