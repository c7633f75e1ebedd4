import type { TypedDescriptor } from '../store/manifest.ts';
import { OCI_INDEX, parseManifest } from '../store/manifest.ts';
import { answerJson, pageOf, type RegistryCall } from './call.ts';
import { digestFrom } from './digest-from.ts';
import { RegistryError } from './registry-error.ts';

/** `GET /v2/`: this is a registry. */
export async function ping(call: RegistryCall): Promise<void> {
  answerJson(call, 200, {});
}

/** `GET /v2/_catalog`, which the older docker API has and user interfaces ask for. */
export async function catalog(call: RegistryCall): Promise<void> {
  const { names, headers } = pageOf(call, '/v2/_catalog', call.store.repositories.list());
  answerJson(call, 200, { repositories: names }, headers);
}

/** `GET …/tags/list` */
export async function listTags(call: RegistryCall): Promise<void> {
  const { repository, store } = call;
  if (!store.repositories.has(repository)) {
    throw new RegistryError('NAME_UNKNOWN', 'there is no such repository', { detail: { name: repository } });
  }
  const { names, headers } = pageOf(call, `/v2/${repository}/tags/list`, store.repositories.tags(repository));
  answerJson(call, 200, { name: repository, tags: names }, headers);
}

/**
 * `GET …/referrers/<digest>`: what has it as its subject, as an index; an empty one where nothing has. What older
 * clients keep under the tag `sha256-<hex>` is among it (distribution-spec, referrers tag schema).
 */
export async function listReferrers(call: RegistryCall): Promise<void> {
  const { repository, store, query } = call;
  const subject = digestFrom(call.last);
  const manifests = new Map<string, TypedDescriptor>();
  for (const descriptor of await fallback(call, subject)) manifests.set(descriptor.digest, descriptor);
  for (const { mediaType, digest, size, artifactType, annotations } of store.repositories.referrers(
    repository,
    subject,
  )) {
    manifests.set(digest, {
      mediaType,
      digest,
      size,
      ...(artifactType ? { artifactType } : {}),
      ...(annotations ? { annotations } : {}),
    });
  }
  const wanted = query.get('artifactType');
  const found = [...manifests.values()].filter(({ artifactType }) => !wanted || artifactType === wanted);
  answerJson(
    call,
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests: found },
    { 'content-type': OCI_INDEX, ...(wanted ? { 'oci-filters-applied': 'artifactType' } : {}) },
  );
}

async function fallback({ repository, store }: RegistryCall, subject: string): Promise<TypedDescriptor[]> {
  const [algorithm = '', hex = ''] = subject.split(':');
  const tagged = store.repositories.manifest(repository, `${algorithm}-${hex.slice(0, 64)}`);
  if (tagged?.mediaType !== OCI_INDEX) return [];
  const parsed = parseManifest(await store.document(tagged.digest), OCI_INDEX);
  return parsed.kind === 'index' ? parsed.manifests : [];
}
