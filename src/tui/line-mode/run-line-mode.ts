import { createInterface } from 'node:readline';
import { setTerminalLender } from '../../kube/credentials/terminal-lender.ts';
import { themeNames } from '../../theme/load-theme.ts';
import { plainTheme } from '../../theme/theme.ts';
import { clusterServices } from '../cluster-services.ts';
import { Dashboard } from '../dashboard.ts';
import type { DashboardContext } from '../main.ts';
import { startRecording, stopRecording } from '../replay/start-recording.ts';
import { tapServices } from '../replay/tap-services.ts';
import { Tape } from '../replay/tape.ts';
import { Looks } from '../settings/looks.ts';
import { LineMode } from './line-mode.ts';

/** How long what was asked for may still answer after the last line of a script, ms. */
const lastWords = 1500;

/**
 * Runs the dashboard by lines until it is quit or its input ends. Neither needs a terminal.
 * @returns the exit code
 */
export async function runLineMode(context: DashboardContext): Promise<number> {
  const { cluster, io, signal, line } = context;
  const { stdin, stdout, env } = io;
  const looks = new Looks({
    env,
    depth: 'none',
    themeName: context.themeName,
    ...(context.given && { given: context.given }),
  });
  looks.dress(looks.readFiles(cluster.contextName).settings);
  const ended = Promise.withResolvers<void>();
  const lines = createInterface({ input: stdin, terminal: false });
  const lend = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    lines.pause();
    try {
      return await work();
    } finally {
      lines.resume();
    }
  };
  const tape = new Tape();
  const clusterOptions = context.clusterOptions ?? { env, cwd: io.cwd, stderr: io.stderr };
  const services =
    context.replay?.services ?? tapServices(clusterServices(cluster, clusterOptions, context.program), tape);
  if (context.record !== undefined) startRecording(tape, services, context.record);
  const dashboard = new Dashboard({
    services,
    theme: plainTheme,
    columns: 120,
    rows: 40,
    themeNames: themeNames(env),
    loadTheme: () => plainTheme,
    readFiles: looks.readFiles,
    allNamespaces: context.allNamespaces ?? false,
    onQuit: ended.resolve,
    lendTerminal: lend,
    // A pipe is read by another program, which a bell would only puzzle.
    writeTerminal: (sequence) => stdout.isTTY && void stdout.write(sequence),
  });
  const mode = new LineMode(
    dashboard,
    (text) => void stdout.write(text),
    (event) => tape.recorder?.input(event),
  );
  const onEnd = () => ended.resolve();
  signal.addEventListener('abort', onEnd, { once: true });
  setTerminalLender(lend);
  lines.on('line', (text) => mode.take(text));
  // A script's last line gets its answer.
  lines.once('close', () => setTimeout(onEnd, lastWords));
  try {
    dashboard.start(line ?? context.replay?.line);
    mode.start();
    await ended.promise;
    return 0;
  } finally {
    setTerminalLender(undefined);
    signal.removeEventListener('abort', onEnd);
    stopRecording(tape);
    mode.close();
    dashboard.close();
    lines.close();
  }
}
