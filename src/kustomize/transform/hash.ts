import { contentHash } from '../resource/hash.ts';
import type { Transformer } from './transformer.ts';

/** Adds to the names of generated objects what their content comes to. */
export const hashTransformer: Transformer = ({ items }) => {
  for (const resource of items) {
    if (!resource.state.needsHash) continue;
    const hash = contentHash(resource.node);
    resource.storePreviousId();
    resource.name = `${resource.name}-${hash}`;
  }
};
