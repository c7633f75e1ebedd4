import { join } from 'node:path';
import type { Cluster } from '../kube/cluster.ts';
import type { ClusterOptions } from '../kube/cluster-options.ts';
import { setTerminalLender } from '../kube/credentials/terminal-lender.ts';
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
import { loadScreen } from './load-screen.ts';
import type { Replay } from './replay/open-replay.ts';
import { startRecording, stopRecording } from './replay/start-recording.ts';
import { tapServices } from './replay/tap-services.ts';
import { Tape } from './replay/tape.ts';
import type { Screen } from './screen.ts';
import { Looks } from './settings/looks.ts';
import { watchFolders } from './settings/watch-files.ts';
import { askBackground } from './term/ask-background.ts';
import { holdOutput } from './term/hold-output.ts';
import type { InputEvent } from './term/key.ts';
import { listenToTerminal } from './term/terminal-input.ts';
import { TerminalModes } from './term/terminal-modes.ts';
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

/**
 * Runs the dashboard until the user quits.
 * @returns the exit code, after the terminal is as it was before
 * @throws KctlError `usage` without a capable terminal, `config` for a bad theme; what else goes
 * wrong comes only after the terminal was given back
 */
export async function runDashboard(context: DashboardContext): Promise<number> {
  const { cluster, io, signal } = context;
  const { stdin, stdout, env } = io;
  if (!stdin.isTTY || !stdout.isTTY) throw new KctlError('usage', 'the dashboard needs a terminal');
  if (env.TERM === 'dumb') {
    throw new KctlError('usage', 'the dashboard cannot draw on a terminal of type "dumb"', {
      hint: "Set TERM to what the terminal is, or use the command line: 'kctl get pods'.",
    });
  }
  const depth = colorDepth(env, true);
  const looks = new Looks({ env, depth, themeName: context.themeName, ...(context.given && { given: context.given }) });
  const { settings } = looks.readFiles(cluster.contextName);
  const theme = looks.dress(settings);
  const tape = new Tape();
  const opened = context.replay?.services;
  const clusterOptions = context.clusterOptions ?? { env, cwd: io.cwd, stderr: io.stderr };
  const services = opened ?? tapServices(clusterServices(cluster, clusterOptions, context.program), tape);
  if (context.record !== undefined) startRecording(tape, services, context.record);

  const ended = Promise.withResolvers<void>();
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
    onQuit: () => (isFed ? dashboard.toast('info', say('The recording ends here. q quits.')) : ended.resolve()),
    lendTerminal: (work) => lend(work),
    writeTerminal: (sequence) => void stdout.write(sequence),
  });
  const modes = new TerminalModes({ stdin, stdout }, settings.mouse);
  const onFailure = (error: unknown) => ended.reject(error);
  const onEnd = () => ended.resolve();
  const held = holdOutput(io.stderr, (text) => dashboard.toast('info', text.replace(sgr, '').trim()));
  // The last resort when the process ends without coming back here.
  const onProcessExit = () => modes.rescue();
  process.once('exit', onProcessExit);
  process.once('SIGHUP', onEnd);
  process.on('uncaughtException', onFailure);
  process.on('unhandledRejection', onFailure);
  signal.addEventListener('abort', onEnd, { once: true });
  if (signal.aborted) onEnd();

  modes.enter();
  const onInput = (event: InputEvent) => {
    try {
      dashboard.handle(event);
    } catch (error) {
      onFailure(error);
    }
  };
  const onTyped = (event: InputEvent) => {
    // What is typed into a question may be nobody else's business.
    if (dashboard.getSnapshot().overlay?.type !== 'dialog') tape.recorder?.input(event);
    // Who takes the keys in a replay has them from then on.
    if (event.type === 'key') feed?.close();
    onInput(event);
  };
  const listen = () => listenToTerminal(stdin, onTyped);
  let stopInput = listen();
  let stopAsking = () => {};
  const wear = (theme: () => Theme | undefined) => {
    try {
      dashboard.wear(theme());
    } catch (error) {
      dashboard.fail(error);
    }
  };
  const folder = settingsFolder(env);
  const own = [folder, join(folder, 'plugins'), contextFolder(env, cluster.contextName), userThemeFolder(env)];
  const stopWatching = watchFolders(own, () => {
    dashboard.reloadFiles();
    wear(() => looks.again());
  });
  let screen: Screen | undefined;
  let lent = false;
  const openScreenAgain = async () => {
    const { openScreen } = await loadScreen();
    // Meanwhile somebody else may have got the terminal, or given it back.
    if (lent || screen) return;
    const opened = openScreen(dashboard, stdout);
    screen = opened;
    opened.instance.waitUntilExit().then(() => {
      if (screen === opened) onEnd();
    }, onFailure);
  };
  const lend = async <Result,>(work: () => Promise<Result>): Promise<Result> => {
    if (lent) throw new KctlError('internal', 'the terminal is lent already');
    lent = true;
    stopInput();
    const closing = screen;
    screen = undefined;
    closing?.close();
    modes.leave();
    try {
      return await held.during(work);
    } finally {
      lent = false;
      modes.enter();
      stopInput = listen();
      dashboard.resize(stdout.columns ?? 80, stdout.rows ?? 24);
      await openScreenAgain();
    }
  };
  // While a program has the terminal, a plugin that it needs may speak there, too.
  setTerminalLender((work) => (lent ? work() : lend(work)));
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
    await openScreenAgain();
    await ended.promise;
    return 0;
  } finally {
    const isWell = endAll([
      stopWatching,
      stopAsking,
      () => setTerminalLender(undefined),
      stopInput,
      () => feed?.close(),
      () => stopRecording(tape),
      () => dashboard.close(),
      () => screen?.close(),
      () => modes.leave(),
      () => process.off('exit', onProcessExit),
      () => process.off('SIGHUP', onEnd),
      () => process.off('uncaughtException', onFailure),
      () => process.off('unhandledRejection', onFailure),
      () => signal.removeEventListener('abort', onEnd),
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
