import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../../../../src/api/meta.ts';
import type { Lister } from '../../../../src/emulator/client.ts';
import { SimulatedClock } from '../../../../src/emulator/clocks.ts';
import {
  type ContainerInstance,
  newContainerInstance,
} from '../../../../src/emulator/kubelet/exec/container/container.ts';
import { VolumeStore } from '../../../../src/emulator/kubelet/exec/container/volumes.ts';
import { execIn } from '../../../../src/emulator/kubelet/exec/exec.ts';
// Loaded by the first terminal; here its first prompt must not wait for that.
import '../../../../src/emulator/kubelet/exec/terminal/interactive.ts';
import '../../../../src/emulator/kubelet/exec/terminal/terminal.ts';
import type { TerminalSize } from '../../../../src/emulator/kubelet/node-api.ts';

const START = Date.parse('2026-03-02T10:00:00Z');

interface Result {
  out: string;
  err: string;
  code: number;
}

interface Given {
  stdin?: string | Uint8Array;
  signal?: AbortSignal;
}

export interface Room {
  clock: SimulatedClock;
  instance: ContainerInstance;
  /** Runs argv and moves the clock whenever everything waits for it. */
  exec(argv: readonly string[], given?: Given): Promise<Result & { bytes: Buffer }>;
  sh(script: string, given?: Given): Promise<Result>;
  /** A terminal: what is typed, and what is on the wire. */
  terminal(argv: readonly string[], size?: TerminalSize): Typist;
  signals: number[];
}

interface Typist {
  type(text: string): Promise<string>;
  hangUp(): Promise<number>;
  ended: Promise<number>;
  screen(): string;
}

/** Only what was given is in the store. */
function fixedLister(objects: readonly (readonly [resource: string, object: KubeObject])[]): Lister {
  return {
    get: (resource, namespace, name) =>
      objects.find(
        ([one, { metadata }]) =>
          one === resource && metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
      )?.[1] as never,
    list: (resource, namespace) =>
      objects
        .filter(
          ([one, { metadata }]) => one === resource && (namespace === undefined || metadata.namespace === namespace),
        )
        .map(([, object]) => object) as never,
    controlledBy: () => [],
    subscribe: () => () => {},
  };
}

/** Lets what is runnable run. */
export async function settle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

export function podOf(spec: Record<string, unknown> = {}, container: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', namespace: 'shop', uid: 'uid-1', labels: { app: 'web' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'busybox:1.36', ...container }], ...spec },
    status: { podIP: '10.244.1.5', hostIP: '172.18.0.3', phase: 'Running' },
  } as KubeObject;
}

export function room(
  options: {
    image?: string;
    pod?: KubeObject;
    objects?: readonly (readonly [string, KubeObject])[];
    volumes?: VolumeStore;
    clock?: SimulatedClock;
    issueToken?: Parameters<typeof newContainerInstance>[0]['issueToken'];
  } = {},
): Room {
  const clock = options.clock ?? new SimulatedClock(START);
  const pod = options.pod ?? podOf({}, options.image ? { image: options.image } : {});
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const signals: number[] = [];
  const world = {
    lister: fixedLister(options.objects ?? []),
    clock,
    random,
    volumes: options.volumes ?? new VolumeStore(),
    issueToken: options.issueToken,
    api: undefined,
  };
  const instance = newContainerInstance(world, pod, pod['spec'].containers[0], { startedAt: START }, (signal) =>
    signals.push(signal),
  );

  async function exec(argv: readonly string[], { stdin, signal = new AbortController().signal }: Given = {}) {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const collect = (stream: PassThrough) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      return chunks;
    };
    const out = collect(streams.stdout);
    const err = collect(streams.stderr);
    streams.stdin.end(stdin ?? '');
    let isOver = false;
    const running = execIn(
      instance,
      { command: argv, stdin: stdin !== undefined, stdout: true, stderr: true },
      streams,
      signal,
    ).finally(() => {
      isOver = true;
    });
    running.catch(() => {});
    for (let idle = 0; !isOver; idle++) {
      await setImmediate();
      if (idle > 20) {
        idle = 0;
        clock.step();
      }
    }
    const { code } = await running;
    const bytes = Buffer.concat(out);
    return { out: bytes.toString(), err: Buffer.concat(err).toString(), code, bytes };
  }

  return {
    clock,
    instance,
    exec,
    signals,
    async sh(script, given) {
      const { out, err, code } = await exec(['sh', '-c', script], given);
      return { out, err, code };
    },
    terminal(argv, size) {
      const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
      let screen = '';
      streams.stdout.on('data', (chunk) => {
        screen += chunk;
      });
      async function* sizes() {
        if (size) yield size;
      }
      const ended = execIn(
        instance,
        { command: argv, stdin: true, stdout: true, tty: true },
        { ...streams, resize: sizes() },
        new AbortController().signal,
      ).then(({ code }) => code);
      return {
        ended,
        screen: () => screen,
        async type(text) {
          await settle();
          const before = screen.length;
          streams.stdin.write(text);
          await settle(30);
          return screen.slice(before);
        },
        hangUp() {
          streams.stdin.end();
          return ended;
        },
      };
    },
  };
}
