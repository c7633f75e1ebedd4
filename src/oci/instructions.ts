import type { ImageConfig } from './media-types.ts';

/**
 * The instruction of each layer; empty layers (ENV, CMD, ...) are steps of the history that made none.
 * Where a step has none (`image import`), its comment says where the layer comes from, else its author who made it.
 * @returns [] where the history does not tell which step made which layer
 */
export function instructionsOf(config: ImageConfig, layers: number): string[] {
  const { history } = config;
  const steps = (Array.isArray(history) ? history : []).filter((step) => step && !step.empty_layer);
  // It comes from registries: what should be text may be anything.
  const told = steps.map(({ created_by: by, comment, author }) =>
    instructionOf(readable(String(by ?? '')), String(comment ?? '').trim(), String(author ?? '').trim()),
  );
  if (told.length === layers) return told;
  // Bazel's rules_docker writes one step for all of its layers: then each was made by it.
  const [only] = new Set(told);
  return only !== undefined && told.every((one) => one === only) ? Array<string>(layers).fill(only) : [];
}

/** Builders that name themselves in each step, and tell in its comment what is in the layer: jib, ko, apko. */
const NAMES_ITSELF = /^(jib|ko (build|publish) |apko$)/;

function instructionOf(by: string, comment: string, author: string): string {
  if (by !== '') return comment !== '' && NAMES_ITSELF.test(by) ? `${by}: ${comment}` : by;
  return comment || (author && `made by ${author}`);
}

/** What the Dockerfile said, without what builders put around it. */
function readable(createdBy: string): string {
  return createdBy
    .replace(/^(\|\d+ (\S+=\S* )*)?\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^(RUN )?(\|\d+ (\S+=\S* )*)?\/bin\/sh -c /, 'RUN ')
    .replace(/ # buildkit$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
