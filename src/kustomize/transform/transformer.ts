import type { ResourceList } from '../resource/resource-list.ts';

/** Changes the objects of a build. @throws KctlError `input` */
export type Transformer = (resources: ResourceList) => void | Promise<void>;
