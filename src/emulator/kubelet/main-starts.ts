import type { KubeObject } from '../../api/meta.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import type { ContainerRooms } from './exec/index.ts';
import type { Attempt, MainRun } from './main-run.ts';
import type { MainPrograms } from './main-runs.ts';

/** Starts main processes once the shell is loaded, which the first of them does. */
export class MainStarts implements MainPrograms {
  readonly #rooms: () => Promise<ContainerRooms>;
  /** What is about to start, by the pod's uid and the container's name. */
  readonly #begun = new Map<string, Promise<void>>();

  constructor(rooms: () => Promise<ContainerRooms>) {
    this.#rooms = rooms;
  }

  start(...[run, tell]: Parameters<MainPrograms['start']>): MainRun {
    const key = `${run.pod.metadata.uid} ${run.container.name}`;
    let main: MainRun | undefined;
    let isOver = false;
    const begun = this.#rooms()
      .then(async (rooms) => {
        await rooms.filesReady(run.pod, [run.container]);
        if (isOver) return;
        main = rooms.startMain(run, tell);
        if (!main) tell.declined();
      })
      .finally(() => {
        if (this.#begun.get(key) === begun) this.#begun.delete(key);
      });
    this.#begun.set(key, begun);
    return {
      stop: () => main?.stop(),
      end: () => {
        isOver = true;
        main?.end();
      },
      async settled() {
        await begun;
        await main?.settled();
      },
      lastMessage: (exitCode) => main?.lastMessage(exitCode),
      exec: (command) => later(begun.then(() => main?.exec(command))),
    };
  }

  async touch(...[run, command]: Parameters<MainPrograms['touch']>): Promise<void> {
    const rooms = await this.#rooms();
    await rooms.filesReady(run.pod, [run.container]);
    rooms.touch(run, command);
  }

  /** Resolves when what is about to start in the container has started. */
  async begun(pod: KubeObject, { name }: ContainerSpec): Promise<void> {
    await this.#begun.get(`${pod.metadata.uid} ${name}`);
  }
}

/** An attempt in a container that may still be about to start. */
function later(attempt: Promise<Attempt | undefined>): Attempt {
  return {
    done: attempt.then((one) => one?.done ?? { error: 'container not running' }),
    async settled() {
      await (await attempt)?.settled();
    },
    cancel() {
      void attempt.then((one) => one?.cancel());
    },
  };
}
