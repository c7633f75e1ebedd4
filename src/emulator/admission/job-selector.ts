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
    spec.template.metadata.labels = {
      ...spec.template.metadata.labels,
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': metadata.name!,
      'controller-uid': uid,
      'job-name': metadata.name!,
    };
    spec.selector ??= {};
    spec.selector.matchLabels = { ...spec.selector.matchLabels, 'batch.kubernetes.io/controller-uid': uid };
    return undefined;
  },
};
