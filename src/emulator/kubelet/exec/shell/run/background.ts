import type { Statement } from 'unbash';
import { nothing } from '../../process/handle.ts';
import type { Shell } from '../context.ts';
import type { Job } from '../state.ts';
import { runLast } from './pipeline.ts';
import { toItsEnd } from './subshell.ts';

/** `command &` */
export async function runInBackground(
  shell: Shell,
  node: Statement['command'],
  run: (child: Shell) => Promise<number>,
): Promise<number> {
  const { state } = shell;
  const child = shell.fork(state.isInteractive ? new Map() : new Map([[0, nothing()]]));
  child.process.isBackground = true;
  const job: Job = {
    number: Math.max(0, ...state.jobs.map(({ number }) => number)) + 1,
    pid: child.process.pid,
    process: child.process,
    text: state.source.slice(node.pos, node.end),
    status: undefined,
    ended: Promise.resolve(0),
  };
  job.ended = toItsEnd(child, (inner) => (node.type === 'Command' ? runLast(inner, node) : run(inner))).then(
    (status) => {
      job.status = status;
      return status;
    },
  );
  job.ended.catch(() => {});
  state.jobs.push(job);
  state.lastBackground = job.pid;
  if (state.isInteractive) await shell.say(`[${job.number}] ${job.pid}`);
  return 0;
}
