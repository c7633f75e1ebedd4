import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RunningForward } from '../../store/forwards/running-forward.ts';

type Environment = Record<string, string | undefined>;

/** `KCTL_URL`, `KCTL_HOST`, `KCTL_PORT` of the first forward, and of each by its name: `KCTL_URL_WEB`. */
export function readyEnvironment(forwards: readonly RunningForward[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const forward of forwards) {
    const host = /^(?:\w+:\/\/)?(.*?)(?::\d+)?$/.exec(forward.url)?.[1] ?? 'localhost';
    const values = { KCTL_URL: forward.url, KCTL_HOST: host, KCTL_PORT: String(forward.local) };
    const suffix = `_${forward.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
    for (const [key, value] of Object.entries(values)) {
      found[key] ??= value;
      found[key + suffix] ??= value;
    }
  }
  return found;
}

/**
 * Runs the user's command line in the system's shell, with the forwards in its environment. What it writes comes line
 * by line, and how it ended as the last one.
 */
export function runOnReady(
  command: string,
  forwards: readonly RunningForward[],
  { env, cwd }: { env: Environment; cwd: string },
  say: (line: string, stream: 'stdout' | 'stderr') => void,
): ChildProcess {
  const child = spawn(command, {
    shell: true,
    cwd,
    env: { ...env, ...readyEnvironment(forwards) } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream]! }).on('line', (line) => say(line, stream));
  }
  child.once('error', (error) => say(`--on-ready could not be started: ${error.message}`, 'stderr'));
  child.once('close', (code, signal) => {
    say(signal ? `--on-ready was ended by ${signal}` : `--on-ready ended with exit code ${code}`, 'stderr');
  });
  return child;
}
