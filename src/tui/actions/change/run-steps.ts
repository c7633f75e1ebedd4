import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../../views/view.ts';
import type { Step } from './change.ts';

/** What became of the objects of a change. */
export interface Tally {
  done: ObjectRef[];
  failed: ObjectRef[];
  /** What the commands that failed said, each once. */
  reasons: string[];
  /** What the commands that went well printed. */
  output: string;
}

const atATime = 6;

/** Commands say what they did line by line: `deployment.apps/web scaled`, `pod "web-1" deleted`. */
function isNamed(name: string, stdout: string): boolean {
  return stdout.split('\n').some((line) => line.split(/[\s/]+/).some((word) => word === name || word === `"${name}"`));
}

/** Runs the command lines of a change, a few at a time, and counts what became of each object. */
export async function runSteps(services: DashboardServices, steps: readonly Step[]): Promise<Tally> {
  const tally: Tally = { done: [], failed: [], reasons: [], output: '' };
  const waiting = [...steps];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const { argv, stdin, targets } = step;
      const { code, stdout, stderr } = await services.run(argv, {
        targets,
        ...(stdin !== undefined && { stdin }),
      });
      const isDone = ({ name }: ObjectRef) => code === 0 || isNamed(name, stdout);
      tally.done.push(...targets.filter(isDone));
      tally.failed.push(...targets.filter((ref) => !isDone(ref)));
      tally.output += stdout;
      const reason = stderr.trim();
      if (code !== 0 && !tally.reasons.includes(reason)) tally.reasons.push(reason);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, steps.length) }, worker));
  return tally;
}
