import { KctlError } from '../../lib/errors.ts';
import { answer, answerNothing, bodyOf, type RegistryCall } from './call.ts';
import { digestFrom } from './digest-from.ts';
import { RegistryError } from './registry-error.ts';
import type { Upload } from './uploads.ts';

/** `POST …/blobs/uploads/`: a mount, a whole blob, or the beginning of an upload (distribution-spec, end-4 and end-11). */
export async function beginUpload(call: RegistryCall): Promise<void> {
  const { query, repository, uploads } = call;
  if (query.has('mount') && (await mount(call))) return;
  const algorithm = query.get('digest-algorithm');
  if (algorithm !== null && !['sha256', 'sha512'].includes(algorithm)) {
    throw new RegistryError('DIGEST_INVALID', `${JSON.stringify(algorithm)} is no algorithm that is used here`);
  }
  const asked = query.get('digest');
  const digest = asked === null ? undefined : digestFrom(asked);
  const upload = await uploads.begin(repository);
  if (digest === undefined) return accepted(call, upload);
  let after: Upload;
  try {
    after = await uploads.append(upload, bodyOf(call));
  } catch (error) {
    // Nobody has been told of it, so nobody can go on with it.
    await uploads.cancel(upload).catch(() => {});
    throw error;
  }
  // Clients that meant to send it later get what they would have without the digest.
  if (after.offset === 0 && !isEmpty(digest)) return accepted(call, upload);
  await finished(call, after, digest);
}

/** The digests of no bytes at all. */
const isEmpty = (digest: string): boolean => /^sha(256:e3b0c44298fc1c14|512:cf83e1357eefb8bd)/.test(digest);

/** `GET …/blobs/uploads/<id>`: how far it is. */
export async function uploadStatus(call: RegistryCall): Promise<void> {
  const upload = await call.uploads.find(call.repository, call.last);
  answerNothing(call, uploadHeaders(upload));
}

/** `PATCH …/blobs/uploads/<id>`: the next chunk, or all of it as a stream. */
export async function uploadChunk(call: RegistryCall): Promise<void> {
  const upload = await call.uploads.find(call.repository, call.last);
  checkRange(call, upload);
  accepted(call, await call.uploads.append(upload, bodyOf(call)));
}

/** `PUT …/blobs/uploads/<id>?digest=`: the last chunk, which may be empty. */
export async function finishUpload(call: RegistryCall): Promise<void> {
  const upload = await call.uploads.find(call.repository, call.last);
  const digest = digestFrom(call.query.get('digest'));
  checkRange(call, upload);
  await finished(call, await call.uploads.append(upload, bodyOf(call)), digest);
}

/** `DELETE …/blobs/uploads/<id>` */
export async function cancelUpload(call: RegistryCall): Promise<void> {
  await call.uploads.cancel(await call.uploads.find(call.repository, call.last));
  answerNothing(call);
}

/** True where the blob was there and is this repository's too from now on. */
async function mount(call: RegistryCall): Promise<boolean> {
  const { query, repository, store } = call;
  const digest = digestFrom(query.get('mount'));
  const from = query.get('from');
  const { repositories } = store;
  const has =
    from === null
      ? repositories.list().some((name) => repositories.hasBlob(name, digest))
      : repositories.hasBlob(from, digest);
  if (!has) return false;
  repositories.linkBlob(repository, digest);
  if (!(await store.blob(digest))) {
    repositories.unlinkBlob(repository, digest);
    return false;
  }
  created(call, digest);
  return true;
}

/**
 * A chunk says where it begins; one out of order is answered with how far the upload is.
 * @throws RegistryError
 */
function checkRange({ request }: RegistryCall, upload: Upload): void {
  const range = request.headers['content-range'];
  if (range === undefined) return;
  const [, first, last] = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(range) ?? [];
  if (first === undefined || Number(last) < Number(first)) {
    throw new RegistryError('RANGE_INVALID', `${JSON.stringify(range)} is no range`, {
      headers: uploadHeaders(upload),
    });
  }
  if (Number(first) !== upload.offset) {
    throw new RegistryError('RANGE_INVALID', `the upload is at ${upload.offset}, the chunk begins at ${first}`, {
      headers: uploadHeaders(upload),
    });
  }
  const length = request.headers['content-length'];
  const announced = Number(last) - Number(first) + 1;
  if (length !== undefined && Number(length) !== announced) {
    throw new RegistryError('SIZE_INVALID', `the range has ${announced} bytes, the chunk ${length}`);
  }
}

function uploadHeaders({ id, repository, offset }: Upload): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    // Nothing yet is written like one byte, as docker's registry does: a range cannot be empty.
    range: `0-${Math.max(0, offset - 1)}`,
    'docker-upload-uuid': id,
  };
}

function accepted(call: RegistryCall, upload: Upload): void {
  answer(call, 202, uploadHeaders(upload));
}

async function finished(call: RegistryCall, upload: Upload, digest: string): Promise<void> {
  try {
    await call.uploads.finish(upload, digest);
  } catch (error) {
    if (error instanceof KctlError && error.code === 'input') throw new RegistryError('DIGEST_INVALID', error.message);
    throw error;
  }
  created(call, digest);
}

function created(call: RegistryCall, digest: string): void {
  answer(call, 201, { location: `/v2/${call.repository}/blobs/${digest}`, 'docker-content-digest': digest });
}
