import { KctlError } from '../../lib/errors.ts';
import { digestOf } from '../digest.ts';
import {
  isForeign,
  isManifestType,
  MAX_DOCUMENT_BYTES,
  type ParsedIndex,
  type ParsedManifest,
  parseManifest,
  referencesOf,
} from '../store/manifest.ts';
import { sameContent } from '../store/same-content.ts';
import type { RepositoryManifest } from '../store/types.ts';
import { answer, bodyOf, type RegistryCall } from './call.ts';
import { digestFrom } from './digest-from.ts';
import { RegistryError } from './registry-error.ts';

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** `GET` and `HEAD …/manifests/<tag or digest>`: the bytes as they were pushed. */
export async function getManifest(call: RegistryCall): Promise<void> {
  const { request, response, store } = call;
  const found = findManifest(call);
  const headers = {
    'content-type': found.mediaType,
    'content-length': String(found.size),
    'docker-content-digest': found.digest,
    etag: `"${found.digest}"`,
  };
  if (request.headers['if-none-match']?.split(/,\s*/).includes(headers.etag)) {
    response.writeHead(304, { etag: headers.etag, 'docker-content-digest': found.digest });
    response.end();
    return;
  }
  const body = request.method === 'HEAD' ? undefined : await store.document(found.digest);
  response.writeHead(200, headers);
  response.end(body);
}

/** `PUT …/manifests/<tag or digest>`: kept as it is, once all that it needs is there. */
export async function putManifest(call: RegistryCall): Promise<void> {
  const { request, repository, last, query, store } = call;
  const byDigest = last.includes(':') ? digestFrom(last) : undefined;
  const tags = byDigest === undefined ? [last] : [...new Set(query.getAll('tag'))];
  for (const tag of tags) {
    if (!TAG.test(tag)) throw new RegistryError('TAG_INVALID', `${JSON.stringify(tag)} is no valid tag`);
  }
  const body = await readAll(call);
  const parsed = parse(body, request.headers['content-type']);
  if (byDigest !== undefined && !sameContent(body, byDigest)) {
    throw new RegistryError('DIGEST_INVALID', 'the manifest does not have that digest', {
      detail: { digest: digestOf(body) },
    });
  }
  const missing = missingFrom(call, parsed);
  if (missing.length > 0) {
    throw new RegistryError('MANIFEST_BLOB_UNKNOWN', 'the manifest needs what was not pushed', {
      detail: missing.map((digest) => ({ digest })),
    });
  }
  const digest = byDigest ?? digestOf(body);
  await using lease = store.lease(`push to ${repository}`);
  const writer = await lease.writer();
  await writer.write(body);
  await writer.commit(digest);
  const { mediaType, subject, annotations } = parsed;
  const artifactType = parsed.artifactType ?? (parsed.kind === 'manifest' ? parsed.config.mediaType : undefined);
  store.repositories.putManifest(
    repository,
    { digest, mediaType, size: body.length, subject: subject?.digest, artifactType, annotations },
    tags,
  );
  answer(call, 201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(subject ? { 'oci-subject': subject.digest } : {}),
    ...(byDigest !== undefined && tags.length > 0 ? { 'oci-tag': tags } : {}),
  });
}

/** `DELETE …/manifests/<tag or digest>`: a tag alone, or a manifest with all its tags. */
export async function deleteManifest(call: RegistryCall): Promise<void> {
  const { repository, last, store } = call;
  findManifest(call);
  if (last.includes(':')) store.repositories.deleteManifest(repository, last);
  else store.repositories.deleteTag(repository, last);
  answer(call, 202);
}

function findManifest({ repository, last, store }: RegistryCall): RepositoryManifest {
  if (last.includes(':')) digestFrom(last);
  const found = store.repositories.manifest(repository, last);
  if (found) return found;
  if (!store.repositories.has(repository)) {
    throw new RegistryError('NAME_UNKNOWN', 'there is no such repository', { detail: { name: repository } });
  }
  throw new RegistryError('MANIFEST_UNKNOWN', 'the repository has no such manifest', { detail: { reference: last } });
}

function parse(body: Buffer, contentType: string | undefined): ParsedManifest | ParsedIndex {
  const stated = contentType?.replace(/;.*$/, '').trim().toLowerCase();
  try {
    const parsed = parseManifest(body, isManifestType(stated) ? stated : undefined);
    // What a client calls by another name must not come back as an image.
    if (stated && !isManifestType(stated) && !/^application\/(json|octet-stream)$/.test(stated)) {
      throw new KctlError('input', `${stated} is no type of a manifest that is known here`);
    }
    return parsed;
  } catch (error) {
    if (error instanceof KctlError) throw new RegistryError('MANIFEST_INVALID', error.message);
    throw error;
  }
}

/** Digests that this repository lacks. A subject may come later. */
function missingFrom({ repository, store }: RegistryCall, parsed: ParsedManifest | ParsedIndex): string[] {
  const { repositories } = store;
  return referencesOf(parsed)
    .filter((child) => !isForeign(child))
    .filter(({ digest, mediaType }) =>
      parsed.kind === 'index' && isManifestType(mediaType)
        ? repositories.manifest(repository, digest) === undefined
        : !repositories.hasBlob(repository, digest),
    )
    .map(({ digest }) => digest);
}

/** @throws RegistryError beyond what a manifest may have */
async function readAll(call: RegistryCall): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(call)) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) {
      throw new RegistryError('SIZE_INVALID', 'a manifest may have 4 MiB', { status: 413 });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
