// Measuring whole processes from outside: wall time by the clock, peak memory by GNU time (Debian
// package `time`), which asks the kernel for the finished child's own maximum.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
const figures = join(tmpdir(), `kctl-bench-${process.pid}`);

/** Runs a command to its end with its output thrown away. @returns {{ms: number, cpuMs: number, peakMiB: number}} */
export function runOnce([command, ...args], env) {
  const begun = process.hrtime.bigint();
  const run = spawnSync(GNU_TIME, ['-f', '%U %S %M', '-o', figures, command, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  if (run.error) throw new Error(`${GNU_TIME} cannot be started (install GNU time): ${run.error.message}`);
  if (run.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
  const [user, system, peakKiB] = readFileSync(figures, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
  rmSync(figures, { force: true });
  return { ms, cpuMs: (user + system) * 1000, peakMiB: peakKiB / 1024 };
}

/**
 * Runs `ours` and `theirs` in turn, so that both see the same drift of a noisy machine, and compares
 * pair by pair. The first pairs warm caches and are not counted.
 * @param options.before called before each run with the number of its pair, to set the scene anew; may give another env
 */
export function paired(ours, theirs, { env, runs, warmUp = 1, before = () => undefined }) {
  const pairs = [];
  for (let i = -warmUp; i < runs; i++) {
    const pair = [ours, theirs].map((command) => runOnce(command, before(i) ?? env));
    if (i >= 0) pairs.push(pair);
  }
  return compare(pairs);
}

/**
 * What pairs of runs say. Wall time and memory are medians of the pairs' ratios. The kernel tells CPU time in
 * hundredths of a second, so that only its sum over all runs can be compared.
 * @param {{ms: number, cpuMs: number, peakMiB: number}[][]} pairs ours and theirs
 */
export function compare(pairs) {
  const walls = pairs.map(([a, b]) => a.ms / b.ms).sort((a, b) => a - b);
  const at = (share) => walls[Math.round(share * (walls.length - 1))];
  const sum = (side) => pairs.reduce((total, pair) => total + pair[side].cpuMs, 0);
  const typical = (side) => ({
    ms: median(pairs.map((pair) => pair[side].ms)),
    cpuMs: sum(side) / pairs.length,
    peakMiB: median(pairs.map((pair) => pair[side].peakMiB)),
  });
  return {
    wall: median(walls),
    /** Between these lies the middle half of the pairs. */
    quartiles: [at(0.25), at(0.75)],
    cpu: sum(0) / sum(1),
    memory: median(pairs.map(([a, b]) => a.peakMiB / b.peakMiB)),
    ours: typical(0),
    theirs: typical(1),
  };
}

/**
 * A row of a comparison's wall time.
 * @param {string} what the command
 * @param {number} reach the most that the ratio may be
 */
export function wallRow(what, { wall, quartiles, cpu, ours, theirs }, reach) {
  const ms = ({ ms }) => `${ms.toFixed(0)} ms`;
  const spread = quartiles.map((ratio) => ratio.toFixed(2)).join('–');
  return {
    what,
    value: wall,
    reach,
    detail: `${ms(ours)} / ${ms(theirs)}, half of the pairs ${spread}; CPU time ${cpu.toFixed(2)}`,
  };
}

/** A row of a comparison's peak memory. */
export function memoryRow(what, { memory, ours, theirs }, reach) {
  return {
    what,
    value: memory,
    reach,
    detail: `${ours.peakMiB.toFixed(0)} MiB / ${theirs.peakMiB.toFixed(0)} MiB`,
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The kubectl to compare with: the one on PATH, or what KUBECTL names. @throws Error where there is none */
export function findKubectl() {
  const kubectl = which(process.env.KUBECTL ?? 'kubectl');
  if (!kubectl) throw new Error('kubectl is not on PATH (KUBECTL names another)');
  return kubectl;
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
