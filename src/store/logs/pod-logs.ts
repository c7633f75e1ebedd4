import type { KubeObject } from '../../api/meta.ts';
import type { Sink, Source, SourceState } from '../../api/source.ts';
import type { Timing } from '../timing.ts';
import { ContainerLog } from './container-log.ts';
import { containerView } from './container-view.ts';
import type { LogContainer, LogReceiver, LogStart, OpenLog } from './log-source.ts';

export interface PodLogsOptions {
  open: OpenLog;
  /** The pod as it is now; undefined where it is gone. */
  look(of: LogContainer): Promise<KubeObject | undefined>;
  timing: Timing;
  /** Which containers of a pod are meant; none: the pod is not. */
  containers(pod: KubeObject): readonly string[];
  /** Called once for each container, before anything comes of it. */
  receive(of: LogContainer, pod: KubeObject): LogReceiver;
  /** Of the past of those that are there at the beginning. */
  start: LogStart;
  /** Most logs to follow at a time; others wait until one ends. */
  most: number;
  /** Pods that come after the first list are not followed. */
  isOnlyFirst?: boolean;
  /** More have to wait than before. */
  onWaiting(count: number): void;
  onSource(state: SourceState): void;
}

interface Followed {
  of: LogContainer;
  /** Undefined while it waits for its turn. */
  log: ContainerLog | undefined;
  receiver: LogReceiver;
  start: LogStart | undefined;
  isDone: boolean;
}

interface FollowedPod {
  pod: KubeObject;
  /** The sources that know it. */
  from: Set<number>;
  containers: Map<string, Followed>;
}

/** Follows the logs of all pods that its sources tell of, those that come later too, and each through its restarts. */
export class PodLogs {
  readonly #options: PodLogsOptions;
  readonly #pods = new Map<string, FollowedPod>();
  readonly #sources: Source<KubeObject>[] = [];
  readonly #listed = new Set<number>();
  #following = 0;
  #waiting = 0;
  #isStopped = false;
  #changed: (() => void) | undefined;

  constructor(options: PodLogsOptions) {
    this.#options = options;
  }

  follow(source: Source<KubeObject>): void {
    const id = this.#sources.push(source) - 1;
    source.start(this.#sink(id));
  }

  stop(): void {
    this.#isStopped = true;
    for (const source of this.#sources) source.stop();
    for (const { containers } of this.#pods.values()) for (const { log } of containers.values()) log?.stop();
    this.#tell();
  }

  /** Every source has told what is there. */
  get isListed(): boolean {
    return this.#listed.size === this.#sources.length;
  }

  /** All that is there has ended. */
  get isOver(): boolean {
    if (this.#isStopped) return true;
    if (!this.isListed) return false;
    return [...this.#pods.values()].every(({ containers }) => [...containers.values()].every(({ isDone }) => isDone));
  }

  /** @param listener called whenever `isOver` may have become true */
  set onChange(listener: () => void) {
    this.#changed = listener;
  }

  #tell(): void {
    this.#changed?.();
  }

  #sink(id: number): Sink<KubeObject> {
    return {
      replace: (items) => {
        const isFirst = !this.#listed.has(id);
        const uids = new Set(items.map(uidOf));
        for (const [uid, followed] of this.#pods) if (!uids.has(uid)) this.#remove(uid, followed, id);
        for (const pod of items) this.#put(pod, id, isFirst);
        this.#listed.add(id);
        this.#startNext();
        this.#tell();
      },
      change: (type, pod) => {
        const known = this.#pods.get(uidOf(pod));
        if (type !== 'DELETED') this.#put(pod, id, false);
        else if (known) {
          this.#update(known, pod);
          this.#remove(uidOf(pod), known, id);
        }
        this.#startNext();
        this.#tell();
      },
      state: (state) => this.#options.onSource(state),
    };
  }

  #put(pod: KubeObject, id: number, isFirst: boolean): void {
    let known = this.#pods.get(uidOf(pod));
    if (!known && !isFirst && this.#options.isOnlyFirst) return;
    if (!known) {
      known = { pod, from: new Set(), containers: new Map() };
      this.#pods.set(uidOf(pod), known);
    }
    known.from.add(id);
    this.#update(known, pod);
    for (const container of this.#options.containers(pod)) {
      if (known.containers.has(container)) continue;
      const { namespace = '', name = '' } = pod.metadata;
      const of = { namespace, pod: name, uid: uidOf(pod), container };
      const receiver = this.#options.receive(of, pod);
      const start = isFirst ? this.#options.start : undefined;
      known.containers.set(container, { of, log: undefined, receiver, start, isDone: false });
    }
  }

  #update(known: FollowedPod, pod: KubeObject): void {
    known.pod = pod;
    for (const { of, log } of known.containers.values()) log?.update(containerView(pod, of.container));
  }

  #remove(uid: string, known: FollowedPod, id: number): void {
    if (!known.from.delete(id) || known.from.size > 0) return;
    this.#pods.delete(uid);
    for (const { log } of known.containers.values()) log?.update(undefined);
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Those that wait, as far as there is room. */
  #startNext(): void {
    let waiting = 0;
    for (const { pod, containers } of this.#pods.values()) {
      for (const followed of containers.values()) {
        if (followed.log) continue;
        if (this.#following < this.#options.most) this.#start(followed, pod);
        else waiting++;
      }
    }
    const isMore = waiting > this.#waiting;
    this.#waiting = waiting;
    if (isMore) this.#options.onWaiting(waiting);
  }

  #start(followed: Followed, pod: KubeObject): void {
    const { of, receiver, start } = followed;
    this.#following++;
    followed.log = new ContainerLog(of, containerView(pod, of.container), {
      open: this.#options.open,
      look: async () => {
        const fresh = await this.#options.look(of);
        return fresh && uidOf(fresh) === of.uid ? containerView(fresh, of.container) : undefined;
      },
      receiver,
      timing: this.#options.timing,
      start,
    });
    void followed.log.done.then(() => {
      followed.isDone = true;
      receiver.end();
      this.#following--;
      if (!this.#isStopped) this.#startNext();
      this.#tell();
    });
  }
}

const uidOf = (pod: KubeObject): string => pod.metadata.uid ?? '';
