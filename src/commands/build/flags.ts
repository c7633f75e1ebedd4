import type { FlagSpec } from '../command.ts';
import { cacheFlags, dockerFlags } from './docker-flags.ts';

type More = Omit<FlagSpec, 'name' | 'type' | 'describe'>;

const text = (name: string, describe: string, more: More = {}): FlagSpec => ({
  ...{ name, type: 'string', default: '', describe },
  ...more,
});
const texts = (name: string, describe: string, more: More = {}): FlagSpec => ({
  ...{ name, type: 'stringArray', describe },
  ...more,
});
const bool = (name: string, describe: string, more: More = {}): FlagSpec => ({
  ...{ name, type: 'bool', default: false, describe },
  ...more,
});

/** The flags of `kctl build`. Names and meanings are docker's (docs.docker.com/reference/cli/docker/buildx/build). */
export const buildFlags: readonly FlagSpec[] = [
  texts('tag', 'Name of the image: shop/web:1. May be given several times.', { short: 't' }),
  text('file', "The Dockerfile, - for standard input; the folder's own.", { short: 'f' }),
  text('target', 'Build this stage; the last one.'),
  texts('build-arg', 'Value of an ARG: NAME=VALUE, or NAME for that of the environment.'),
  texts(
    'platform',
    "os/arch[/variant] of the image; this machine's. Several after commas make an image of all of them.",
  ),
  bool('pull', 'Ask registries for newer base images, also where the image store has some.'),
  bool('no-cache', 'Do all steps again.'),
  { name: 'no-cache-filter', type: 'stringSlice', describe: 'Do all steps of these stages again.' },
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
    { short: 'o' },
  ),
  bool('push', 'Push the image when it is built, under all its names.'),
  bool('load', 'Put the image into the image store, where it goes anyway.'),
  texts('annotation', 'Annotation of the manifest: KEY=VALUE; index:KEY=VALUE, manifest[linux/arm64]:KEY=VALUE.'),
  text('metadata-file', 'Write digests, names and warnings to this file, as JSON.'),
  texts('add-host', 'A line of /etc/hosts for RUN: NAME=ADDRESS.'),
  text('shm-size', 'Size of /dev/shm for RUN: 64m.'),
  texts('ulimit', 'A limit of processes of RUN: nofile=1024:2048.'),
  text('progress', 'How steps are shown: auto, plain, tty, quiet or rawjson.', { default: 'auto' }),
  text('call', 'What to do: build, check, outline (what it takes) or targets; with ,format=json for programs.', {
    default: 'build',
  }),
  bool('check', 'Only check the Dockerfile, as --call=check; ends with 1 where something is found.'),
  text('provenance', 'Of docker: false, as images are made without attestations.', { bare: 'true' }),
  texts('attest', 'Of docker: only what is disabled, as images are made without attestations.'),
  ...cacheFlags,
  ...dockerFlags,
  bool('quiet', 'Show no steps; print the id of the image.', { short: 'q' }),
  text('iidfile', 'Write the id of the image to this file.'),
  text('network', 'Network of RUN: default, none or host.', { default: 'default' }),
];
