/** A reference to content (image-spec descriptor.md). */
export interface Descriptor {
  mediaType?: string;
  digest: string;
  size: number;
  platform?: { os?: string; architecture?: string; variant?: string; 'os.version'?: string };
  annotations?: Record<string, string>;
}

/** image-spec manifest.md, and docker's schema 2. */
export interface ImageManifest {
  config: Descriptor;
  layers: Descriptor[];
}

/** image-spec image-index.md, and docker's manifest list. */
export interface ImageIndex {
  manifests: Descriptor[];
}

/** image-spec config.md, as far as layers need it. */
export interface ImageConfig {
  architecture?: string;
  os?: string;
  variant?: string;
  rootfs?: { diff_ids?: string[] };
  history?: { created_by?: string; comment?: string; author?: string; empty_layer?: boolean }[];
}

const indexTypes = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

export function isIndex(descriptor: Descriptor, content: object): content is ImageIndex {
  return descriptor.mediaType ? indexTypes.has(descriptor.mediaType) : 'manifests' in content;
}

/** `linux/arm64/v8` */
export function platformText(platform: { os?: string; architecture?: string; variant?: string } | undefined): string {
  const { os, architecture, variant } = platform ?? {};
  // Go's programs write '' for what they do not know.
  return `${os || 'unknown'}/${architecture || 'unknown'}${variant ? `/${variant}` : ''}`;
}
