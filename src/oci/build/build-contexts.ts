import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { BuildRequest } from './build-request.ts';
import type { FileDigests } from './cache/file-digests.ts';
import { readIgnoreFile } from './context/ignore-file.ts';
import type { BuildProgress } from './progress/progress.ts';
import { hashFile } from './sources/hash-file.ts';
import type { NamedContext } from './sources/named-contexts.ts';
import { contextTree } from './steps/context-tree.ts';
import type { FileTree } from './steps/file-tree.ts';

/** Of files that go again. */
const FORGOTTEN = { recall: () => undefined, of: hashFile };

/** There is none in a context with a name, so only its `.dockerignore` counts. */
const NO_DOCKERFILE = '.none';

interface Parts {
  request: Pick<BuildRequest, 'context' | 'contextName' | 'contexts' | 'ignore'>;
  digests: FileDigests;
  progress: BuildProgress;
  signal: AbortSignal;
  /** Of the context only what some step may take is looked at; `''` is all of it. */
  wanted(): readonly string[];
}

/** The folders that a build takes files from. Each is read once, when it is first needed. */
export class BuildContexts {
  readonly #parts: Parts;
  #main: Promise<FileTree> | undefined;
  readonly #named = new Map<NamedContext, Promise<FileTree>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The build context. @throws KctlError `input` where there is none */
  main(): Promise<FileTree> {
    this.#main ??= this.#shown('[internal] load build context', async () => {
      const { request, digests, wanted } = this.#parts;
      if (request.context === undefined) {
        throw new KctlError('input', 'there is no build context: the Dockerfile came alone', {
          hint: 'Give a folder: kctl build -f - .',
        });
      }
      const known = request.contextName === undefined ? digests : FORGOTTEN;
      return contextTree(request.context, request.ignore, wanted(), known);
    });
    return this.#main;
  }

  /** One of `--build-context`. */
  named(context: NamedContext): Promise<FileTree> {
    const found = this.#named.get(context) ?? this.#readNamed(context);
    this.#named.set(context, found);
    return found;
  }

  #readNamed(context: NamedContext): Promise<FileTree> {
    return this.#shown(`[context ${context.name}] load files`, async () => {
      const { request, digests } = this.#parts;
      const { path, isLasting } = await request.contexts!.folder(context);
      const ignore = await readIgnoreFile(path, join(path, NO_DOCKERFILE));
      return contextTree(path, ignore, [''], isLasting ? digests : FORGOTTEN);
    });
  }

  async #shown(name: string, read: () => Promise<FileTree & { count: number }>): Promise<FileTree> {
    const vertex = this.#parts.progress.begin(name);
    try {
      const tree = await read();
      vertex.note(`${tree.count} files and folders looked at`);
      vertex.done();
      return tree;
    } catch (error) {
      vertex.failed((error as Error).message, this.#parts.signal.aborted);
      throw error;
    }
  }
}
