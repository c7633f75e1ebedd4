import type { TreeChange } from '../../../oci/layers/layer-tree.ts';

/** What the toggles hide: what is written again is modified to who looks for changes. */
export const togglesOf: Readonly<Record<FileToggle, readonly TreeChange[]>> = {
  added: ['added'],
  modified: ['modified', 'same'],
  removed: ['removed'],
  unmodified: ['unmodified'],
};

export type FileToggle = 'added' | 'modified' | 'removed' | 'unmodified';
