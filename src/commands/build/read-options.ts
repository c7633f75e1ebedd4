import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { checkAnnotations, parseAnnotation } from '../../oci/build/annotations.ts';
import { checkOutput, type Output, parseOutput } from '../../oci/build/output.ts';
import { ownPlatform, type Platform, parsePlatform, platformName } from '../../oci/build/plan/platform.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import type { CommandContext, Invocation } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readAllowed } from './allowed.ts';
import { readCall } from './call.ts';
import { refuseAttestations, refuseCaches, refuseDockerFlags } from './docker-flags.ts';
import { readHosts, readLimits, readSize } from './machine-flags.ts';
import type { BuildOptions } from './options.ts';
import { readSecrets } from './secrets.ts';
import { readSsh } from './ssh.ts';

const PROGRESS: readonly string[] = ['auto', 'plain', 'tty', 'quiet', 'none', 'rawjson'];
const NETWORKS = ['default', 'none', 'host'] as const;

/** @throws KctlError `usage` for flags that say nothing; `input` for files of secrets and keys that cannot be read */
export function readOptions(
  { args, flags, given }: Invocation,
  { tool, commandPath, io }: CommandContext,
): BuildOptions {
  const [folder] = args;
  if (folder === undefined || args.length > 1) {
    throw usageError(
      'name the folder to build, its address, or - for a tar or a Dockerfile on standard input',
      `${tool} ${commandPath}`,
    );
  }
  const text = (name: string): string => String(flags[name]);
  const list = (name: string) => (flags[name] as readonly string[] | undefined) ?? [];
  refuseDockerFlags(flags);
  refuseAttestations(text('provenance'), list('attest'));
  refuseCaches(list('cache-from'), list('cache-to'));
  const output: Output =
    text('output') === '' ? { type: 'image', destination: undefined, names: [] } : parseOutput(text('output'));
  const buildArgs = readPairs('build-arg', list('build-arg'), io.env);
  const epoch = buildArgs.get('SOURCE_DATE_EPOCH') ?? io.env.SOURCE_DATE_EPOCH;
  if (epoch) buildArgs.set('SOURCE_DATE_EPOCH', epoch);
  const filter = list('no-cache-filter');
  const quiet = flags.quiet === true;
  const progress = given.has('progress') ? text('progress') : (io.env.BUILDKIT_PROGRESS ?? 'auto');
  return {
    ...{ folder, output, quiet },
    file: text('file'),
    contexts: list('build-context'),
    asked: {
      buildArgs,
      target: text('target') || undefined,
      labels: readPairs('label', list('label'), undefined),
      platforms: readPlatforms(list('platform')),
      network: oneOf(NETWORKS, text('network'), (mode) => `network mode "${mode}" is not supported`),
      names: [...list('tag'), ...output.names].map(imageName),
      noCache: flags['no-cache'] === true || (filter.length > 0 && filter),
      epoch: epoch ? readEpoch(epoch) : undefined,
      annotations: list('annotation').flatMap(parseAnnotation),
      allowed: readAllowed(list('allow')),
      machine: {
        hosts: readHosts(list('add-host')),
        shmSize: readSize('shm-size', text('shm-size')),
        limits: readLimits(list('ulimit')),
      },
    },
    secrets: readSecrets(list('secret'), io),
    ssh: readSsh(list('ssh'), io),
    pull: flags.pull === true,
    call: flags.check === true ? { method: 'check', format: 'text' } : readCall(text('call')),
    progress: quiet ? 'quiet' : oneOf(PROGRESS, progress, (kind) => `there is no progress "${kind}"`),
    push: flags.push === true || output.push === true,
    metadataFile: text('metadata-file'),
    iidFile: text('iidfile'),
  };
}

/** What does not go together. @throws KctlError `usage` */
export function checkOptions({ asked, output, push }: BuildOptions, { stdout }: IoStreams): void {
  checkOutput(output, asked.platforms);
  checkAnnotations(asked.annotations, asked.platforms);
  if (push && output.type !== 'image') throw new KctlError('usage', 'push and this output cannot be used together');
  if (push && asked.names.length === 0) {
    throw new KctlError('usage', 'tag is needed when pushing to registry', {
      hint: 'Name the image: -t REGISTRY/NAME:TAG',
    });
  }
  if (output.destination === '-' && stdout.isTTY) {
    throw new KctlError('usage', 'cowardly refusing to write a tar to a terminal. Give dest=FILE or redirect');
  }
}

function oneOf<Word extends string>(known: readonly Word[], text: string, why: (text: string) => string): Word {
  const found = known.find((word) => word === text);
  if (found !== undefined) return found;
  throw new KctlError('usage', why(text), { hint: `There are: ${known.join(', ')}` });
}

function imageName(name: string): string {
  const reference = parseReference(name);
  if (reference.digest === undefined) return canonicalReference(reference);
  throw new KctlError('usage', `invalid tag "${name}": an image cannot be given a digest`);
}

/** Each once, in the order in which they are given. */
function readPlatforms(given: readonly string[]): Platform[] {
  const texts = given.join(',');
  if (texts === '') return [ownPlatform()];
  const platforms = texts.split(',').map(parsePlatform);
  return [...new Map(platforms.map((platform) => [platformName(platform), platform])).values()];
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
