/** `sha256:…` in as many letters as people compare. */
export const shortDigest = (digest: string): string => digest.replace(/^sha(256|512):/, '').slice(0, 12);

/** A digest alone in short; names as they are. */
export const familiarDigest = (name: string): string => (/^sha256:[0-9a-f]{64}$/.test(name) ? shortDigest(name) : name);
