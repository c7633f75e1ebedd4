/** What a node says that a container was made from. */
export interface RunningImage {
  /** `sha256:…`: of a manifest or an index, of a config where `name` is absent, as of images that were put there by hand. */
  digest: string;
  /** The repository that the node knows it by: `docker.io/library/nginx`. */
  name?: string;
}

/**
 * Reads `imageID` of a container's status: `docker.io/library/nginx@sha256:…`, `docker-pullable://…@sha256:…`,
 * `sha256:…`, `docker://sha256:…`, 64 hexadecimal digits (CRI-O). Undefined where nothing was made yet.
 */
export function runningImage(imageId: string): RunningImage | undefined {
  const told = /^(?:[a-z][a-z-]*:\/\/)?(?:(.+)@)?(?:(sha256):)?([0-9a-f]{64})$/.exec(imageId);
  if (!told) return undefined;
  const [, name, , hex] = told;
  return { digest: `sha256:${hex}`, ...(name !== undefined && { name: name.replace(/:[^/:]*$/, '') }) };
}

/** The digest of `imageID`; '' where there is none. */
export function runningDigest(imageId: string): string {
  return runningImage(imageId)?.digest ?? '';
}
