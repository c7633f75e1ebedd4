/** Where kubectl keeps what was applied last, so that fields removed from a manifest can be told from fields others set. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
