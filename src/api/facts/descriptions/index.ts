import { accessDescriptions } from './access.ts';
import { clusterDescriptions } from './cluster.ts';
import { configurationDescriptions } from './configuration.ts';
import { containerDescriptions } from './containers.ts';
import { metaDescriptions } from './meta.ts';
import { networkDescriptions } from './network.ts';
import { podDescriptions } from './pods.ts';
import { storageDescriptions } from './storage.ts';
import { workloadDescriptions } from './workloads.ts';

/**
 * What kinds and fields are for, in words of our own, for `explain` and for the documents that
 * generators read. A line without indent describes the type it begins with, an indented one a field
 * of that type. What is not here has no description.
 */
export const descriptionTables: readonly string[] = [
  metaDescriptions,
  podDescriptions,
  containerDescriptions,
  workloadDescriptions,
  networkDescriptions,
  configurationDescriptions,
  storageDescriptions,
  accessDescriptions,
  clusterDescriptions,
];
