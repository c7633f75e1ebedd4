import { STATUS_CODES } from 'node:http';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { failed, within } from '../failure.ts';
import type { Host } from './host.ts';
import { parseRepoSpec, type RepoSpec } from './repo-spec.ts';

/** A file behind a URL could not be had: no folder or repository is then looked for. */
export class HttpError extends Error {}

const isUrl = (path: string): boolean => /^https?:/i.test(path);

const isWithin = (folder: string, root: string): boolean =>
  root === sep || folder === root || folder.startsWith(root + sep);

interface Repository {
  spec: RepoSpec;
  folder: string;
}

/** Reads what a kustomization in one folder names, and opens the folders it builds on. */
export class Loader {
  readonly root: string;
  readonly host: Host;
  private readonly referrer: Loader | undefined;
  private readonly repository: Repository | undefined;
  private readonly isOpen: boolean;

  private constructor(host: Host, root: string, isOpen: boolean, referrer?: Loader, repository?: Repository) {
    this.host = host;
    this.root = root;
    this.isOpen = isOpen;
    this.referrer = referrer;
    this.repository = repository;
  }

  /**
   * Opens a folder or a repository for a build.
   * @param isOpen files outside of the folder may be read
   */
  static async open(host: Host, target: string, isOpen: boolean): Promise<Loader> {
    const spec = parseRepoSpec(target);
    if (spec) return Loader.inRepository(host, spec);
    return new Loader(host, confirmFolder(host, target), isOpen);
  }

  private static async inRepository(host: Host, spec: RepoSpec, referrer?: Loader): Promise<Loader> {
    if (/^git::/i.test(spec.raw)) host.warn(FORCED_GIT);
    const folder = await host.clone(spec);
    const path = join(folder, spec.kustomizationPath);
    const { folder: root, file } = cleanedAbs(host, path);
    if (file !== '') throw failed(`'${path}' refers to file '${file}'; expecting directory`);
    if (!isWithin(root, folder))
      throw failed(`${JSON.stringify(path)} refers to directory outside of repo ${JSON.stringify(folder)}`);
    return new Loader(host, root, false, referrer, { spec, folder });
  }

  /** The loader of a base or component. @throws KctlError `input` where it is none, leaves its repository or goes in circles */
  async at(path: string): Promise<Loader> {
    if (path === '') throw failed('new root cannot be empty');
    const spec = parseRepoSpec(path);
    if (spec) {
      this.refuseRepositoryCycle(spec);
      return Loader.inRepository(this.host, spec, this);
    }
    if (isAbsolute(path)) throw failed(`new root '${path}' cannot be absolute`);
    const root = confirmFolder(this.host, join(this.root, path));
    const containing = this.containingRepository();
    if (containing && !isWithin(root, containing.folder)) {
      throw failed(
        `security; bases in kustomizations found in cloned git repos must be within the repo, but base '${root}' is outside '${containing.folder}'`,
      );
    }
    this.refuseCycle(root);
    return new Loader(this.host, root, this.isOpen, this);
  }

  /** The bytes of a file or behind a URL. @throws KctlError `input`, HttpError */
  async load(path: string): Promise<Buffer> {
    if (isUrl(path)) return this.download(path);
    const absolute = isAbsolute(path) ? path : join(this.root, path);
    if (this.isOpen) return this.host.readFile(absolute);
    const { folder, file } = cleanedAbs(this.host, absolute);
    if (file === '') throw failed(`'${absolute}' must resolve to a file`);
    if (!isWithin(folder, this.root)) throw failed(`security; file '${absolute}' is not in or below '${this.root}'`);
    return this.host.readFile(join(folder, file));
  }

  async loadText(path: string): Promise<string> {
    return (await this.load(path)).toString('utf8');
  }

  private async download(url: string): Promise<Buffer> {
    const { status, body } = await this.host.fetch(url);
    if (status >= 200 && status <= 299) return body;
    if (parseRepoSpec(url)) throw failed('URL is a git repository');
    throw new HttpError(`HTTP Error: status code ${status} (${STATUS_CODES[status] ?? ''})`);
  }

  private containingRepository(): Repository | undefined {
    return this.repository ?? this.referrer?.containingRepository();
  }

  private refuseCycle(candidate: string): void {
    if (isWithin(this.root, candidate)) {
      throw failed(`cycle detected: candidate root '${candidate}' contains visited root '${this.root}'`);
    }
    this.referrer?.refuseCycle(candidate);
  }

  private refuseRepositoryCycle(spec: RepoSpec): void {
    if (this.repository?.spec.raw.startsWith(spec.raw)) {
      throw failed(`cycle detected: URI '${spec.raw}' referenced by previous URI '${this.repository.spec.raw}'`);
    }
    this.referrer?.refuseRepositoryCycle(spec);
  }
}

const FORCED_GIT =
  "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. Kustomize currently strips this invalid prefix, but will stop doing so in a future release. Please remove the 'git::' prefix from your configuration.";

/** A path without symbolic links, taken apart; `file` is '' for a folder. */
function cleanedAbs(host: Host, path: string): { folder: string; file: string } {
  const absolute = resolve(host.cwd, path);
  let real: string;
  try {
    real = host.realPath(absolute);
  } catch (error) {
    throw failed(`evalsymlink failure on '${path}' : ${(error as Error).message}`, error);
  }
  return host.isFolder(real) ? { folder: real, file: '' } : { folder: dirname(real), file: basename(real) };
}

function confirmFolder(host: Host, path: string): string {
  try {
    if (path === '') throw failed('directory path cannot be empty');
    const { folder, file } = cleanedAbsOf(host, path);
    if (file !== '') throw failed(`'${path}': file is not directory`);
    return folder;
  } catch (error) {
    throw within('must build at directory', error);
  }
}

function cleanedAbsOf(host: Host, path: string): { folder: string; file: string } {
  try {
    return cleanedAbs(host, path);
  } catch (error) {
    throw within('not a valid directory', error);
  }
}
