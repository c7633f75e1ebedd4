import { storedBases } from '../../oci/build/plan/base-image.ts';
import { planPlatforms } from '../../oci/build/plan/plan-platforms.ts';
import { quietProgress } from '../../oci/build/progress/plain-progress.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import type { CommandContext } from '../command.ts';
import type { BuildOptions } from './options.ts';
import { outlineJson, outlineOf, outlineText } from './outline.ts';
import type { BuildInputs } from './read-inputs.ts';
import { checkedBefore, checkJson, checkReport, failedLines, type Shown, solveError } from './report.ts';
import { CHECK_SETTINGS, requestOf } from './request-of.ts';
import { targetsJson, targetsText } from './targets.ts';

/** `--call`: looks at the Dockerfile and builds nothing. @returns 1 where checks found something */
export async function runCheck(
  options: BuildOptions,
  inputs: BuildInputs,
  store: ImageStore,
  { io, signal }: CommandContext,
): Promise<number> {
  const { method, format } = options.call;
  const isJson = format === 'json';
  const shown: Shown = { name: inputs.name, text: inputs.text };
  try {
    const request = requestOf(options, inputs);
    if (method === 'targets') {
      io.stdout.write(isJson ? targetsJson(request.file, shown) : targetsText(request.file));
      return 0;
    }
    // A check asks no registry.
    const tools = { store, resolve: storedBases(store), progress: quietProgress(Date.now), signal };
    const [plan] = await planPlatforms(request, tools, true);
    if (method === 'outline') {
      const outline = outlineOf(request, plan!.target);
      io.stdout.write(isJson ? outlineJson(outline, shown) : outlineText(outline));
      return 0;
    }
    const found = request.warnings.list();
    io.stdout.write(isJson ? checkJson(found, shown) : checkReport(found, shown));
    return found.length > 0 ? 1 : 0;
  } catch (error) {
    const before = checkedBefore(error, options.asked.buildArgs.get(CHECK_SETTINGS));
    if (method === 'check' && before.length > 0) io.stdout.write(checkReport(before, shown));
    io.stderr.write(failedLines(error, shown));
    throw solveError(error);
  }
}
