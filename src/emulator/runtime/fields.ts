import type { KubeObject } from '../../api/meta.ts';

/** A part of an object as it was stored: validated on the way in, so its fields are taken as they are. */
export type Fields = KubeObject['spec'];
