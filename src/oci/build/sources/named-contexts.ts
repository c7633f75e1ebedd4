import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import { loadArchive } from '../../archive/load.ts';
import { canonicalReference, parseReference } from '../../reference.ts';
import { familiarName } from '../../store/familiar-name.ts';
import type { ImageStore } from '../../store/types.ts';
import { type BaseImage, imageFor } from '../plan/base-image.ts';
import type { Platform } from '../plan/platform.ts';
import { type FetchedContext, type FetchOptions, fetchContext, isRemoteContext } from './remote-context.ts';

/** What stands behind a name of `--build-context`. */
export type NamedContext = { name: string } & (
  | { kind: 'folder'; path: string }
  | { kind: 'remote'; address: string }
  | { kind: 'image'; reference: string }
  | { kind: 'layout'; path: string; reference: string }
);

const IMAGE = 'docker-image://';
const LAYOUT = 'oci-layout://';

/**
 * `NAME=FOLDER`, `NAME=docker-image://REFERENCE`, `NAME=oci-layout://PATH[:TAG|@DIGEST]`, or an address.
 * @throws KctlError `usage`; `input` for a folder that is not there
 */
export async function readNamedContext(text: string, cwd: string): Promise<NamedContext> {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals === text.length - 1) {
    throw new KctlError('usage', `invalid context value: ${text}, expected key=value`);
  }
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (value.startsWith(IMAGE)) return { name, kind: 'image', reference: value.slice(IMAGE.length) };
  if (value.startsWith(LAYOUT)) {
    const [, path = '', reference = ''] =
      /^(.*?)((?::[\w.-]+|@\w+:[0-9a-f]+)?)$/s.exec(value.slice(LAYOUT.length)) ?? [];
    return { name, kind: 'layout', path: resolve(cwd, path), reference };
  }
  if (isRemoteContext(value)) return { name, kind: 'remote', address: value };
  if (value.startsWith('target:')) {
    throw new KctlError('usage', `${value} names a target of another build, which only build files have`, {
      hint: 'Name a stage of the same Dockerfile where it is used: COPY --from=STAGE.',
    });
  }
  const path = resolve(cwd, value);
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isDirectory()) {
    throw new KctlError('input', `failed to get build context ${name}: ${value} is no folder`, { prefix: 'ERROR: ' });
  }
  return { name, kind: 'folder', path };
}

/** The contexts of a build beside the one that it is given; what has to be fetched is fetched when it is needed. */
export class NamedContexts implements AsyncDisposable {
  readonly #contexts: readonly NamedContext[];
  readonly #options: FetchOptions;
  readonly #fetched = new Map<NamedContext, Promise<FetchedContext>>();

  constructor(contexts: readonly NamedContext[], options: FetchOptions) {
    this.#contexts = contexts;
    this.#options = options;
  }

  /** By the name of a stage or an image, however that is written: `alpine` is also `docker.io/library/alpine:latest`. */
  find(name: string): NamedContext | undefined {
    const wanted = inFull(name);
    return this.#contexts.findLast(
      (one) => one.name.toLowerCase() === name.toLowerCase() || inFull(one.name) === wanted,
    );
  }

  /** Its files. @throws KctlError */
  async folder(context: NamedContext): Promise<{ path: string; isLasting: boolean }> {
    if (context.kind === 'folder') return { path: context.path, isLasting: true };
    if (context.kind !== 'remote') throw new KctlError('internal', `${context.name} is no folder`);
    const fetching = this.#fetched.get(context) ?? fetchContext(context.address, this.#options);
    this.#fetched.set(context, fetching);
    const { content, name } = await fetching;
    if ('folder' in content) return { path: content.folder, isLasting: false };
    throw new KctlError('input', `${name} is no tar, and no repository`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const fetching of this.#fetched.values()) {
      await fetching.then(
        (fetched) => fetched[Symbol.asyncDispose](),
        () => undefined,
      );
    }
  }
}

function inFull(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch {
    return name;
  }
}

interface Index {
  manifests?: { digest?: string; annotations?: Record<string, string> }[];
}

/**
 * Takes an image of a layout into the store, without a name, to build on it.
 * @param reference `:TAG`, `@DIGEST`, or '' for the one that is tagged `latest`, or is the only one
 * @throws KctlError `input`
 */
export async function layoutImage(
  store: ImageStore,
  { path, reference }: Extract<NamedContext, { kind: 'layout' }>,
  platform: Platform,
): Promise<BaseImage> {
  const text = await readFile(join(path, 'index.json'), 'utf8').catch((cause: unknown) => {
    throw new KctlError('input', `${path} is no OCI layout: it has no index.json`, { cause });
  });
  let index: Index;
  try {
    index = JSON.parse(text) as Index;
  } catch (cause) {
    throw new KctlError('input', `${path}: index.json is not valid JSON`, { cause });
  }
  const manifests = index.manifests ?? [];
  const tags = (one: (typeof manifests)[number]) =>
    ['org.opencontainers.image.ref.name', 'io.containerd.image.name'].flatMap((key) => one.annotations?.[key] ?? []);
  const tag = reference.startsWith(':') ? reference.slice(1) : 'latest';
  const found = reference.startsWith('@')
    ? manifests.find(({ digest }) => digest === reference.slice(1))
    : (manifests.find((one) => tags(one).some((name) => name === tag || name.endsWith(`:${tag}`))) ??
      (reference === '' && manifests.length === 1 ? manifests[0] : undefined));
  if (!found) throw new KctlError('input', `the layout ${path} has no image ${reference || ':latest'}`);
  const folder = await mkdtemp(join(tmpdir(), 'kctl-layout-'));
  try {
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(folder, 'index.json'), JSON.stringify({ ...index, manifests: [found] }));
    await symlink(join(path, 'blobs'), join(folder, 'blobs'));
    const [loaded] = await loadArchive(store, folder, []);
    if (!loaded) throw new KctlError('input', `the layout ${path} has no image`);
    const name = tags(found)[0];
    return await imageFor(
      store,
      name === undefined ? loaded.record.target.digest : familiarName(name),
      loaded.record.target,
      platform,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
