import type { ImageConfig } from './media-types.ts';

/**
 * The instruction of each layer; empty layers (ENV, CMD, ...) are steps of the history that made none.
 * Where a step has none (`image import`), its comment says where the layer comes from.
 * @returns [] where the history does not tell which step made which layer
 */
export function instructionsOf(config: ImageConfig, layers: number): string[] {
  const { history } = config;
  const steps = (Array.isArray(history) ? history : []).filter((step) => step && !step.empty_layer);
  // It comes from registries: what should be text may be anything.
  return steps.length === layers
    ? steps.map((step) => readable(String(step.created_by ?? '')) || String(step.comment ?? '').trim())
    : [];
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
