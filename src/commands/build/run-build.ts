import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { buildImage } from '../../oci/build/build-image.ts';
import type { BuildTools } from '../../oci/build/build-request.ts';
import { deliver } from '../../oci/build/deliver-image.ts';
import type { BuildResult } from '../../oci/build/export-image.ts';
import type { Warnings } from '../../oci/build/lint/warnings.ts';
import { storedBases } from '../../oci/build/plan/base-image.ts';
import type { BuildProgress } from '../../oci/build/progress/progress.ts';
import { SshAgents } from '../../oci/build/ssh/ssh-agents.ts';
import type { RootFilesystems } from '../../oci/rootfs/types.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import type { CommandContext } from '../command.ts';
import { metadataText } from './metadata.ts';
import type { BuildOptions } from './options.ts';
import { pullBase } from './pull-base.ts';
import { pushAll } from './push-built.ts';
import type { BuildInputs } from './read-inputs.ts';
import { checkedBefore, failedLines, type Shown, solveError, tailLines, warningLines } from './report.ts';
import { CHECK_SETTINGS, requestOf } from './request-of.ts';

/** Builds, and brings the image where it is wanted. @returns the exit code */
export async function runBuild(
  options: BuildOptions,
  inputs: BuildInputs,
  store: ImageStore,
  context: CommandContext,
  progress: BuildProgress,
): Promise<number> {
  const { io, signal, tool } = context;
  const { output, quiet, asked } = options;
  // Lines for programs, or none at all.
  const isSilent = options.progress === 'rawjson' || options.progress === 'quiet';
  const shown: Shown = { name: inputs.name, text: inputs.text };
  let warnings: Warnings | undefined;
  await using agents = new SshAgents(options.ssh);
  try {
    showInputs(progress, inputs);
    const request = { ...requestOf(options, inputs), ssh: (id: string) => agents.find(id) };
    warnings = request.warnings;
    const tools: BuildTools = {
      ...{ store, progress, signal, now: Date.now, roots: onceOpened(store, io.env) },
      resolve: storedBases(store, pullBase(store, context), options.pull),
    };
    const image = await buildImage(request, tools, (made) =>
      deliver(output, made, asked.names, { store, cwd: io.cwd, stdout: io.stdout }),
    );
    progress.end();
    if (options.push) await pushAll(asked.names, context);
    await writeFacts(options, image, metadataText(image, asked.names, warnings.list(), shown), io);
    if (quiet && output.destination !== '-') io.stdout.write(`${image.id}\n`);
    if (image.plan.unusedArgs.length > 0) {
      io.stderr.write(`\n[Warning] One or more build-args [${image.plan.unusedArgs.join(' ')}] were not consumed\n`);
    }
    if (!isSilent) io.stderr.write(warningLines(warnings.list(), tool));
    return 0;
  } catch (error) {
    progress.end();
    if (signal.aborted) {
      throw new KctlError('input', 'failed to solve: Canceled: context canceled', { prefix: 'ERROR: ', cause: error });
    }
    if (options.progress !== 'rawjson') io.stderr.write(tailLines(error));
    if (!isSilent)
      io.stderr.write(
        warningLines(warnings?.list() ?? checkedBefore(error, asked.buildArgs.get(CHECK_SETTINGS)), tool),
      );
    io.stderr.write(failedLines(error, shown));
    throw solveError(error);
  }
}

/** `--metadata-file`, `--iidfile`. */
async function writeFacts(
  { metadataFile, iidFile }: BuildOptions,
  { id }: BuildResult,
  metadata: string,
  { cwd }: IoStreams,
): Promise<void> {
  if (metadataFile !== '') await writeFile(resolve(cwd, metadataFile), metadata);
  if (iidFile !== '') await writeFile(resolve(cwd, iidFile), id);
}

/** What runs commands is loaded with the first command. */
function onceOpened(store: ImageStore, env: IoStreams['env']): () => Promise<RootFilesystems> {
  let opened: Promise<RootFilesystems> | undefined;
  return () => {
    opened ??= import('../container/open-root.ts').then(({ rootsFor }) => rootsFor(store, env));
    return opened;
  };
}

function showInputs(progress: BuildProgress, { name, text, context }: BuildInputs): void {
  const definition = progress.begin(`[internal] load build definition from ${name}`);
  definition.note(`transferring dockerfile: ${Buffer.byteLength(text)}B done`);
  definition.done();
  if (context !== undefined) progress.begin('[internal] load .dockerignore').done();
}
