import { type BuildResult, buildKustomization } from '../../kustomize/build.ts';
import { type BuildSettings, defaultSettings } from '../../kustomize/settings.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { NodeHost } from './node-host.ts';

/** Builds a kustomization of this machine. @throws KctlError `input` in kustomize's words */
export async function build(
  path: string,
  io: IoStreams,
  signal: AbortSignal,
  settings: BuildSettings = defaultSettings,
): Promise<BuildResult> {
  const host = new NodeHost(io, signal);
  try {
    return await buildKustomization(path, host, settings);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new KctlError('input', error.message, { cause: error });
  } finally {
    host.close();
  }
}
