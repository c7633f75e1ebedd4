import { BuildFailure } from './build-failure.ts';
import type { BuildRequest, BuildTools } from './build-request.ts';
import { type BuildResult, exportImage } from './export-image.ts';
import type { Warnings } from './lint/warnings.ts';
import { openBuild } from './open-build.ts';
import { planPlatforms } from './plan/plan-platforms.ts';

/**
 * Builds the target of a Dockerfile. Stages that do not need one another are built at the same time.
 * @param deliver does with the image what is wanted, while all of it is held
 * @returns the image, in the store under its names where `names` are given
 * @throws BuildFailure, with the lines that it is about; the signal's reason where it was aborted
 */
export async function buildImage(
  request: BuildRequest,
  tools: BuildTools,
  deliver: (image: BuildResult) => Promise<void>,
): Promise<BuildResult> {
  const plans = await planPlatforms(request, tools, false);
  refuseWarnings(request.warnings);
  await using build = openBuild(request, tools, plans);
  const built = await build.stages.all(plans.flatMap(({ stages }) => stages));
  const image = await exportImage(request, plans, built, build.room, deliver);
  build.lastBuild.remember(built, tools.now());
  return image;
}

/** `# check=error=true`. */
function refuseWarnings(warnings: Warnings): void {
  const found = warnings.list();
  if (!warnings.settings.isError || found.length === 0) return;
  const names = [...new Set(found.map(({ rule }) => rule))].sort();
  throw new BuildFailure(`lint violation found for rules: ${names.join(', ')}`, found[0]!.range);
}
