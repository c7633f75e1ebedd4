import { KctlError } from '../../lib/errors.ts';
import { Containers } from '../../oci/containers/containers.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import { type RunConfig, readImage } from '../../oci/store/read-image.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { withProgress } from '../shared/progress.ts';
import { layersOf, rootsFor } from './open-root.ts';

interface RunOptions {
  image: string;
  command: readonly string[];
  name: string | undefined;
  isRemoved: boolean;
  env: readonly string[];
  workdir: string;
  user: string;
  entrypoint: string | undefined;
  network: string;
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `kctl container run`: a command in a new writable layer upon an image, which is kept. */
export const runCommand = defineCommand<RunOptions>({
  takesCommand: true,
  flags: [
    { name: 'rm', type: 'bool', default: false, describe: 'Remove the writable layer afterwards.' },
    { name: 'name', type: 'string', default: '', describe: 'How the container is called.' },
    {
      name: 'env',
      short: 'e',
      type: 'stringArray',
      default: [],
      describe: "NAME=VALUE, or NAME for this shell's value.",
    },
    { name: 'workdir', short: 'w', type: 'string', default: '', describe: 'The folder in which the command starts.' },
    { name: 'user', short: 'u', type: 'string', default: '', describe: 'NAME|UID[:GROUP|GID] of the image.' },
    { name: 'entrypoint', type: 'string', describe: "A program in place of the image's." },
    { name: 'network', type: 'string', default: 'host', describe: "host: this machine's; none: loopback only." },
  ],
  complete({ args, afterDash = [], flags }, { tool, commandPath, io }) {
    const [image, ...words] = args;
    if (image === undefined) throw usageError('name an image', `${tool} ${commandPath}`);
    const network = String(flags.network);
    if (network !== 'host' && network !== 'none')
      throw usageError('--network must be host or none', `${tool} ${commandPath}`);
    return {
      ...{ image, network, command: [...words, ...afterDash] },
      name: String(flags.name) || undefined,
      isRemoved: flags.rm === true,
      env: (flags.env as readonly string[]).flatMap((entry) => (entry.includes('=') ? [entry] : given(entry, io.env))),
      workdir: String(flags.workdir),
      user: String(flags.user),
      entrypoint: flags.entrypoint === undefined ? undefined : String(flags.entrypoint),
    };
  },
  async run(options, { io, signal }) {
    const store = openImageStore(imageStorePath(io.env));
    try {
      const found = await store.images.find(options.image);
      const image = await readImage(store, found.target);
      const settings = image.config.config ?? {};
      const argv = commandOf(settings, options);
      const layers = layersOf(image);
      const roots = await rootsFor(store, io.env);
      const containers = new Containers(store);
      const container = containers.create({
        ...{ name: options.name, image: options.image, target: image.target, layers },
        ...{ command: [...argv], createdAt: Date.now(), mount: roots.ability.mount },
      });
      let code = 255;
      try {
        const keep = containers.rootOf(container);
        const opening = () => roots.open(layers, { keep, signal });
        await using root = await withProgress(io, () => `unpacking ${options.image}`, opening);
        const result = await root.run(
          {
            ...{ argv, mounts: [], user: options.user || settings.User || '' },
            env: environment(settings, options.env, container.id.slice(0, 12)),
            cwd: options.workdir || settings.WorkingDir || '/',
            network: options.network as 'host' | 'none',
            hostname: container.id.slice(0, 12),
          },
          { signal, output: (chunk, stream) => void io[stream].write(chunk) },
        );
        code = result.code;
        return code;
      } catch (error) {
        if (error instanceof KctlError && error.exitCode > 1) code = error.exitCode;
        throw error;
      } finally {
        if (options.isRemoved) await containers.remove(container);
        else containers.save({ ...container, process: undefined, end: { code, at: Date.now() } });
      }
    } finally {
      store.close();
    }
  },
});

/** Docker's table: a command takes the place of CMD; an entry point takes that of ENTRYPOINT, and CMD goes. */
function commandOf({ Entrypoint, Cmd }: RunConfig, { entrypoint, command }: RunOptions): readonly string[] {
  const before = entrypoint === undefined ? (Entrypoint ?? []) : entrypoint === '' ? [] : [entrypoint];
  const rest = command.length > 0 ? command : entrypoint === undefined ? (Cmd ?? []) : [];
  const argv = [...before, ...rest];
  if (argv.length === 0)
    throw new KctlError('input', 'no command specified', { hint: 'The image has none: name one after --.' });
  return argv;
}

function environment({ Env }: RunConfig, asked: readonly string[], hostname: string): string[] {
  const found = new Map<string, string>();
  for (const entry of [DEFAULT_PATH, `HOSTNAME=${hostname}`, ...(Env ?? []), ...asked]) {
    found.set(entry.slice(0, entry.indexOf('=')), entry);
  }
  return [...found.values()];
}

function given(name: string, env: Record<string, string | undefined>): string[] {
  const value = env[name];
  return value === undefined ? [] : [`${name}=${value}`];
}
