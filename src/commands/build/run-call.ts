import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { CommandContext } from '../command.ts';
import { progressFor } from './choose-progress.ts';
import type { BuildOptions } from './options.ts';
import { readInputs } from './read-inputs.ts';
import { runBuild } from './run-build.ts';
import { runCheck } from './run-check.ts';

/** Reads the Dockerfile, and does with it what `--call` says. @returns the exit code */
export async function runCall(options: BuildOptions, context: CommandContext): Promise<number> {
  const { folder, file, contexts, secrets, asked } = options;
  const progress = options.call.method === 'build' ? progressFor(options.progress, context.io) : undefined;
  await using inputs = await readInputs(folder, file, context.io, {
    contexts,
    begin: (name) => progress?.begin(name),
    signal: context.signal,
    secret: async (id) => secrets.get(id)?.(),
    keepsGitDir: /^(1|t|true)$/i.test(asked.buildArgs.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? ''),
  }).catch((error: unknown) => {
    progress?.end();
    throw error;
  });
  using held = new DisposableStack();
  const store = held.adopt(openImageStore(imageStorePath(context.io.env)), (one) => one.close());
  if (progress) return await runBuild(options, inputs, store, context, progress);
  return await runCheck(options, inputs, store, context);
}
