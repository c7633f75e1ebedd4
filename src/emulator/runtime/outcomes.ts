import type { KubeObject } from '../../api/meta.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { usualPort } from '../network/responders.ts';
import { between } from './chance.ts';
import type { ContainerRuntime, ContainerSpec } from './container.ts';
import { imageName, SHELL_IMAGES } from './image-name.ts';
import { durationOr, isNamed, told, toldMs } from './told.ts';

export interface Outcome {
  /** How long the container runs; Infinity: until it is stopped. */
  runForMs: number;
  exitCode: number;
  /** The last words in its log, when it ends by itself. */
  lastWords?: readonly string[];
}

interface Case {
  container: ContainerSpec;
  kind: ContainerRuntime['kind'];
  pod: KubeObject;
  /** The command line as one text. */
  line: string;
  seed: string;
}

const has = (container: ContainerSpec, ...names: string[]): boolean =>
  (container.envFrom?.length ?? 0) > 0 || (container.env ?? []).some(({ name }) => names.includes(name));

/** Programs that do what their input says, and images that start one. */
const READERS = /^(\/(usr\/)?bin\/)?(sh|ash|bash|dash|cat)( -[il]+)*$/;

/** A main process that waits for what comes on its input, and ends with it: `kubectl run -i … -- sh`. */
export function readsInput({ stdin, image, command, args }: ContainerSpec): boolean {
  if (!stdin) return false;
  const line = [...(command ?? []), ...(args ?? [])].join(' ');
  return READERS.test(line) || (line === '' && SHELL_IMAGES.has(imageName(image)));
}

const FOREVER: Outcome = { runForMs: Number.POSITIVE_INFINITY, exitCode: 0 };
const isBatch = (pod: KubeObject): boolean => ['Never', 'OnFailure'].includes(pod['spec'].restartPolicy);

/** Annotations tell how long the container runs, or how it ends: one of the main containers, or one by its name. */
export function isTold(pod: KubeObject, kind: ContainerRuntime['kind'], name: string): boolean {
  const tells = (what: 'run-for' | 'exit-code') =>
    isNamed(pod, name, what) || (kind === 'app' && told(pod, name, what) !== undefined);
  return tells('run-for') || tells('exit-code');
}

/** Where a server listens whose configuration nobody has changed, as far as the spec shows. */
function plainPort(container: ContainerSpec): number | undefined {
  const { ports, volumeMounts } = container;
  const port = usualPort(container);
  const isConfigured = volumeMounts?.some(({ mountPath }) => !mountPath.startsWith('/var/run/secrets/'));
  if (isConfigured || (ports?.length && !ports.some(({ containerPort }) => containerPort === port))) return undefined;
  return port;
}

/** The container that started before it in the pod and listens where it wants to listen. */
function holderOf({ spec }: KubeObject, container: ContainerSpec): ContainerSpec | undefined {
  const port = plainPort(container);
  const sidecars = ((spec.initContainers ?? []) as ContainerSpec[]).filter((one) => one.restartPolicy === 'Always');
  const all: ContainerSpec[] = [...sidecars, ...spec.containers];
  const before = all.slice(
    0,
    Math.max(
      all.findIndex(({ name }) => name === container.name),
      0,
    ),
  );
  return port === undefined ? undefined : before.find((one) => plainPort(one) === port);
}

/** How servers say that their port is taken. */
const bindWords: Readonly<Record<string, (port: number) => string[]>> = {
  nginx: (port) => [
    ...Array<string>(5).fill(`[emerg] 1#1: bind() to 0.0.0.0:${port} failed (98: Address already in use)`),
    '[emerg] 1#1: still could not bind()',
  ],
  httpd: (port) => [
    `(98)Address already in use: AH00072: make_sock: could not bind to address [::]:${port}`,
    'no listening sockets available, shutting down',
  ],
  redis: (port) => [
    `# Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`,
    '# Failed listening on port, aborting.',
  ],
  postgres: (port) => [
    `LOG:  could not bind IPv4 address "0.0.0.0": Address already in use`,
    `HINT:  Is another postmaster already running on port ${port}? If not, wait a few seconds and retry.`,
    'FATAL:  could not create any TCP/IP sockets',
  ],
};

/** How long a container runs and how it ends; the first case that holds decides. */
const cases: readonly { name: string; when: (about: Case) => boolean; outcome: (about: Case) => Outcome }[] = [
  {
    name: 'annotations say it',
    when: ({ pod, kind, container }) => isTold(pod, kind, container.name),
    outcome: ({ pod, container: { name } }) => {
      const [runFor, code] = [told(pod, name, 'run-for'), told(pod, name, 'exit-code')];
      return { runForMs: runFor ? durationOr(runFor, 1000) : 1000, exitCode: Number.parseInt(code ?? '0', 10) || 0 };
    },
  },
  { name: 'a shell with an input', when: ({ container }) => readsInput(container), outcome: () => FOREVER },
  {
    name: 'another container of the pod, which is one machine to them, has the port',
    when: ({ pod, container }) => holderOf(pod, container) !== undefined,
    outcome: ({ container, seed }) => ({
      // nginx tries five times.
      runForMs: imageName(container.image) === 'nginx' ? 2600 : between(`${seed} bind`, 60, 300),
      exitCode: 1,
      lastWords: bindWords[imageName(container.image)]?.(usualPort(container)!) ?? [
        `listen tcp :${usualPort(container)}: bind: address already in use`,
      ],
    }),
  },
  {
    name: 'a database without a password refuses to start',
    when: ({ container }) =>
      imageName(container.image) === 'postgres' &&
      !container.command &&
      !has(container, 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_HOST_AUTH_METHOD'),
    outcome: () => ({
      runForMs: 400,
      exitCode: 1,
      lastWords: [
        'Error: the database is not initialised and no superuser password is set.',
        '       Set POSTGRES_PASSWORD to a value that is not empty, or POSTGRES_HOST_AUTH_METHOD=trust to do without.',
      ],
    }),
  },
  {
    name: 'the same for MySQL and MariaDB',
    when: ({ container }) =>
      ['mysql', 'mariadb'].includes(imageName(container.image)) &&
      !container.command &&
      !has(
        container,
        'MYSQL_ROOT_PASSWORD',
        'MARIADB_ROOT_PASSWORD',
        'MYSQL_ALLOW_EMPTY_PASSWORD',
        'MYSQL_RANDOM_ROOT_PASSWORD',
      ),
    outcome: () => ({
      runForMs: 500,
      exitCode: 1,
      lastWords: ['[ERROR] [Entrypoint]: the database is not initialised and no root password option is set'],
    }),
  },
  {
    name: 'sleep infinity, tail -f',
    when: ({ line }) => /\bsleep\s+(infinity|inf)\b|\btail\s+-[fF]\b|\bwhile\s+(true|:)/.test(line),
    outcome: () => FOREVER,
  },
  {
    name: 'sleep and exit on the command line',
    when: ({ line }) => /\bsleep\s+\d|\bexit\s+\d|(^|[\s;&])false\s*$/.test(line),
    outcome: ({ line }) => {
      let seconds = 0;
      for (const [, number, unit] of line.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)([smhd]?)/g)) {
        seconds += Number(number) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's']!;
      }
      const code = line.match(/\bexit\s+(\d+)/)?.[1] ?? (/(^|[\s;&])false\s*$/.test(line) ? '1' : '0');
      return { runForMs: seconds * 1000 + 50, exitCode: Number(code) & 255 };
    },
  },
  {
    name: 'a shell or a greeting has nothing more to do',
    when: ({ container, line }) =>
      ['hello-world'].includes(imageName(container.image)) ||
      (['busybox', 'alpine', 'ubuntu', 'debian'].includes(imageName(container.image)) &&
        !/\b(httpd|nc|top|watch)\b/.test(line)),
    outcome: ({ seed }) => ({ runForMs: between(`${seed} run`, 40, 200), exitCode: 0 }),
  },
  {
    name: 'init containers do their step',
    when: ({ kind }) => kind === 'init',
    outcome: ({ seed }) => ({ runForMs: between(`${seed} run`, 800, 2400), exitCode: 0 }),
  },
  {
    name: 'batch work ends well',
    when: ({ pod }) => isBatch(pod) && pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true,
    outcome: ({ seed }) => ({ runForMs: between(`${seed} run`, 3000, 9000), exitCode: 0 }),
  },
];

export function outcomeOf(
  pod: KubeObject,
  container: ContainerSpec,
  kind: ContainerRuntime['kind'],
  run: number,
): Outcome {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const about: Case = { container, kind, pod, line, seed: `${pod.metadata.uid} ${container.name} ${run}` };
  return cases.find(({ when }) => when(about))?.outcome(about) ?? FOREVER;
}

/** What `stress --vm 2 --vm-bytes 100M` takes, as the documentation's tasks about memory run it; undefined for all else. */
function stressBytes({ command, args }: ContainerSpec): number | undefined {
  const words = [...(command ?? []), ...(args ?? [])];
  const after = (flag: string) => words[words.indexOf(flag, 1) + 1];
  if (!/(^|\/)stress(-ng)?$/.test(words[0] ?? '') || !words.includes('--vm-bytes')) return undefined;
  const [, number = '', unit = ''] = /^(\d+)([kKmMgG]?)[bB]?$/.exec(after('--vm-bytes') ?? '') ?? [];
  const workers = words.includes('--vm') ? Number(after('--vm')) || 1 : 1;
  return number === '' ? undefined : Number(number) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase()) * workers;
}

/** Milliseconds after its start at which a container is killed for want of memory; Infinity: never. */
export function oomAfterMs(pod: KubeObject, spec: ContainerSpec): number {
  const { name, resources } = spec;
  const after = toldMs(pod, name, 'oom-after');
  if (after !== undefined) return after;
  const usage = pod.metadata.annotations?.['kctl.dev/memory-usage'];
  const limit = resources?.limits?.['memory'];
  const stressed = limit === undefined ? undefined : stressBytes(spec);
  if (stressed !== undefined && stressed > bytesOf(limit!)) return between(`${pod.metadata.uid} ${name} oom`, 100, 900);
  if (usage === undefined || limit === undefined) return Number.POSITIVE_INFINITY;
  const isTooMuch = bytesOf(usage) > bytesOf(limit);
  // It has to grow first.
  return isTooMuch ? between(`${pod.metadata.uid} ${name} oom`, 2000, 6000) : Number.POSITIVE_INFINITY;
}

function bytesOf(text: string): number {
  try {
    return quantityValue(text);
  } catch {
    return 0;
  }
}

/** How long a container takes to end after SIGTERM, and with what code; a shell as process 1 ignores it until it is killed. */
export function stopOf(
  pod: KubeObject,
  container: ContainerSpec,
  graceMs: number,
): { afterMs: number; exitCode: number } {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const ignores = /\bsleep\b|\btail\s+-[fF]/.test(line) || ['busybox', 'alpine'].includes(imageName(container.image));
  if (ignores) return { afterMs: graceMs, exitCode: 137 };
  // The hook runs before SIGTERM and inside the grace period.
  const afterMs = preStopMs(container) + between(`${pod.metadata.uid} ${container.name} stop`, 250, 1500);
  return afterMs > graceMs ? { afterMs: graceMs, exitCode: 137 } : { afterMs, exitCode: 0 };
}

function preStopMs({ lifecycle }: ContainerSpec): number {
  const { preStop } = lifecycle ?? {};
  if (!preStop) return 0;
  if (preStop.sleep) return preStop.sleep.seconds * 1000;
  const seconds = preStop.exec?.command?.join(' ').match(/\bsleep\s+(\d+)/)?.[1];
  return seconds ? Number(seconds) * 1000 : 50;
}
