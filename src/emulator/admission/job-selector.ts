import type { AdmissionPlugin } from '../registry/machine.ts';

/**
 * Gives a new Job the selector and pod labels that tie its pods to its uid, unless `manualSelector`
 * says that the client does it (batch/v1 Job, generateSelector). The unprefixed labels are the older
 * names, which clients still look for.
 */
export const jobSelector: AdmissionPlugin = {
  name: 'JobSelector',
  prepare({ operation, resource, object, subresource }) {
    if (operation !== 'CREATE' || resource.storage !== 'jobs.batch' || subresource) return undefined;
    const { spec, metadata } = object;
    if (!spec?.template || spec.manualSelector) return undefined;
    const uid = metadata.uid!;
    spec.template.metadata ??= {};
    spec.template.metadata.labels ??= {};
    // In place: the job itself may share them. What the client said stays, for validation to refuse.
    const { labels } = spec.template.metadata;
    for (const prefix of ['batch.kubernetes.io/', '']) {
      labels[`${prefix}controller-uid`] ??= uid;
      labels[`${prefix}job-name`] ??= metadata.name!;
    }
    spec.selector ??= {};
    spec.selector.matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...spec.selector.matchLabels };
    return undefined;
  },
};
