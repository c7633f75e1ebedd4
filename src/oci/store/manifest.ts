import { KctlError } from '../../lib/errors.ts';
import { checkDigest } from '../digest.ts';
import type { Descriptor } from '../media-types.ts';

/** A reference to content that says what it is. */
export interface TypedDescriptor extends Descriptor {
  mediaType: string;
  artifactType?: string;
  /** Where layers that may not be distributed are had from. */
  urls?: string[];
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** What manifests and indexes are called, and which of the two each is. */
const kinds: Readonly<Record<string, 'manifest' | 'index'>> = {
  [OCI_MANIFEST]: 'manifest',
  [DOCKER_MANIFEST]: 'manifest',
  [OCI_INDEX]: 'index',
  [DOCKER_LIST]: 'index',
};

interface Common {
  mediaType: string;
  subject?: TypedDescriptor;
  artifactType?: string;
  annotations?: Record<string, string>;
}

export interface ParsedManifest extends Common {
  kind: 'manifest';
  config: TypedDescriptor;
  /** Lowest first. */
  layers: TypedDescriptor[];
}

export interface ParsedIndex extends Common {
  kind: 'index';
  manifests: TypedDescriptor[];
}

/** What registries and other clients accept (distribution-spec, pushing manifests: at least 4 MiB). */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
/** No image has as many; an archive could. */
export const MAX_REFERENCES = 4096;

/** True for the media types of manifests and indexes, of OCI and docker. */
export function isManifestType(mediaType: string | undefined): boolean {
  return mediaType !== undefined && kinds[mediaType] !== undefined;
}

/** Layers that are had from elsewhere and need not be there (image-spec layer.md, non-distributable layers). */
export function isForeign({ mediaType }: Descriptor): boolean {
  return /\.foreign\.|\.nondistributable\./.test(mediaType ?? '');
}

/**
 * Reads a manifest or an index, of OCI or docker's schema 2, and checks all that others rely on: its kind is beyond
 * doubt, digests are digests, sizes are sizes.
 * @param stated the media type by which it is known, where it is
 * @throws KctlError `input` in one line
 */
export function parseManifest(bytes: Uint8Array, stated?: string): ParsedManifest | ParsedIndex {
  if (bytes.length > MAX_DOCUMENT_BYTES) refuse('it is larger than 4 MiB');
  const document = parseObject(bytes);
  if (document.schemaVersion === 1) {
    refuse('it is of schema 1, which docker gave up in 2019', 'Push or save the image again with a newer tool.');
  }
  if (document.schemaVersion !== 2) refuse('it has no "schemaVersion": 2');
  const { mediaType } = document;
  if (mediaType !== undefined && typeof mediaType !== 'string') refuse('its mediaType is no text');
  if (mediaType !== undefined && stated !== undefined && mediaType !== stated) {
    refuse(`it says that it is ${mediaType}, but it is called ${stated}`);
  }
  const hasManifests = document.manifests !== undefined;
  const hasLayers = document.config !== undefined || document.layers !== undefined;
  // One text must not be an image to one reader and an index to another (CVE-2021-41190).
  if (hasManifests && hasLayers) refuse('it has both layers and manifests');
  const type = (mediaType as string | undefined) ?? stated ?? (hasManifests ? OCI_INDEX : OCI_MANIFEST);
  const kind = kinds[type];
  if (!kind) refuse(`${type} is no type of an image's manifest`);
  if ((kind === 'index') !== hasManifests) refuse(`it says that it is ${type}, but it has not what that has`);
  const common: Common = {
    mediaType: type,
    ...(document.subject === undefined ? {} : { subject: descriptor(document.subject, 'subject') }),
    ...(typeof document.artifactType === 'string' && document.artifactType !== ''
      ? { artifactType: document.artifactType }
      : {}),
    ...(document.annotations === undefined ? {} : { annotations: annotationsOf(document.annotations) }),
  };
  if (kind === 'index') return { kind, ...common, manifests: descriptors(document.manifests, 'manifests') };
  return {
    kind: 'manifest',
    ...common,
    config: descriptor(document.config, 'config'),
    layers: descriptors(document.layers, 'layers'),
  };
}

/** What a manifest or an index refers to, its subject not counted: that may be missing. */
export function referencesOf(parsed: ParsedManifest | ParsedIndex): TypedDescriptor[] {
  return parsed.kind === 'index' ? parsed.manifests : [parsed.config, ...parsed.layers];
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new KctlError('input', 'not a valid manifest: it is not JSON', { cause });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) refuse('it is no JSON object');
  return document as Record<string, unknown>;
}

function descriptors(value: unknown, field: string): TypedDescriptor[] {
  if (!Array.isArray(value)) return refuse(`its ${field} are no list`);
  if (value.length > MAX_REFERENCES) refuse(`it has ${value.length} ${field}`);
  return value.map((item, index) => descriptor(item, `${field}[${index}]`));
}

function descriptor(value: unknown, field: string): TypedDescriptor {
  if (typeof value !== 'object' || value === null) return refuse(`its ${field} is no descriptor`);
  const { mediaType, digest, size, annotations } = value as Record<string, unknown>;
  if (typeof mediaType !== 'string') refuse(`its ${field} has no mediaType`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) refuse(`its ${field} has no valid size`);
  try {
    checkDigest(digest);
  } catch {
    refuse(`its ${field} has no valid digest`);
  }
  if (annotations !== undefined && annotations !== null) annotationsOf(annotations);
  return value as TypedDescriptor;
}

function annotationsOf(value: unknown): Record<string, string> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.values(value).some((text) => typeof text !== 'string')) refuse('its annotations are no texts');
  return value as Record<string, string>;
}

function refuse(why: string, hint?: string): never {
  throw new KctlError('input', `not a valid manifest: ${why}`, hint === undefined ? {} : { hint });
}
