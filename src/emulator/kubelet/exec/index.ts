import type { KubeObject } from '../../../api/meta.ts';
import type { Lister } from '../../client.ts';
import type { Clock } from '../../clock.ts';
import type { ContainerSpec } from '../../runtime/container.ts';
import { readsInput } from '../../runtime/outcomes.ts';
import type { AttachOptions, ExecOptions, ExecStreams, ExitState } from '../node-api.ts';
import { attachToLog, MainConsole } from './attach.ts';
import { type ContainerInstance, newContainerInstance } from './container/container.ts';
import { type IssueToken, VolumeStore } from './container/volumes.ts';
import { execIn } from './exec.ts';
import type { ApiAccess } from './network/pod-network.ts';

export interface RoomContext {
  lister: Lister;
  clock: Clock;
  random: () => number;
  issueToken?: IssueToken | undefined;
  api?: (() => ApiAccess | undefined) | undefined;
  /** The main process of a container has ended by itself. */
  endContainer: (namespace: string, pod: string, container: string, exitCode: number) => void;
}

/** A container that runs, as exec and attach find it. */
export interface RunningContainer {
  pod: KubeObject;
  container: ContainerSpec & { stdin?: boolean; stdinOnce?: boolean; tty?: boolean };
  startedAt: number;
}

interface Kept {
  startedAt: number;
  instance: ContainerInstance;
  console: MainConsole | undefined;
}

/** What lives in containers: made when somebody first looks into one, and gone with the container. */
export class ContainerRooms {
  readonly #context: RoomContext;
  readonly #volumes = new VolumeStore();
  /** By the pod's uid, then by the container's name. */
  readonly #pods = new Map<string, Map<string, Kept>>();
  readonly #stop: (() => void)[];

  constructor(context: RoomContext) {
    this.#context = context;
    const { lister } = context;
    this.#stop = [
      lister.subscribe('pods', ({ type, object }) => {
        const uid = object.metadata.uid!;
        if (type === 'DELETED') this.#forget(uid);
        else if (this.#pods.has(uid)) this.#endStale(object);
      }),
      lister.subscribe('persistentvolumes', ({ type, object }) => {
        if (type === 'DELETED') this.#volumes.drop(`volume ${object.metadata.uid}`);
      }),
      lister.subscribe('nodes', ({ type, object }) => {
        if (type === 'DELETED') this.#volumes.drop(`node ${object.metadata.name} `);
      }),
    ];
  }

  close(): void {
    for (const stop of this.#stop) stop();
    for (const uid of [...this.#pods.keys()]) this.#forget(uid);
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
    ];
    for (const [name, one] of kept) {
      const running = statuses.find((status) => status.name === name)?.state?.running;
      if (running && Date.parse(running.startedAt) === one.startedAt) continue;
      one.instance.end();
      kept.delete(name);
    }
  }

  #room({ pod, container, startedAt }: RunningContainer): Kept {
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
      volumes: this.#volumes,
      issueToken: this.#context.issueToken,
      api: this.#context.api,
    };
    const instance = newContainerInstance(world, pod, container, startedAt, (signal) => {
      if (signal !== 9) end(signal === 15 || signal === 3 || signal === 2 ? 0 : 128 + signal);
    });
    const kept: Kept = { startedAt, instance, console: undefined };
    rooms.set(container.name, kept);
    return kept;
  }

  /** @throws ApiStatusError 500 when the program cannot be started */
  exec(running: RunningContainer, options: ExecOptions, streams: ExecStreams, signal: AbortSignal): Promise<ExitState> {
    return execIn(this.#room(running).instance, options, streams, signal);
  }

  /** @param lines what the container says from now on, where nothing of ours runs in it */
  attach(
    running: RunningContainer,
    options: AttachOptions,
    streams: ExecStreams,
    signal: AbortSignal,
    lines: AsyncIterable<Uint8Array>,
  ): Promise<ExitState> {
    const { pod, container } = running;
    if (!readsInput(container)) return attachToLog(lines, streams, signal);
    const room = this.#room(running);
    room.console ??= this.#console(room, pod, container);
    return room.console.attach(options, streams, signal);
  }

  #console(room: Kept, pod: KubeObject, container: RunningContainer['container']): MainConsole {
    const { instance } = room;
    const argv = instance.argv.length > 0 ? instance.argv : instance.shape.command;
    // What `ps` shows as process 1 is the process itself from here on.
    instance.host.main = [];
    return new MainConsole({
      instance,
      argv,
      tty: container.tty === true,
      once: container.stdinOnce === true,
      onExit: (code) => this.#context.endContainer(pod.metadata.namespace!, pod.metadata.name!, container.name, code),
    });
  }
}
