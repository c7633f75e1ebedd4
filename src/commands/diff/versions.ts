import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import { toYaml } from '../../lib/yaml/write.ts';

/** Two folders with a file for each object: as it is, and as it would be. Only their owner can read them. */
export class VersionFolders {
  readonly live: string;
  readonly merged: string;

  constructor(folder: string = tmpdir()) {
    this.live = mkdtempSync(join(folder, 'LIVE-'));
    this.merged = mkdtempSync(join(folder, 'MERGED-'));
  }

  /** @param live undefined: there is none yet */
  add(name: string, live: KubeObject | null | undefined, merged: KubeObject): void {
    write(this.live, name, live);
    write(this.merged, name, merged);
  }

  addPruned(object: KubeObject): void {
    write(this.live, fileName(object), object);
  }

  remove(): void {
    for (const folder of [this.live, this.merged]) rmSync(folder, { recursive: true, force: true });
  }
}

function write(folder: string, name: string, object: KubeObject | null | undefined): void {
  // A name may hold what no name of an object holds only where a server is not to be trusted.
  const safe = name.replaceAll('/', '_').replaceAll('\\', '_');
  writeFileSync(join(folder, safe), object === undefined ? '' : toYaml(object), { mode: 0o600 });
}

/** `apps.v1.Deployment.default.web`. */
export function fileName({ apiVersion, kind, metadata }: KubeObject): string {
  const { group, version } = parseApiVersion(apiVersion);
  const parts = [version, kind, metadata.namespace ?? '', metadata.name ?? ''];
  return (group === '' ? parts : [group, ...parts]).join('.');
}

const mask = { same: '***', before: '*** (before)', after: '*** (after)' };

/** Hides what a secret holds; that a value changes stays to be seen. Null stands for no object, as kubectl writes it. */
export function maskSecret(
  live: KubeObject | undefined,
  merged: KubeObject,
): { live: KubeObject | null; merged: KubeObject } {
  const [before, after] = [{ ...live?.data }, { ...merged.data }];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const changed = key in before && key in after && before[key] !== after[key];
    if (key in before) before[key] = changed ? mask.before : mask.same;
    if (key in after) after[key] = changed ? mask.after : mask.same;
  }
  return {
    live: live ? { ...live, ...(live.data && { data: before }) } : null,
    merged: { ...merged, ...(merged.data && { data: after }) },
  };
}
