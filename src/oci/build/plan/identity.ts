import { digestOf } from '../../digest.ts';
import type { Operation, PlannedStage } from './operations.ts';

const known = new WeakMap<PlannedStage, readonly string[]>();

/**
 * What stands for the result of each step of a stage before anything is built: steps with the same one have the same
 * result, in whatever stage and for whatever platform they stand. One for what it begins with, one for each operation.
 */
export function identities(stage: PlannedStage): readonly string[] {
  const found = known.get(stage);
  if (found) return found;
  const { base, platform } = stage;
  const begin =
    base.kind === 'stage'
      ? identities(base.stage).at(-1)!
      : base.kind === 'image'
        ? `image ${base.image.image.target.digest}`
        : 'scratch';
  const all = [begin];
  for (const operation of stage.operations) {
    // Commands are of a platform even where what they begin with is not.
    const where = operation.kind === 'run' ? platform : undefined;
    all.push(digestOf(Buffer.from(JSON.stringify([all.at(-1), where, described(operation)], plain))));
  }
  known.set(stage, all);
  return all;
}

/** What it is called and where it stands make no difference. */
function described(operation: Operation): object {
  const { title: _, range: __, crossTo: ___, ...rest } = operation;
  return rest;
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  const { from, stage, image } = value as { from?: string; stage?: PlannedStage; image?: { image: ImageLike } };
  if (from === 'stage' && stage) return identities(stage).at(-1);
  return from === 'image' && image ? `image ${image.image.target.digest}` : value;
}

interface ImageLike {
  target: { digest: string };
}
