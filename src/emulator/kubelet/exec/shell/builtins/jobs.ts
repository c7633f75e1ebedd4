import { killCommand } from '../../commands/processes.ts';
import { interruptible } from '../../process/handle.ts';
import type { Shell } from '../context.ts';
import type { Job } from '../state.ts';

function jobOf(shell: Shell, text: string): Job | undefined {
  const { jobs } = shell.state;
  if (text === '%%' || text === '%+' || text === '%') return jobs.at(-1);
  if (text === '%-') return jobs.at(-2);
  if (text.startsWith('%'))
    return jobs.find(({ number, text: line }) => String(number) === text.slice(1) || line.startsWith(text.slice(1)));
  return jobs.find(({ pid }) => String(pid) === text);
}

export async function kill(shell: Shell, args: string[], pos: number): Promise<number> {
  const jobs = new Map(args.map((arg) => [arg, arg.startsWith('%') ? jobOf(shell, arg) : undefined]));
  const words = args.map((arg) => (jobs.get(arg) ? String(jobs.get(arg)!.pid) : arg));
  const unknown = args.find((arg) => arg.startsWith('%') && !jobs.get(arg));
  if (unknown) {
    await shell.complain(`kill: ${unknown}: no such job`, pos);
    return 1;
  }
  return killCommand(shell.process, words, (text) => shell.complain(`kill: ${text}`, pos));
}

export async function wait(shell: Shell, args: string[]): Promise<number> {
  const { state, process } = shell;
  const ended = (job: Job) =>
    interruptible<number>(process.signal, (resolve) => {
      job.ended.then(resolve, () => resolve(1));
    });
  if (args.length === 0) {
    for (const job of state.jobs) await ended(job);
    state.jobs = [];
    return 0;
  }
  if (args[0] === '-n' && state.dialect === 'bash') {
    const running = state.jobs.filter(({ status }) => status === undefined);
    if (running.length === 0) return 127;
    const first = await interruptible<Job>(process.signal, (resolve) => {
      for (const job of running) job.ended.finally(() => resolve(job)).catch(() => {});
    });
    state.jobs = state.jobs.filter((one) => one !== first);
    return first.status ?? 1;
  }
  let status = 0;
  for (const arg of args) {
    const job = jobOf(shell, arg);
    if (!job) {
      status = 127;
      if (state.dialect === 'bash') await shell.complain(`wait: pid ${arg} is not a child of this shell`);
      continue;
    }
    status = await ended(job);
    state.jobs = state.jobs.filter((one) => one !== job);
  }
  return status;
}

export async function listJobs(shell: Shell): Promise<number> {
  const { state, process } = shell;
  for (const job of state.jobs) {
    const mark = job === state.jobs.at(-1) ? '+' : job === state.jobs.at(-2) ? '-' : ' ';
    const shown =
      job.status === undefined
        ? 'Running'
        : job.status === 0
          ? 'Done'
          : job.status > 128
            ? 'Terminated'
            : `Done(${job.status})`;
    await process.print(`[${job.number}]${mark}  ${shown.padEnd(24)}${job.text}\n`);
  }
  state.jobs = state.jobs.filter(({ status }) => status === undefined);
  return 0;
}

export async function fg(shell: Shell, [name = '%+']: string[], pos: number): Promise<number> {
  const job = jobOf(shell, name);
  if (!job) {
    await shell.complain(`fg: ${name === '%+' ? 'no current job' : `${name}: no such job`}`, pos);
    return 1;
  }
  await shell.process.print(`${job.text}\n`);
  job.process.isBackground = false;
  for (const one of shell.process.host.processes.all()) if (one.parent === job.process) one.isBackground = false;
  return wait(shell, [String(job.pid)]);
}
