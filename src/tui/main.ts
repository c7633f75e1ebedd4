import { join } from 'node:path';
import type { Cluster } from '../kube/cluster.ts';
import type { ClusterOptions } from '../kube/cluster-options.ts';
import type { Program } from '../kube/program.ts';
import { KctlError } from '../lib/errors.ts';
import type { IoStreams } from '../lib/io.ts';
import type { ContextSettings } from '../settings/dashboard-settings.ts';
import { contextFolder, settingsFolder } from '../settings/read-user-files.ts';
import { colorDepth } from '../theme/color-depth.ts';
import { themeNames, userThemeFolder } from '../theme/load-theme.ts';
import type { Theme } from '../theme/theme.ts';
import { clusterServices } from './cluster-services.ts';
import { Dashboard } from './dashboard.ts';
import { watchProcessEnds } from './process-ends.ts';
import type { Replay } from './replay/open-replay.ts';
import { startRecording, stopRecording } from './replay/start-recording.ts';
import { tapServices } from './replay/tap-services.ts';
import { Tape } from './replay/tape.ts';
import type { DashboardServices } from './services.ts';
import { Looks } from './settings/looks.ts';
import { watchFolders } from './settings/watch-files.ts';
import { askBackground } from './term/ask-background.ts';
import { holdOutput } from './term/hold-output.ts';
import type { InputEvent } from './term/key.ts';
import { TerminalModes } from './term/terminal-modes.ts';
import { TerminalSession } from './terminal-session.ts';
import { say } from './words/say.ts';

/** Colours of what others print are not ours. */
const sgr = /\u001b\[[0-9;:]*m/g;

export interface DashboardContext {
  cluster: Cluster;
  io: IoStreams;
  themeName?: string;
  /** What the command line sets; it stands over the user's files. */
  given?: ContextSettings;
  /** Opens with all namespaces. */
  allNamespaces?: boolean;
  /** What to show first, as typed after `:`; default: what was seen last. */
  line?: string;
  /** Aborted: give the terminal back and end. */
  signal: AbortSignal;
  /** How `cluster` was opened, so that other contexts are found where it was; default the environment. */
  clusterOptions?: ClusterOptions;
  /** Shows a recording in place of the cluster. */
  replay?: Replay;
  /** A new file that everything is recorded to. */
  record?: string;
  /** Runs command lines of this program; without it the dashboard shows and does not change. */
  program?: Program;
}

/** A key of a recording. Questions are not answered in it, so that none may stay. */
function replayInput(dashboard: Dashboard, event: InputEvent): void {
  dashboard.handle(event);
  if (dashboard.getSnapshot().overlay?.type === 'dialog') dashboard.overlays.cancel();
}

/** @throws KctlError `usage` where the dashboard could not be drawn or not be typed into */
function mustBeTerminal({ stdin, stdout, env }: IoStreams): void {
  if (!stdin.isTTY || !stdout.isTTY) throw new KctlError('usage', 'the dashboard needs a terminal');
  if (env.TERM === 'dumb') {
    throw new KctlError('usage', 'the dashboard cannot draw on a terminal of type "dumb"', {
      hint: "Set TERM to what the terminal is, or use the command line: 'kctl get pods'.",
    });
  }
}

/** The cluster, or the recording in its place; all that is seen goes on a tape. */
function openServices(context: DashboardContext, tape: Tape): DashboardServices {
  const { cluster, io } = context;
  const options = context.clusterOptions ?? { env: io.env, cwd: io.cwd, stderr: io.stderr };
  const services = context.replay?.services ?? tapServices(clusterServices(cluster, options, context.program), tape);
  if (context.record !== undefined) startRecording(tape, services, context.record);
  return services;
}

/**
 * Runs the dashboard until the user quits.
 * @returns the exit code, after the terminal is as it was before
 * @throws KctlError `usage` without a capable terminal, `config` for a bad theme; what else goes
 * wrong comes only after the terminal was given back
 */
export async function runDashboard(context: DashboardContext): Promise<number> {
  const { cluster, io, signal } = context;
  const { stdin, stdout, env } = io;
  mustBeTerminal(io);
  const depth = colorDepth(env, true);
  const looks = new Looks({ env, depth, themeName: context.themeName, ...(context.given && { given: context.given }) });
  const { settings } = looks.readFiles(cluster.contextName);
  const theme = looks.dress(settings);
  const tape = new Tape();
  const services = openServices(context, tape);

  const ended = Promise.withResolvers<void>();
  const onFailure = (error: unknown) => ended.reject(error);
  const onEnd = () => ended.resolve();
  let feed: { close(): void } | undefined;
  let isFed = false;
  const dashboard = new Dashboard({
    services,
    theme,
    columns: stdout.columns ?? 80,
    rows: stdout.rows ?? 24,
    themeNames: themeNames(env),
    loadTheme: looks.load,
    readFiles: looks.readFiles,
    dress: looks.dress,
    allNamespaces: context.allNamespaces ?? false,
    // That it was quit then is no reason to quit now.
    onQuit: () => (isFed ? dashboard.toast('info', say('The recording ends here. q quits.')) : onEnd()),
    lendTerminal: (work) => session.lend(work),
    writeTerminal: (sequence) => void stdout.write(sequence),
  });
  const modes = new TerminalModes({ stdin, stdout }, settings.mouse);
  const held = holdOutput(io.stderr, (text) => dashboard.toast('info', text.replace(sgr, '').trim()));
  const stopWatchingEnds = watchProcessEnds({ end: onEnd, fail: onFailure, rescue: () => modes.rescue(), signal });
  const onInput = (event: InputEvent) => {
    // What is typed into a question may be nobody else's business.
    if (dashboard.getSnapshot().overlay?.type !== 'dialog') tape.recorder?.input(event);
    // Who takes the keys in a replay has them from then on.
    if (event.type === 'key') feed?.close();
    try {
      dashboard.handle(event);
    } catch (error) {
      onFailure(error);
    }
  };
  const session = new TerminalSession({ dashboard, stdin, stdout, modes, held, onInput, onEnd, onFailure });
  const wear = (theme: () => Theme | undefined) => {
    try {
      dashboard.wear(theme());
    } catch (error) {
      dashboard.fail(error);
    }
  };
  const folder = settingsFolder(env);
  const own = [folder, join(folder, 'plugins'), contextFolder(env, cluster.contextName), userThemeFolder(env)];
  const stopWatchingFiles = watchFolders(own, () => {
    dashboard.reloadFiles();
    wear(() => looks.again());
  });
  let stopAsking = () => {};
  try {
    // The cluster is asked before Ink is loaded: its answer comes in meanwhile.
    dashboard.start(context.line ?? context.replay?.line);
    feed = context.replay?.feed((event) => {
      isFed = true;
      replayInput(dashboard, event);
      isFed = false;
    });
    if (looks.problem) dashboard.fail(looks.problem);
    if (looks.followsTerminal)
      stopAsking = askBackground(stdin, stdout, (background) => wear(() => looks.onBackground(background)));
    await session.draw();
    await ended.promise;
    return 0;
  } finally {
    const isWell = endAll([
      stopWatchingFiles,
      stopAsking,
      () => session.stopInput(),
      () => feed?.close(),
      () => stopRecording(tape),
      () => dashboard.close(),
      () => session.closeScreen(),
      () => modes.leave(),
      stopWatchingEnds,
      () => held.release(),
    ]);
    // Whatever is broken, the terminal comes back.
    if (!isWell) modes.rescue();
  }
}

/** Takes every step, also where one fails: the error that led here is the one to be told. @returns false where one did */
function endAll(steps: readonly (() => unknown)[]): boolean {
  let isWell = true;
  for (const step of steps) {
    try {
      step();
    } catch {
      isWell = false;
    }
  }
  return isWell;
}
