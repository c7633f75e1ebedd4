// `get pods` on the demo cluster, kctl against kubectl in turn: as a shell of every day has it, and as the first
// run in a home where neither has kept anything (no discovery, no compiled code).
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kctl, startCluster } from './cluster.mjs';
import { findKubectl, memoryRow, paired, wallRow } from './measure.mjs';

export async function rows() {
  const kubectl = findKubectl();
  const cluster = await startCluster();
  const homes = mkdtempSync(join(tmpdir(), 'kctl-bench-home-'));
  try {
    const words = ['get', 'pods'];
    const [ours, theirs] = [
      [kctl, ...words],
      [kubectl, ...words],
    ];
    const warm = paired(ours, theirs, { env: cluster.env, runs: 41 });
    let count = 0;
    const freshHome = () => {
      const home = join(homes, String(count++));
      mkdirSync(home);
      return { ...cluster.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') };
    };
    const cold = paired(ours, theirs, { runs: 21, before: freshHome });
    return [
      wallRow('get pods, kctl / kubectl', warm, 1.3),
      memoryRow('its peak memory', warm, 1.5),
      wallRow('get pods in a fresh home', cold, 1.3),
      memoryRow('its peak memory', cold, 1.5),
    ];
  } finally {
    await cluster.stop();
    rmSync(homes, { recursive: true, force: true });
  }
}
