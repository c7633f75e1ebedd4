import type { KubeObject } from '../../api/meta.ts';
import { allContainers, type ContainerRuntime, type ContainerSpec, type PodRuntime } from '../runtime/container.ts';
import { isScript } from '../runtime/scripts.ts';
import { afterStart, beforeStop, type HookView } from './hooks.ts';
import type { MainRun } from './main-run.ts';
import { liveProbes } from './probes/live.ts';

export interface MainPrograms {
  /** @param run times are ms since the epoch */
  start(
    run: { pod: KubeObject; container: ContainerSpec; startedAt: number; facts: ContainerRuntime['facts'] },
    tell: {
      /** It has ended at that moment (ms). */
      ended: (at: number, exitCode: number) => void;
      /** It is beyond the shell. */
      declined: () => void;
      /** It goes on after a wait. */
      stirred: () => void;
    },
  ): MainRun;
  /** Runs a command in a container whose main process is only simulated. */
  touch(
    run: { pod: KubeObject; container: ContainerSpec; startedAt: number; facts: ContainerRuntime['facts'] },
    command: readonly string[],
  ): Promise<void>;
}

interface Kept {
  startedAt: number;
  run: MainRun;
  isStopped: boolean;
}

/** Starts and ends the main processes that a shell runs, as their containers start and end. */
export class MainRuns {
  readonly #programs: MainPrograms;
  readonly #look: (key: string) => void;
  /** By the pod's uid, then by the container's name. */
  readonly #pods = new Map<string, Map<string, Kept>>();
  /** When the runs began whose hooks have run, by the pod's uid, then by the container's name. */
  readonly #hooked = new Map<string, Map<string, number>>();

  constructor(programs: MainPrograms, look: (key: string) => void) {
    this.#programs = programs;
    this.#look = look;
  }

  /** True for what a shell runs, or is still to be asked for. */
  holds(pod: KubeObject, { isDeclined, spec, kind }: ContainerRuntime): boolean {
    return !isDeclined && isScript(pod, spec, kind);
  }

  /** What runs in a container; undefined where nothing does. */
  runOf({ uid }: PodRuntime, { spec, startedAt }: ContainerRuntime): MainRun | undefined {
    const kept = this.#pods.get(uid)?.get(spec.name);
    return kept?.startedAt === startedAt ? kept?.run : undefined;
  }

  /** Brings what runs in line with the pod's containers; resolves when everything waits for the clock. */
  async follow(
    key: string,
    pod: KubeObject,
    runtime: PodRuntime,
    hooks: (container: ContainerRuntime) => HookView,
  ): Promise<void> {
    const kept = this.#pods.get(runtime.uid) ?? new Map<string, Kept>();
    for (const container of allContainers(runtime)) {
      const { name } = container.spec;
      const isDue = container.stage === 'running' && this.holds(pod, container);
      const known = kept.get(name);
      if (known && (!isDue || known.startedAt !== container.startedAt)) {
        known.run.end();
        kept.delete(name);
      }
      if (isDue && !kept.has(name) && container.exited === undefined && !container.stopping) {
        const started = this.#start(key, pod, container, container.startedAt!);
        kept.set(name, started);
        await afterStart(hooks(container), started.run);
      }
      if (!isDue && !known && container.stage === 'running') await this.#hook(pod, runtime, container);
      const own = kept.get(name);
      if (own && container.stopping && !own.isStopped) {
        own.isStopped = true;
        await beforeStop(hooks(container), own.run);
      }
    }
    if (kept.size === 0) this.#pods.delete(runtime.uid);
    else this.#pods.set(runtime.uid, kept);
    await this.#settled(kept);
  }

  /** The hook after the start of a container that is only simulated: once in each run. */
  async #hook(pod: KubeObject, { uid }: PodRuntime, { spec, startedAt, facts }: ContainerRuntime): Promise<void> {
    const command = spec.lifecycle?.postStart?.exec?.command;
    if (!command || startedAt === undefined) return;
    const known = this.#hooked.get(uid) ?? new Map<string, number>();
    if (known.get(spec.name) === startedAt) return;
    known.set(spec.name, startedAt);
    this.#hooked.set(uid, known);
    await this.#programs.touch({ pod, container: spec, startedAt, facts }, command);
  }

  #start(key: string, pod: KubeObject, container: ContainerRuntime, startedAt: number): Kept {
    container.probing = liveProbes(pod, container);
    const isCurrent = () => container.stage === 'running' && container.startedAt === startedAt;
    const run = this.#programs.start(
      { pod, container: container.spec, startedAt, facts: container.facts },
      {
        ended: (at, code) => {
          if (!isCurrent()) return;
          container.exited = { at, code };
          this.#look(key);
        },
        declined: () => {
          container.isDeclined = true;
          container.probing = undefined;
          this.#look(key);
        },
        stirred: () => this.#look(key),
      },
    );
    return { startedAt, run, isStopped: false };
  }

  forget({ uid }: PodRuntime): void {
    for (const { run } of this.#pods.get(uid)?.values() ?? []) run.end();
    this.#pods.delete(uid);
    this.#hooked.delete(uid);
  }

  async #settled(kept: ReadonlyMap<string, Kept>): Promise<void> {
    for (const { run } of kept.values()) await run.settled();
  }
}
