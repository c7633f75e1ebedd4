import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../../../api/meta.ts';
import type { ImageStore } from '../../../oci/store/types.ts';
import type { Lister } from '../../client.ts';
import type { Clock } from '../../clock.ts';
import { ImageFiles } from '../../images/image-files.ts';
import type { Page, PageOf } from '../../network/responders.ts';
import type { ContainerSpec } from '../../runtime/container.ts';
import type { Fields } from '../../runtime/fields.ts';
import { readsInput } from '../../runtime/outcomes.ts';
import type { Written } from '../disk-usage.ts';
import { KeptLog } from '../logs/kept-log.ts';
import { lastLines } from '../logs/lines.ts';
import { endOfLog, loggedRun, MESSAGE_LINES, runsOf } from '../logs/logged-run.ts';
import type { Attempt, MainRun } from '../main-run.ts';
import type { MainPrograms } from '../main-runs.ts';
import type { AttachOptions, ExecOptions, ExecStreams, ExitState } from '../node-api.ts';
import type { StartFacts } from '../start-facts.ts';
import { attachToLog } from './attach.ts';
import { type ContainerInstance, type ImageOf, newContainerInstance } from './container/container.ts';
import { servedPage, servesFiles, servesVolume } from './container/served-files.ts';
import type { VolumeFiles } from './container/volume-files.ts';
import { type IssueToken, VolumeStore } from './container/volumes.ts';
import { execIn } from './exec.ts';
import { isSystemError } from './fs/errors.ts';
import { contentOf } from './fs/nodes.ts';
import { canInterpret } from './main/abilities.ts';
import { MainConsole } from './main/console.ts';
import { ScriptClock } from './main/script-clock.ts';
import type { ApiAccess } from './network/pod-network.ts';

/** How long `settled` waits for a script that neither ends nor waits for the clock (turns of the event loop). */
const MOST_TURNS = 200;
const LEAST_TURNS = 4;

export { volumeFiles } from './container/volume-files.ts';

export interface RoomContext {
  lister: Lister;
  clock: Clock;
  random: () => number;
  issueToken?: IssueToken | undefined;
  api?: (() => ApiAccess | undefined) | undefined;
  /** Where claims keep their contents; without it they go with the process. */
  volumes?: VolumeFiles | undefined;
  imageOf?: ImageOf | undefined;
  /** Where the files of real images are read, and the folder that has room for them. */
  imageStore?: { store: () => ImageStore | undefined; folder: string; report: (error: unknown) => void } | undefined;
  /** Somebody writes to the disk of a node. */
  wrote?: ((node: string) => void) | undefined;
  /** The main process of a container has ended by itself. */
  endContainer: (namespace: string, pod: string, container: string, exitCode: number) => void;
}

/** A container that runs, as exec and attach find it. */
export interface RunningContainer {
  pod: KubeObject;
  container: ContainerSpec & { stdin?: boolean; stdinOnce?: boolean; tty?: boolean };
  startedAt: number;
  facts: StartFacts | undefined;
}

interface Kept {
  startedAt: number;
  instance: ContainerInstance;
  console: MainConsole | undefined;
  /** The kubelet started it, and will say when it is over. */
  isMain: boolean;
}

/** On a clock that waits for us: until what runs waits for it, or for something outside. */
async function settle(clock: ScriptClock, isOver: () => boolean, before = 0): Promise<void> {
  for (let turn = 0; clock.isSimulated && !isOver() && turn < MOST_TURNS; turn++) {
    if (clock.pending > before && turn >= LEAST_TURNS) return;
    await setImmediate();
  }
}

/** What the kubelet keeps of what a probe's command says (bytes; pkg/probe/exec). */
const LONGEST_OUTPUT = 10 * 1024;

function attemptIn(instance: ContainerInstance, clock: ScriptClock, command: readonly string[]): Attempt {
  const gone = new AbortController();
  const chunks: Buffer[] = [];
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
  let isOver = false;
  const waits = clock.pending;
  clock.begin();
  const options: ExecOptions = { command: [...command], stdout: true, stderr: true };
  const done = execIn(instance, options, { stdout: sink(), stderr: sink() }, gone.signal)
    .then(({ code }) => ({ code, output: Buffer.concat(chunks).subarray(0, LONGEST_OUTPUT).toString() }))
    .catch((error: Error) => ({ error: error.message }))
    .finally(() => {
      isOver = true;
    });
  return { done, settled: () => settle(clock, () => isOver, waits), cancel: () => gone.abort() };
}

/** Bytes of a termination message (kubelet/container/runtime.go). */
const LONGEST_MESSAGE = 4096;

/** So long after its start a container's status may not tell of it yet. */
const STATUS_MS = 3000;

/** As the API shows times. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** So many lines of a log are in its file on the node. */
const NODE_LINES = 1000;

/** Logs of so many runs of a container are kept: the present one and the one before. */
const KEPT_RUNS = 2;

/** What lives in containers: made when somebody first looks into one, and gone with the container. */
export class ContainerRooms {
  readonly #context: RoomContext;
  readonly #volumes: VolumeStore;
  /** By the pod's uid, then by the container's name. */
  readonly #pods = new Map<string, Map<string, Kept>>();
  /** What main processes said, by the pod's uid and the container's name; the last run is last. */
  readonly #logs = new Map<string, { startedAt: number; log: KeptLog }[]>();
  readonly #stop: (() => void)[];
  readonly #images: ImageFiles | undefined;

  constructor(context: RoomContext) {
    this.#context = context;
    const { lister, imageStore } = context;
    this.#images = imageStore && new ImageFiles(imageStore.store, imageStore.folder, imageStore.report);
    this.#volumes = new VolumeStore(context.volumes && { files: context.volumes, clock: context.clock });
    this.#volumes.dropAllBut(
      new Set(lister.list<KubeObject>('persistentvolumes').map(({ metadata }) => metadata.uid!)),
    );
    this.#stop = [
      lister.subscribe('pods', ({ type, object }) => {
        const uid = object.metadata.uid!;
        if (type === 'DELETED') {
          this.#forget(uid);
          this.#forgetLogs(uid);
        } else if (this.#pods.has(uid)) this.#endStale(object);
      }),
      lister.subscribe('persistentvolumes', ({ type, object }) => {
        if (type === 'DELETED') this.#volumes.dropVolume(object.metadata.uid!);
      }),
      lister.subscribe('nodes', ({ type, object }) => {
        if (type === 'DELETED') this.#volumes.drop(`node ${object.metadata.name} `);
      }),
    ];
  }

  close(): void {
    for (const stop of this.#stop) stop();
    for (const uid of [...this.#pods.keys()]) this.#forget(uid);
    this.#images?.close();
    this.#volumes.save();
  }

  /** Writes down what claims hold. */
  saveVolumes(): void {
    this.#volumes.save();
  }

  /** What its containers and folders hold; undefined where nobody was in it. */
  writtenBy(pod: KubeObject): Written | undefined {
    const uid = pod.metadata.uid!;
    const rooms = this.#pods.get(uid);
    const names = [...(pod['spec'].initContainers ?? []), ...pod['spec'].containers].map(({ name }) => name);
    const logs = (name: string) =>
      (this.#logs.get(`${uid} ${name}`) ?? []).reduce((sum, { log }) => sum + log.bytes, 0);
    const volumes = this.#volumes.used(`pod ${uid} `);
    if (!rooms && volumes.size === 0) return undefined;
    const containers = names.map((name) => [name, (rooms?.get(name)?.instance.written() ?? 0) + logs(name)] as const);
    return { containers: new Map(containers), volumes };
  }

  #forget(uid: string): void {
    for (const { instance } of this.#pods.get(uid)?.values() ?? []) instance.end();
    this.#pods.delete(uid);
    this.#volumes.drop(`pod ${uid} `);
  }

  /** Ends what belongs to runs that are over. */
  #endStale(pod: KubeObject): void {
    const kept = this.#pods.get(pod.metadata.uid!)!;
    const statuses: { name: string; state?: { running?: { startedAt: string } } }[] = [
      ...(pod['status']?.initContainerStatuses ?? []),
      ...(pod['status']?.containerStatuses ?? []),
      ...(pod['status']?.ephemeralContainerStatuses ?? []),
    ];
    for (const [name, one] of kept) {
      if (one.isMain) continue;
      const running = statuses.find((status) => status.name === name)?.state?.running;
      if (running && Date.parse(running.startedAt) === one.startedAt) continue;
      // Its status is about to say so.
      if (!running && this.#context.clock.now() - one.startedAt < STATUS_MS) continue;
      one.instance.end();
      kept.delete(name);
    }
  }

  #forgetLogs(uid: string): void {
    for (const [key, runs] of this.#logs) {
      if (!key.startsWith(`${uid} `)) continue;
      for (const { log } of runs) log.forget();
      this.#logs.delete(key);
    }
  }

  /** What the main process of a run said; undefined where none of ours ran in it. */
  logOf(pod: KubeObject, container: string, startedAt: number): KeptLog | undefined {
    return this.#logs.get(`${pod.metadata.uid} ${container}`)?.find((one) => one.startedAt === startedAt)?.log;
  }

  /** The last lines of a container's log, as the runtime writes them to the node (CRI log format). */
  #logText(pod: KubeObject, container: ContainerSpec): string {
    const { lister, clock } = this.#context;
    const { current } = runsOf(pod, container);
    if (!current) return '';
    const cri = (at: number, stream: string, text: string, isWhole = true) =>
      `${new Date(at).toISOString().replace('Z', '000000Z')} ${stream} ${isWhole ? 'F' : 'P'} ${text}\n`;
    const kept = this.logOf(pod, container.name, current.startedAt);
    if (kept)
      return kept
        .tail(NODE_LINES)
        .map(({ at, stream, text, isWhole }) => cri(at, `std${stream}`, text, isWhole))
        .join('');
    const run = loggedRun(lister, pod, container, current);
    return lastLines(run, NODE_LINES, 0, clock.now() + 1)
      .map(({ at, text }) => cri(at, 'stdout', text))
      .join('');
  }

  #newLog(pod: KubeObject, container: string, startedAt: number): KeptLog {
    const key = `${pod.metadata.uid} ${container}`;
    const runs = this.#logs.get(key) ?? [];
    const log = new KeptLog();
    runs.push({ startedAt, log });
    for (const old of runs.splice(0, Math.max(runs.length - KEPT_RUNS, 0))) old.log.forget();
    this.#logs.set(key, runs);
    return log;
  }

  /** Runs the main process of a container that has just started, where it is within the shell's power. */
  startMain(
    { pod, container, startedAt, facts }: Parameters<MainPrograms['start']>[0],
    tell: Parameters<MainPrograms['start']>[1],
  ): MainRun | undefined {
    const clock = new ScriptClock(this.#context.clock, startedAt, tell.stirred);
    const running = { pod, container, startedAt: wholeSeconds(startedAt), facts };
    const room = this.#room(running, { clock, isMain: true });
    let isOver = false;
    const run: MainRun = {
      stop: () => room.console?.stop(),
      end: () => {
        isOver = true;
        this.#drop(pod, container.name, room);
      },
      settled: () => settle(clock, () => isOver),
      lastMessage: (exitCode) => this.#lastMessage(room, running, exitCode),
      exec: (command) => attemptIn(room.instance, clock, command),
    };
    if (!canInterpret(room.instance.argv, room.instance)) {
      this.#drop(pod, container.name, room);
      return undefined;
    }
    try {
      room.console = this.#console(room, running, (code) => {
        isOver = true;
        tell.ended(clock.now(), code);
      });
    } catch (error) {
      this.#drop(pod, container.name, room);
      if (!isSystemError(error)) throw error;
      return undefined;
    }
    return run;
  }

  /** The file that the container wrote, or where that is asked for the end of its log. */
  #lastMessage(room: Kept, { pod, container, startedAt }: RunningContainer, exitCode: number): string | undefined {
    const path = container.terminationMessagePath || '/dev/termination-log';
    const node = room.instance.files().find(path);
    const bytes = node?.type === 'file' ? contentOf(node) : undefined;
    if (bytes?.length) return Buffer.from(bytes).subarray(0, LONGEST_MESSAGE).toString();
    if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return undefined;
    const log = this.logOf(pod, container.name, startedAt);
    return log && endOfLog(log.tail(MESSAGE_LINES).map(({ text, isWhole }) => (isWhole ? `${text}\n` : text)));
  }

  #drop(pod: KubeObject, container: string, room: Kept): void {
    room.instance.end();
    const rooms = this.#pods.get(pod.metadata.uid!);
    if (rooms?.get(container) !== room) return;
    rooms.delete(container);
    if (rooms.size === 0) this.#pods.delete(pod.metadata.uid!);
  }

  /**
   * Has the files of the real images at hand that containers of a pod see: their own and those of volumes.
   * @returns undefined where there is nothing to wait for
   */
  filesReady(pod: KubeObject, containers: readonly ContainerSpec[]): Promise<void> | undefined {
    const images = this.#images;
    const { imageOf } = this.#context;
    if (!images || !imageOf) return undefined;
    const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }: Fields) => name));
    const mounted = ((pod['spec'].volumes ?? []) as Fields[]).flatMap(({ name, image }) =>
      image && mounts.includes(name) ? [image.reference as string] : [],
    );
    const waits = [...containers, ...mounted].flatMap((of) => {
      const image = imageOf(pod, of);
      return (image && images.prepare(image)) ?? [];
    });
    return waits.length > 0 ? Promise.all(waits).then(() => {}) : undefined;
  }

  /** The same for what servers of files in the pod answer. */
  pagesReady(pod: KubeObject): Promise<void> | undefined {
    const servers = (pod['spec'].containers as ContainerSpec[]).filter(servesFiles);
    return servers.length > 0 ? this.filesReady(pod, servers) : undefined;
  }

  #room({ pod, container, startedAt, facts }: RunningContainer, main: { clock?: Clock; isMain?: boolean } = {}): Kept {
    const uid = pod.metadata.uid!;
    const rooms = this.#pods.get(uid) ?? new Map<string, Kept>();
    this.#pods.set(uid, rooms);
    const known = rooms.get(container.name);
    if (known?.startedAt === startedAt) return known;
    known?.instance.end();
    const { namespace, name } = pod.metadata;
    const end = (code: number) => this.#context.endContainer(namespace!, name!, container.name, code);
    // As process 1, a program without handlers only hears what it cannot refuse.
    const world = {
      ...this.#context,
      clock: main.clock ?? this.#context.clock,
      volumes: this.#volumes,
      wrote: () => this.#context.wrote?.(pod['spec'].nodeName),
      issueToken: this.#context.issueToken,
      api: this.#context.api,
      logText: (one: KubeObject, spec: ContainerSpec) => this.#logText(one, spec),
      pageOf: (...about: Parameters<PageOf>) => this.page(...about),
      pagesReady: (one: KubeObject) => this.pagesReady(one),
      imageFiles: this.#images,
    };
    const instance = newContainerInstance(world, pod, container, { startedAt, facts }, (signal) => {
      if (signal !== 9) end(signal === 15 || signal === 3 || signal === 2 ? 0 : 128 + signal);
    });
    const kept: Kept = { startedAt, instance, console: undefined, isMain: main.isMain === true };
    rooms.set(container.name, kept);
    return kept;
  }

  /** What a server of files has for a path: as its image left it, unless somebody was in it or it has volumes there. */
  page(pod: KubeObject, container: ContainerSpec, path: string): Page | undefined {
    const known = this.#pods.get(pod.metadata.uid!)?.get(container.name);
    const statuses: { name: string; state?: { running?: { startedAt: string } } }[] =
      pod['status']?.containerStatuses ?? [];
    const running = statuses.find(({ name }) => name === container.name)?.state?.running;
    const isReal = this.#context.imageOf?.(pod, container)?.simulated === false;
    if (!running || !(known || isReal || servesVolume(container))) return undefined;
    const room = this.#room({ pod, container, startedAt: Date.parse(running.startedAt), facts: undefined });
    return servedPage(room.instance, container, path);
  }

  /** Runs a hook in a container whose main process is only simulated: what it leaves in files is there. */
  touch({ pod, container, startedAt, facts }: Parameters<MainPrograms['start']>[0], command: readonly string[]): void {
    const room = this.#room({ pod, container, startedAt: wholeSeconds(startedAt), facts });
    const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
    if (!canInterpret(command, room.instance)) return;
    const streams = { stdout: sink(), stderr: sink() };
    const options: ExecOptions = { command: [...command], stdout: true, stderr: true };
    execIn(room.instance, options, streams, new AbortController().signal).catch(() => {});
  }

  /** @throws ApiStatusError 500 when the program cannot be started */
  async exec(
    running: RunningContainer,
    options: ExecOptions,
    streams: ExecStreams,
    signal: AbortSignal,
  ): Promise<ExitState> {
    await this.filesReady(running.pod, [running.container]);
    return execIn(this.#room(running).instance, options, streams, signal);
  }

  /** @param lines what the container says from now on, where nothing of ours runs in it */
  async attach(
    running: RunningContainer,
    options: AttachOptions,
    streams: ExecStreams,
    signal: AbortSignal,
    lines: AsyncIterable<Uint8Array>,
  ): Promise<ExitState> {
    const { pod, container } = running;
    const room = this.#pods.get(pod.metadata.uid!)?.get(container.name);
    if (room?.startedAt === running.startedAt && room.console) return room.console.attach(options, streams, signal);
    if (!readsInput(container)) return attachToLog(lines, streams, signal);
    await this.filesReady(pod, [container]);
    const made = this.#room(running);
    made.console = this.#console(made, running, (code) =>
      this.#context.endContainer(pod.metadata.namespace!, pod.metadata.name!, container.name, code),
    );
    return made.console.attach(options, streams, signal);
  }

  #console(room: Kept, { pod, container, startedAt }: RunningContainer, onExit: (code: number) => void): MainConsole {
    const { instance } = room;
    const argv = instance.argv.length > 0 ? instance.argv : instance.shape.command;
    // What `ps` shows as process 1 is the process itself from here on.
    instance.host.main = [];
    return new MainConsole({
      instance,
      argv,
      tty: container.tty === true,
      hasInput: container.stdin === true,
      once: container.stdinOnce === true,
      log: this.#newLog(pod, container.name, startedAt),
      onExit,
    });
  }
}
