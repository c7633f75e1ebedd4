declare const KCTL_VERSION: string | undefined;

/** kctl's own version; the bundle has it built in, code run from source says so. */
export const kctlVersion: string = typeof KCTL_VERSION === 'string' ? KCTL_VERSION : '0.0.0-source';
