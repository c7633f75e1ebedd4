import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { exportTree } from '../../../src/oci/archive/export-tree.ts';
import { importTree } from '../../../src/oci/archive/import-tree.ts';
import { buildImage } from '../../../src/oci/build/build-image.ts';
import type { BuildRequest } from '../../../src/oci/build/build-request.ts';
import { readIgnoreFile } from '../../../src/oci/build/context/ignore-file.ts';
import { parseDockerfile } from '../../../src/oci/build/dockerfile/parse-dockerfile.ts';
import type { BuildResult } from '../../../src/oci/build/export-image.ts';
import { checkFile } from '../../../src/oci/build/lint/check-file.ts';
import { type BuildWarning, checkSettings, Warnings } from '../../../src/oci/build/lint/warnings.ts';
import { storedBases } from '../../../src/oci/build/plan/base-image.ts';
import { ownPlatform } from '../../../src/oci/build/plan/platform.ts';
import { plainProgress } from '../../../src/oci/build/progress/plain-progress.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import type { RootFilesystems, RunCommand, RunHooks } from '../../../src/oci/rootfs/types.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { type RunConfig, readImage } from '../../../src/oci/store/read-image.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';

/** What a RUN does in place of a process: the files that it leaves, or the code that it ends with. */
export type FakeRun = (
  command: RunCommand,
  on: RunHooks,
) => Promise<Record<string, string> | number | undefined> | Record<string, string> | number | undefined;

export interface Built extends BuildResult {
  output: string;
  /** Steps that were taken from the cache, and those that were not with the reason. */
  steps: string[];
  warnings: string[];
  warningList: BuildWarning[];
}

export interface TreeEntry {
  type: string;
  mode: string;
  owner: string;
  content: string;
}

/** A store and a context in a folder that goes again, and builds in it. */
export class BuildFixture implements Disposable {
  readonly path: string;
  readonly context: string;
  readonly store: ImageStore;
  /** Commands that were run. */
  readonly ran: RunCommand[] = [];
  time = Date.parse('2026-02-03T04:05:06Z');

  /** @param path a folder that is there, and belongs to somebody else */
  constructor(path = mkdtempSync(join(tmpdir(), 'kctl-build-test-'))) {
    this.path = path;
    this.context = join(path, 'context');
    this.store = openImageStore(join(path, 'images'));
    mkdirSync(this.context, { recursive: true });
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Files of the context; a value that begins with `-> ` is a link, one that is empty and ends with `/` a folder. */
  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.context, name);
      mkdirSync(dirname(path), { recursive: true });
      if (name.endsWith('/')) mkdirSync(path, { recursive: true });
      else if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), path);
      else writeFileSync(path, content, { mode: 0o644 });
    }
  }

  /** An image of these files (`name: content`), owned by root. */
  async base(name: string, files: Readonly<Record<string, string>>, config: RunConfig = {}): Promise<void> {
    const tar = pack();
    for (const [path, content] of Object.entries(files)) {
      const mtime = new Date(0);
      if (path.endsWith('/')) tar.entry({ name: path, type: 'directory', mode: 0o755, mtime });
      else if (content.startsWith('-> ')) tar.entry({ name: path, type: 'symlink', linkname: content.slice(3), mtime });
      else tar.entry({ name: path, mode: 0o644, mtime }, content);
    }
    tar.finalize();
    await importTree(this.store, Readable.from([await buffer(tar)]), {
      ...{ names: [`docker.io/library/${name}:latest`], message: 'test', config, now: 0 },
    });
  }

  async build(
    text: string,
    options: Partial<BuildRequest> & { run?: FakeRun; roots?: RootFilesystems; signal?: AbortSignal } = {},
  ): Promise<Built> {
    const { run, roots, signal, ...rest } = options;
    const file = parseDockerfile(text);
    const warnings = new Warnings(checkSettings(file.directives.check));
    checkFile(file, warnings);
    let output = '';
    const request: BuildRequest = {
      ...{ file, identity: 'test', context: this.context, target: undefined, platforms: [ownPlatform()] },
      ...{ buildArgs: new Map(), labels: new Map(), network: 'default', names: [], noCache: false, epoch: undefined },
      ignore: await readIgnoreFile(this.context, join(this.context, 'Dockerfile')),
      warnings,
      secret: async () => undefined,
      ...rest,
    };
    const now = () => this.time;
    const show = (line: string) => {
      output += line;
    };
    const result = await buildImage(
      request,
      {
        ...{ store: this.store, resolve: storedBases(this.store), now },
        progress: plainProgress(show, now),
        signal: signal ?? new AbortController().signal,
        roots: async () => roots ?? fakeRoots(run ?? (() => undefined), this.ran),
      },
      async (made) => void (await this.store.images.set(made.target, request.names)),
    ).catch((error: unknown) => {
      throw Object.assign(error as Error, { output, warnings: warnings.list().map(({ message }) => message) });
    });
    const warningList = warnings.list();
    const messages = warningList.map(({ message }) => message);
    return { ...result, output, steps: stepsOf(output), warnings: messages, warningList };
  }

  /** What a container of the image sees. */
  async tree(image: Pick<BuildResult, 'target'>): Promise<Record<string, TreeEntry>> {
    const found: Record<string, TreeEntry> = {};
    const tar = extract();
    exportTree(this.store, await readImage(this.store, image.target)).pipe(tar);
    for await (const entry of tar) {
      const { name, type, mode = 0, uid, gid, linkname } = entry.header;
      const bytes = await buffer(entry);
      // Programs are compared by their digest: texts alone can be read in a report.
      const content = type !== 'file' ? (linkname ?? '') : bytes.length > 4096 ? digestOf(bytes) : bytes.toString();
      found[name.replace(/\/$/, '')] = { type: type ?? '', mode: mode.toString(8), owner: `${uid}:${gid}`, content };
      entry.resume();
    }
    return found;
  }

  /** Paths and contents of the files alone. */
  async files(image: Pick<BuildResult, 'target'>): Promise<Record<string, string>> {
    const all = Object.entries(await this.tree(image)).filter(([, { type }]) => type !== 'directory');
    return Object.fromEntries(all.map(([path, { content }]) => [path, content]).sort());
  }
}

/** `CACHED [2/3] …`, `DONE [2/3] … (not reused: …)`, of steps that are instructions. */
function stepsOf(output: string): string[] {
  const names = new Map<string, string>();
  const why = new Map<string, string>();
  const found: string[] = [];
  for (const line of output.split('\n')) {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (/^\[.*\d+\/\d+\] /.test(text)) names.set(number, text);
    const name = names.get(number);
    if (name === undefined || name.includes('] FROM ')) continue;
    if (text.startsWith('not reused: ')) why.set(number, ` (${text.slice('not reused: '.length)})`);
    const [state] = /^(CACHED|DONE|ERROR|CANCELED)/.exec(text) ?? [];
    if (state) found.push(`${state} ${name}${why.get(number) ?? ''}`);
  }
  return found;
}

function fakeRoots(run: FakeRun, ran: RunCommand[]): RootFilesystems {
  return {
    ability: { mount: 'copy', runtime: 'unshare', isRootless: false, ids: 'all', reason: '' },
    async open() {
      let files: Record<string, string> | undefined;
      return {
        async run(command, on) {
          ran.push(command);
          const result = await run(command, on);
          if (typeof result === 'number') return { code: result };
          files = result;
          return { code: 0 };
        },
        async commit(lease) {
          if (!files) return undefined;
          const tar = pack();
          for (const [name, content] of Object.entries(files)) tar.entry({ name, mtime: new Date(0) }, content);
          tar.finalize();
          const plain = await buffer(tar);
          const info = await lease.put(gzipSync(plain));
          return { ...info, diffId: digestOf(plain), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
        },
        changes: async () => [],
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}
