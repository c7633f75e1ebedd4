import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { sizeText } from '../../lib/size-text.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { type Annotation, checkAnnotations, parseAnnotation } from '../../oci/build/annotations.ts';
import { type BuildRequest, type BuildTools, buildImage, planFor } from '../../oci/build/build-image.ts';
import { checkOutput, deliver, type Output, parseOutput } from '../../oci/build/deliver-image.ts';
import { parseDockerfile } from '../../oci/build/dockerfile/parse-dockerfile.ts';
import { checkFile } from '../../oci/build/lint/check-file.ts';
import { checkSettings, Warnings } from '../../oci/build/lint/warnings.ts';
import { type Pull, storedBases } from '../../oci/build/plan/base-image.ts';
import { ownPlatform, type Platform, parsePlatform, platformName } from '../../oci/build/plan/platform.ts';
import { plainProgress, quietProgress } from '../../oci/build/progress/plain-progress.ts';
import type { BuildProgress } from '../../oci/build/progress/progress.ts';
import { rawProgress } from '../../oci/build/progress/raw-progress.ts';
import { TerminalBuildProgress } from '../../oci/build/progress/terminal-progress.ts';
import { SshAgents } from '../../oci/build/ssh/ssh-agents.ts';
import type { MachineSettings } from '../../oci/build/steps/build-room.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import type { RootFilesystems } from '../../oci/rootfs/types.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { type CommandContext, defineCommand, type FlagSpec } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readAllowed } from './allowed.ts';
import { type Call, readCall } from './call.ts';
import { cacheFlags, dockerFlags, refuseAttestations, refuseCaches, refuseDockerFlags } from './docker-flags.ts';
import { readHosts, readLimits, readSize } from './machine-flags.ts';
import { metadataText } from './metadata.ts';
import { outlineJson, outlineOf, outlineText } from './outline.ts';
import { pushAll } from './push-built.ts';
import { type BuildInputs, readInputs } from './read-inputs.ts';
import {
  checkedBefore,
  checkJson,
  checkReport,
  failureContext,
  type Shown,
  solveError,
  warningLines,
} from './report.ts';
import { readSecrets } from './secrets.ts';
import { readSsh } from './ssh.ts';
import { targetsJson, targetsText } from './targets.ts';

interface BuildOptions {
  folder: string;
  file: string;
  names: readonly string[];
  target: string | undefined;
  buildArgs: ReadonlyMap<string, string>;
  contexts: readonly string[];
  labels: ReadonlyMap<string, string>;
  secrets: ReturnType<typeof readSecrets>;
  ssh: ReturnType<typeof readSsh>;
  allowed: ReadonlySet<string>;
  platforms: readonly Platform[];
  output: Output;
  network: BuildRequest['network'];
  progress: string;
  noCache: boolean | readonly string[];
  annotations: readonly Annotation[];
  machine: MachineSettings;
  push: boolean;
  metadataFile: string;
  call: Call;
  pull: boolean;
  quiet: boolean;
  iidFile: string;
  /** ms */
  epoch: number | undefined;
}

const PROGRESS: readonly string[] = ['auto', 'plain', 'tty', 'quiet', 'none', 'rawjson'];
const NETWORKS: readonly string[] = ['default', 'none', 'host'];

const text = (name: string, describe: string, short?: string): FlagSpec => ({
  ...{ name, type: 'string', default: '', describe },
  ...(short ? { short } : {}),
});
const texts = (name: string, describe: string, short?: string): FlagSpec => ({
  ...{ name, type: 'stringArray', describe },
  ...(short ? { short } : {}),
});
const slices = (name: string, describe: string): FlagSpec => ({ name, type: 'stringSlice', describe });
const bool = (name: string, describe: string, short?: string): FlagSpec => ({
  ...{ name, type: 'bool', default: false, describe },
  ...(short ? { short } : {}),
});

/** `kctl build`: an image from a Dockerfile, as `docker build` makes it. */
export const buildCommand = defineCommand<BuildOptions>({
  flags: [
    texts('tag', 'Name of the image: shop/web:1. May be given several times.', 't'),
    text('file', "The Dockerfile, - for standard input; the folder's own.", 'f'),
    text('target', 'Build this stage; the last one.'),
    texts('build-arg', 'Value of an ARG: NAME=VALUE, or NAME for that of the environment.'),
    texts(
      'platform',
      "os/arch[/variant] of the image; this machine's. Several after commas make an image of all of them.",
    ),
    bool('pull', 'Ask registries for newer base images, also where the image store has some.'),
    bool('no-cache', 'Do all steps again.'),
    slices('no-cache-filter', 'Do all steps of these stages again.'),
    texts(
      'build-context',
      'Another context, by the name of a stage or an image: NAME=FOLDER, an address, docker-image://IMAGE or oci-layout://FOLDER.',
    ),
    texts('label', 'Label of the image: NAME=VALUE.'),
    texts('ssh', 'An SSH agent for RUN --mount=type=ssh: default (that of SSH_AUTH_SOCK), ID=SOCKET, or ID=KEY[,KEY].'),
    texts('allow', 'Allow RUN what it may not have else: network.host, security.insecure.'),
    texts('secret', 'A secret for RUN --mount=type=secret: id=NAME,src=FILE or id=NAME,env=VARIABLE.'),
    text(
      'output',
      'Where the result goes: FOLDER, - (tar), or type=image|docker|oci|local|tar[,dest=PATH]; the image store.',
      'o',
    ),
    bool('push', 'Push the image when it is built, under all its names.'),
    bool('load', 'Put the image into the image store, where it goes anyway.'),
    texts('annotation', 'Annotation of the manifest: KEY=VALUE; index:KEY=VALUE, manifest[linux/arm64]:KEY=VALUE.'),
    text('metadata-file', 'Write digests, names and warnings to this file, as JSON.'),
    texts('add-host', 'A line of /etc/hosts for RUN: NAME=ADDRESS.'),
    text('shm-size', 'Size of /dev/shm for RUN: 64m.'),
    texts('ulimit', 'A limit of processes of RUN: nofile=1024:2048.'),
    { ...text('progress', 'How steps are shown: auto, plain, tty, quiet or rawjson.'), default: 'auto' },
    {
      ...text('call', 'What to do: build, check, outline (what it takes) or targets; with ,format=json for programs.'),
      default: 'build',
    },
    bool('check', 'Only check the Dockerfile, as --call=check; ends with 1 where something is found.'),
    { ...text('provenance', 'Of docker: false, as images are made without attestations.'), bare: 'true' },
    texts('attest', 'Of docker: only what is disabled, as images are made without attestations.'),
    ...cacheFlags,
    ...dockerFlags,
    bool('quiet', 'Show no steps; print the id of the image.', 'q'),
    text('iidfile', 'Write the id of the image to this file.'),
    { ...text('network', 'Network of RUN: default, none or host.'), default: 'default' },
  ],
  complete({ args, flags, given }, { tool, commandPath, io }) {
    if (args.length !== 1)
      throw usageError(
        'name the folder to build, its address, or - for a tar or a Dockerfile on standard input',
        `${tool} ${commandPath}`,
      );
    refuseDockerFlags(flags);
    const list = (name: string) => (flags[name] as readonly string[] | undefined) ?? [];
    refuseAttestations(String(flags.provenance), list('attest'));
    refuseCaches(list('cache-from'), list('cache-to'));
    const filter = list('no-cache-filter');
    const output: Output =
      flags.output === '' ? { type: 'image', destination: undefined, names: [] } : parseOutput(String(flags.output));
    const buildArgs = readPairs('build-arg', list('build-arg'), io.env);
    const epoch = buildArgs.get('SOURCE_DATE_EPOCH') ?? io.env.SOURCE_DATE_EPOCH;
    if (epoch) buildArgs.set('SOURCE_DATE_EPOCH', epoch);
    const progress = given.has('progress') ? String(flags.progress) : (io.env.BUILDKIT_PROGRESS ?? 'auto');
    return {
      folder: args[0]!,
      file: String(flags.file),
      names: [...list('tag'), ...output.names].map((name) => imageName(name)),
      target: String(flags.target) || undefined,
      buildArgs,
      contexts: list('build-context'),
      labels: readPairs('label', list('label'), undefined),
      secrets: readSecrets(list('secret'), io),
      ssh: readSsh(list('ssh'), io),
      allowed: readAllowed(list('allow')),
      platforms: readPlatforms(list('platform').join(',')),
      output,
      network: String(flags.network) as BuildRequest['network'],
      progress: flags.quiet === true ? 'quiet' : progress,
      noCache: flags['no-cache'] === true || (filter.length > 0 && filter),
      annotations: list('annotation').flatMap(parseAnnotation),
      machine: {
        hosts: readHosts(list('add-host')),
        shmSize: readSize('shm-size', String(flags['shm-size'])),
        limits: readLimits(list('ulimit')),
      },
      push: flags.push === true || output.push === true,
      metadataFile: String(flags['metadata-file']),
      call: flags.check === true ? { method: 'check', format: 'text' } : readCall(String(flags.call)),
      pull: flags.pull === true,
      quiet: flags.quiet === true,
      iidFile: String(flags.iidfile),
      epoch: epoch ? readEpoch(epoch) : undefined,
    };
  },
  validate({ progress, network, output, platforms, annotations, push, names }, { io }) {
    checkOutput(output, platforms);
    checkAnnotations(annotations, platforms);
    if (push && output.type !== 'image') throw new KctlError('usage', 'push and this output cannot be used together');
    if (push && names.length === 0) {
      throw new KctlError('usage', 'tag is needed when pushing to registry', {
        hint: 'Name the image: -t REGISTRY/NAME:TAG',
      });
    }
    if (!PROGRESS.includes(progress)) {
      throw new KctlError('usage', `there is no progress "${progress}"`, { hint: `There are: ${PROGRESS.join(', ')}` });
    }
    if (!NETWORKS.includes(network)) {
      throw new KctlError('usage', `network mode "${network}" is not supported`, {
        hint: `There are: ${NETWORKS.join(', ')}`,
      });
    }
    if (output.destination === '-' && io.stdout.isTTY) {
      throw new KctlError('usage', 'cowardly refusing to write a tar to a terminal. Give dest=FILE or redirect');
    }
  },
  async run(options, context) {
    const { folder, file, secrets, buildArgs } = options;
    await using inputs = await readInputs(folder, file, context.io, {
      signal: context.signal,
      secret: async (id) => secrets.get(id)?.(),
      keepsGitDir: /^(1|t|true)$/i.test(buildArgs.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? ''),
      contexts: options.contexts,
    });
    const store = openImageStore(imageStorePath(context.io.env));
    try {
      const { method } = options.call;
      if (method === 'build') return await build(options, inputs, store, context);
      return await check(options, inputs, store, context);
    } finally {
      store.close();
    }
  },
});

function imageName(name: string): string {
  const reference = parseReference(name);
  if (reference.digest === undefined) return canonicalReference(reference);
  throw new KctlError('usage', `invalid tag "${name}": an image cannot be given a digest`);
}

/** Each once, in the order in which they are given. */
function readPlatforms(texts: string): Platform[] {
  if (texts === '') return [ownPlatform()];
  const found = new Map<string, Platform>();
  for (const text of texts.split(',')) {
    const platform = parsePlatform(text);
    found.set(platformName(platform), platform);
  }
  return [...found.values()];
}

function readEpoch(epoch: string): number {
  if (/^\d{1,11}$/.test(epoch)) return Number(epoch) * 1000;
  throw new KctlError('usage', `invalid SOURCE_DATE_EPOCH ${JSON.stringify(epoch)}: it is a number of seconds`);
}

/** @param env where names without a value get theirs; undefined where they have none then */
function readPairs(flag: string, given: readonly string[], env: IoStreams['env'] | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of given) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (name === '') throw new KctlError('usage', `invalid --${flag} ${JSON.stringify(pair)}: it is NAME=VALUE`);
    const value = equals >= 0 ? pair.slice(equals + 1) : env ? env[name] : '';
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

async function build(
  options: BuildOptions,
  inputs: BuildInputs,
  store: ImageStore,
  context: CommandContext,
): Promise<number> {
  const { io, signal, tool } = context;
  const progress = progressFor(options.progress, io);
  const shown: Shown = { name: inputs.name, text: inputs.text };
  let warnings: Warnings | undefined;
  await using agents = new SshAgents(options.ssh);
  try {
    load(progress, inputs);
    const request = { ...requestOf(options, inputs), ssh: (id: string) => agents.find(id) };
    warnings = request.warnings;
    const { names, output } = options;
    const tools: BuildTools = {
      ...{ store, progress, signal, now: Date.now, roots: onceOpened(store, io.env) },
      resolve: storedBases(store, pullFor(store, context), options.pull),
    };
    const image = await buildImage(request, tools, (made) =>
      deliver(output, made, names, { store, cwd: io.cwd, stdout: io.stdout }),
    );
    progress.end();
    if (options.push) await pushAll(names, context);
    if (options.metadataFile !== '') {
      await writeFile(resolve(io.cwd, options.metadataFile), metadataText(image, names, warnings.list(), shown));
    }
    if (options.iidFile !== '') await writeFile(resolve(io.cwd, options.iidFile), image.id);
    if (options.quiet && output.destination !== '-') io.stdout.write(`${image.id}\n`);
    if (image.plan.unusedArgs.length > 0) {
      io.stderr.write(`\n[Warning] One or more build-args [${image.plan.unusedArgs.join(' ')}] were not consumed\n`);
    }
    if (!options.quiet) io.stderr.write(warningLines(warnings.list(), tool));
    return 0;
  } catch (error) {
    progress.end();
    if (signal.aborted)
      throw new KctlError('input', 'failed to solve: Canceled: context canceled', { prefix: 'ERROR: ', cause: error });
    const found = warnings?.list() ?? checkedBefore(error);
    if (!options.quiet) io.stderr.write(warningLines(found, tool));
    io.stderr.write(failureContext(error, shown));
    throw solveError(error);
  }
}

async function check(
  options: BuildOptions,
  inputs: BuildInputs,
  store: ImageStore,
  { io, signal }: CommandContext,
): Promise<number> {
  const { method, format } = options.call;
  const shown: Shown = { name: inputs.name, text: inputs.text };
  try {
    const request = requestOf(options, inputs);
    // A check asks no registry.
    const tools = { store, resolve: storedBases(store), progress: quietProgress(Date.now), signal };
    if (method === 'targets') {
      io.stdout.write(format === 'json' ? targetsJson(request.file, shown) : targetsText(request.file));
      return 0;
    }
    const [plan] = await planFor(request, tools, true);
    if (method === 'outline') {
      const outline = outlineOf(request, plan!.target);
      io.stdout.write(format === 'json' ? outlineJson(outline, shown) : outlineText(outline));
      return 0;
    }
    const found = request.warnings.list();
    io.stdout.write(format === 'json' ? checkJson(found, shown) : checkReport(found, shown));
    return found.length > 0 ? 1 : 0;
  } catch (error) {
    const before = checkedBefore(error);
    if (method === 'check' && before.length > 0) io.stdout.write(checkReport(before, shown));
    io.stderr.write(failureContext(error, shown));
    throw solveError(error);
  }
}

/** @throws DockerfileError */
function requestOf(options: BuildOptions, inputs: BuildInputs): BuildRequest {
  const file = parseDockerfile(inputs.text);
  const settings = options.buildArgs.get('BUILDKIT_DOCKERFILE_CHECK') ?? file.directives.check;
  const warnings = new Warnings(checkSettings(settings));
  checkFile(file, warnings);
  const { annotations, machine } = options;
  const { identity, context, contextName, contexts, ignore } = inputs;
  const { target, buildArgs, labels, platforms, network, names, noCache, epoch, secrets, allowed } = options;
  return {
    ...{
      file,
      identity,
      context,
      contextName,
      contexts,
      ignore,
      target,
      buildArgs,
      labels,
      platforms,
      network,
      names,
      noCache,
      epoch,
      warnings,
      allowed,
      annotations,
      machine,
    },
    secret: async ({ id }) => secrets.get(id)?.(),
  };
}

/** Pulls as `kctl pull` does. What does that is loaded with the first image that is not there. */
function pullFor(store: ImageStore, context: CommandContext): Pull {
  return async (reference, platform, say) => {
    const [{ pullImage }, { userRegistries }] = await Promise.all([
      import('../../oci/transfer/pull-image.ts'),
      import('../pull/registry-access.ts'),
    ]);
    const registries = userRegistries(context, [], { insecure: false, plainHttp: false });
    const { tally } = await pullImage(store, reference, {
      ...{ registries, platform: platformName(platform), signal: context.signal },
      on(event) {
        if (event.kind === 'layers') say(`pulling ${event.layers.length} layers`);
        if (event.kind === 'retry') say(event.reason);
        if (event.kind === 'note') say(event.text);
      },
    });
    say(`${sizeText(tally.travelled)} travelled, ${sizeText(tally.reused)} were there`);
  };
}

/** What runs commands is loaded with the first command. */
function onceOpened(store: ImageStore, env: IoStreams['env']): () => Promise<RootFilesystems> {
  let opened: Promise<RootFilesystems> | undefined;
  return () => {
    opened ??= import('../container/open-root.ts').then(({ rootsFor }) => rootsFor(store, env));
    return opened;
  };
}

function load(progress: BuildProgress, { name, text: content, context }: BuildInputs): void {
  const definition = progress.begin(`[internal] load build definition from ${name}`);
  definition.note(`transferring dockerfile: ${Buffer.byteLength(content)}B done`);
  definition.done();
  if (context !== undefined) progress.begin('[internal] load .dockerignore').done();
}

function progressFor(kind: string, { stderr, env }: IoStreams): BuildProgress {
  if (kind === 'quiet' || kind === 'none') return quietProgress(Date.now);
  if (kind === 'rawjson') return rawProgress((line) => void stderr.write(line), Date.now);
  const isTerminal = stderr.isTTY === true && env.TERM !== 'dumb';
  if (kind === 'tty' && !isTerminal)
    throw new KctlError('usage', 'standard error is no terminal', { hint: 'Use --progress=plain.' });
  if (kind === 'plain' || !isTerminal) return plainProgress((line) => void stderr.write(line), Date.now);
  return new TerminalBuildProgress(rawTerminal(stderr), Date.now, !env.NO_COLOR);
}
