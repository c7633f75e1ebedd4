import { annotationsOf } from './annotations.ts';
import type { BuildRequest } from './build-request.ts';
import type { PlannedStage } from './plan/operations.ts';
import type { Plan } from './plan/plan-build.ts';
import { type AssembledImage, assembleImage } from './steps/assemble-image.ts';
import { assembleIndex, type PlatformImage } from './steps/assemble-index.ts';
import type { BuildRoom } from './steps/build-room.ts';
import type { BuiltStage } from './steps/build-stage.ts';

/** Of several platforms, `target` is the index and `id` its digest; config and layers are of the first one. */
export interface BuildResult extends AssembledImage {
  plan: Plan;
  platforms: readonly PlatformImage[];
}

/**
 * Makes the image of what was built, or the index of the images of all platforms.
 * @param plans one for each platform
 * @param deliver does with it what is wanted
 */
export async function exportImage(
  request: BuildRequest,
  plans: readonly Plan[],
  built: ReadonlyMap<PlannedStage, BuiltStage>,
  room: BuildRoom,
  deliver: (image: BuildResult) => Promise<void>,
): Promise<BuildResult> {
  const { labels, annotations = [], names } = request;
  const vertex = room.progress.begin('exporting to image');
  try {
    const created = room.epoch ?? room.now();
    const platforms: PlatformImage[] = [];
    for (const [index, { target }] of plans.entries()) {
      const platform = request.platforms[index]!;
      const own = annotationsOf(annotations, 'manifest', platform);
      const image = await assembleImage(target, built, { labels, created, lease: room.lease, ...own });
      platforms.push({ platform, image });
    }
    const layers = new Set(platforms.flatMap(({ image }) => image.layers.map(({ digest }) => digest)));
    vertex.note(`exporting ${layers.size} layers done`);
    const image = await assembleIndex(platforms, room.lease, annotations);
    const result: BuildResult = { ...image, plan: plans[0]!, platforms };
    await deliver(result);
    vertex.note(`writing image ${image.id} done`);
    for (const name of names) vertex.note(`naming to ${name} done`);
    vertex.done();
    return result;
  } catch (error) {
    vertex.failed((error as Error).message, room.signal.aborted);
    throw error;
  }
}
