import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { isImageName } from './image-name.ts';
import { readPairs } from './pairs.ts';
import { checkProfile, type Keeping } from './profiles.ts';

// biome-ignore lint/suspicious/noExplicitAny: a partial container is JSON with fields that no type of ours knows
export type PartialContainer = Record<string, any>;

export interface DebugOptions {
  targets: readonly string[];
  filenames: readonly string[];
  /** After `--`: the command of the new container, or its arguments with `argumentsOnly`. */
  args: readonly string[];
  argumentsOnly: boolean;
  attach: boolean;
  attachGiven: boolean;
  container: string;
  copyTo: string;
  replace: boolean;
  env: readonly { name: string; value: string }[];
  image: string;
  pullPolicy: string;
  stdin: boolean;
  tty: boolean;
  quiet: boolean;
  keeping: Keeping;
  sameNode: boolean;
  setImages: ReadonlyMap<string, string>;
  /** Undefined where the flag was not given: the copy is as its pod, and as the profile says. */
  shareProcesses: boolean | undefined;
  target: string;
  profile: string;
  custom: PartialContainer | undefined;
}

const bool = (name: string, describe: string, more: Partial<FlagSpec> = {}): FlagSpec => ({
  name,
  type: 'bool',
  default: false,
  describe,
  ...more,
});
const text = (name: string, describe: string, more: Partial<FlagSpec> = {}): FlagSpec => ({
  name,
  type: 'string',
  default: '',
  describe,
  ...more,
});

export const debugFlags: readonly FlagSpec[] = [
  bool('arguments-only', 'What follows -- are arguments of the image, not its command.'),
  bool('attach', 'Attach once the container runs; the default with -i.'),
  text('container', 'Name of the container that looks.', { short: 'c' }),
  text('copy-to', 'Make a copy of the pod with this name.'),
  text('custom', 'JSON or YAML file with a part of a container that is laid over the profile.'),
  {
    name: 'env',
    type: 'stringArray',
    default: [],
    describe: 'Variables of the container: KEY=VALUE, several with commas.',
  },
  { name: 'filename', short: 'f', type: 'stringSlice', default: [], describe: 'File that names what to look into.' },
  text('image', 'Image of the container that looks.'),
  text('image-pull-policy', 'When its image is pulled: Always, IfNotPresent or Never.'),
  bool('keep-annotations', 'The copy keeps the annotations.'),
  bool('keep-init-containers', 'The copy keeps the init containers.', { default: true }),
  bool('keep-labels', 'The copy keeps the labels.'),
  bool('keep-liveness', 'The copy keeps liveness probes.'),
  bool('keep-readiness', 'The copy keeps readiness probes.'),
  bool('keep-startup', 'The copy keeps startup probes.'),
  text('profile', 'What the container may: legacy, general, baseline, netadmin, restricted or sysadmin.', {
    default: 'legacy',
  }),
  bool('quiet', 'Say nothing but what is wrong.', { short: 'q' }),
  bool('replace', 'Delete the pod once its copy is made.'),
  bool('same-node', "Put the copy on the pod's node."),
  {
    name: 'set-image',
    type: 'stringArray',
    default: [],
    describe: 'Images of the copy: CONTAINER=IMAGE, several with commas; * is every container.',
  },
  bool('share-processes', 'The containers of the copy see the processes of each other.', { default: true }),
  bool('stdin', 'Keep the standard input of the container open.', { short: 'i' }),
  text('target', 'Join the processes of this container.'),
  bool('tty', 'Give the container a terminal.', { short: 't' }),
];

/** @throws KctlError for an unknown profile, a `--custom` file that cannot be used, pairs that are none */
export async function completeDebug(
  { args, afterDash = [], flags, given }: Invocation,
  { io, tool, commandPath }: CommandContext,
): Promise<DebugOptions> {
  const on = (name: string) => flags[name] === true;
  const word = (name: string) => String(flags[name] ?? '');
  const pairs = (name: string) => readPairs(name, flags[name] as readonly string[], `${tool} ${commandPath}`);
  const env = [...pairs('env')].map(([name, value]) => ({ name, value }));
  const setImages = pairs('set-image');
  checkProfile(word('profile'));
  return {
    targets: args,
    filenames: flags.filename as readonly string[],
    args: afterDash,
    argumentsOnly: on('arguments-only'),
    attach: given.has('attach') ? on('attach') : on('stdin'),
    attachGiven: given.has('attach'),
    container: word('container'),
    copyTo: word('copy-to'),
    replace: on('replace'),
    env,
    image: word('image'),
    pullPolicy: word('image-pull-policy'),
    stdin: on('stdin'),
    tty: on('tty'),
    quiet: on('quiet'),
    keeping: {
      labels: on('keep-labels'),
      annotations: on('keep-annotations'),
      liveness: on('keep-liveness'),
      readiness: on('keep-readiness'),
      startup: on('keep-startup'),
      initContainers: on('keep-init-containers'),
    },
    sameNode: on('same-node'),
    setImages,
    shareProcesses: given.has('share-processes') ? on('share-processes') : undefined,
    target: word('target'),
    profile: word('profile'),
    custom: word('custom') === '' ? undefined : await readCustom(word('custom'), io.cwd),
  };
}

async function readCustom(path: string, cwd: string): Promise<PartialContainer> {
  const content = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file or directory' : error.message;
    throw new KctlError('input', `must pass a container spec json file for custom profile: open ${path}: ${why}`);
  });
  const { parseYamlDocuments } = await import('../../lib/yaml.ts');
  try {
    const [value] = parseYamlDocuments(content, path);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as PartialContainer;
  } catch (cause) {
    throw notContainer(path, (cause as Error).message);
  }
  throw notContainer(path, 'it is not an object');
}

function notContainer(path: string, why: string): KctlError {
  return new KctlError('input', `${path} does not contain a valid container spec: ${why}`);
}

const policies = new Set(['', 'Always', 'IfNotPresent', 'Never']);
const hasAny = (container: PartialContainer) =>
  ['name', 'image', 'lifecycle'].some((field) => container[field]) ||
  ['command', 'volumeDevices'].some((field) => container[field]?.length > 0);

/** What cannot be, in kubectl's order and words; the first that is so counts. */
const rules: readonly (readonly [(options: DebugOptions) => boolean, string | ((options: DebugOptions) => string)])[] =
  [
    [
      ({ attach, attachGiven, image, container }) => attach && attachGiven && image === '' && container === '',
      'you must specify --container or create a new container using --image in order to attach.',
    ],
    [
      ({ copyTo, image, setImages, args }) =>
        copyTo !== '' && image === '' && setImages.size === 0 && args.length === 0,
      'you must specify --image, --set-image or command arguments.',
    ],
    [
      ({ copyTo, image, container, args }) => copyTo !== '' && args.length > 0 && container === '' && image === '',
      'you must specify an existing container or a new image when specifying args.',
    ],
    [({ copyTo, replace }) => copyTo === '' && replace, '--replace may only be used with --copy-to.'],
    [({ copyTo, sameNode }) => copyTo === '' && sameNode, '--same-node may only be used with --copy-to.'],
    [({ copyTo, setImages }) => copyTo === '' && setImages.size > 0, '--set-image may only be used with --copy-to.'],
    [({ copyTo, image }) => copyTo === '' && image === '', 'you must specify --image when not using --copy-to.'],
    [
      ({ image }) => image !== '' && !isImageName(image),
      ({ image }) => `invalid image name ${JSON.stringify(image)}: invalid reference format`,
    ],
    [
      ({ targets, filenames }) => targets.length === 0 && filenames.length === 0,
      'NAME or filename is required for debug',
    ],
    [({ pullPolicy }) => !policies.has(pullPolicy), ({ pullPolicy }) => `invalid image pull policy: ${pullPolicy}`],
    [({ setImages }) => wrongImage(setImages) !== undefined, ({ setImages }) => wrongImage(setImages)!],
    [
      ({ target, copyTo }) => target !== '' && copyTo !== '',
      '--target is incompatible with --copy-to. Use --share-processes instead.',
    ],
  ];

function wrongImage(images: ReadonlyMap<string, string>): string | undefined {
  const wrong = [...images].find(([, image]) => !isImageName(image));
  if (!wrong) return undefined;
  const [name, image] = wrong.map((word) => JSON.stringify(word));
  return `invalid image name ${image} for container ${name}: invalid reference format`;
}

export function validateDebug(options: DebugOptions, { io }: CommandContext): void {
  const broken = rules.find(([isBroken]) => isBroken(options));
  if (broken) throw new KctlError('usage', typeof broken[1] === 'string' ? broken[1] : broken[1](options));
  const { target, quiet, tty, stdin, custom, profile } = options;
  if (target !== '' && !quiet) {
    io.stdout.write(
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  }
  if (tty && !stdin) throw new KctlError('usage', '-i/--stdin is required for containers with -t/--tty=true');
  if (custom && hasAny(custom)) {
    throw new KctlError(
      'usage',
      'name, command, image, lifecycle and volume devices are not modifiable via custom profile',
    );
  }
  if (profile === 'legacy') {
    io.stderr.write(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
  }
}
