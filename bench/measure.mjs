// Measuring whole processes from outside: wall time by the clock, peak memory by GNU time (Debian
// package `time`), which asks the kernel for the finished child's own maximum.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
const figures = join(tmpdir(), `kctl-bench-${process.pid}`);

/** Runs a command to its end with its output thrown away. @returns {{ms: number, peakMiB: number}} */
export function runOnce([command, ...args], env) {
  const begun = process.hrtime.bigint();
  const run = spawnSync(GNU_TIME, ['-f', '%M', '-o', figures, command, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  if (run.error) throw new Error(`${GNU_TIME} cannot be started (install GNU time): ${run.error.message}`);
  if (run.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
  const peakMiB = Number(readFileSync(figures, 'utf8').trim().split('\n').at(-1)) / 1024;
  rmSync(figures, { force: true });
  return { ms, peakMiB };
}

/**
 * Runs `ours` and `theirs` in turn, so that both see the same drift of a noisy machine, and compares
 * pair by pair. The first pair warms caches and is not counted.
 */
export function paired(ours, theirs, { env, runs }) {
  const pairs = [];
  for (let i = 0; i <= runs; i++) {
    const a = runOnce(ours, env);
    const b = runOnce(theirs, env);
    if (i > 0) pairs.push([a, b]);
  }
  return {
    wall: median(pairs.map(([a, b]) => a.ms / b.ms)),
    memory: median(pairs.map(([a, b]) => a.peakMiB / b.peakMiB)),
    ours: { ms: median(pairs.map(([a]) => a.ms)), peakMiB: median(pairs.map(([a]) => a.peakMiB)) },
    theirs: { ms: median(pairs.map(([, b]) => b.ms)), peakMiB: median(pairs.map(([, b]) => b.peakMiB)) },
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A binary from PATH, or undefined. */
export function which(name) {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Resident memory of a live process, in MiB (Linux). */
export function residentMiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** CPU seconds that a live process has used so far (Linux; clock ticks of 10 ms). */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
