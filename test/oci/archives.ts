import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A file of a tar: text, or null for a folder; `->x` is a symbolic link. */
export type TarFiles = Record<string, string | Buffer | null>;

export const sha = (data: Buffer | string): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

export async function tar(files: TarFiles, hardLinks: Record<string, string> = {}): Promise<Buffer> {
  const packer = pack();
  const mtime = new Date(0);
  for (const [name, content] of Object.entries(files)) {
    if (content === null) packer.entry({ name, type: 'directory', mode: 0o755, mtime });
    else if (typeof content === 'string' && content.startsWith('->')) {
      packer.entry({ name, type: 'symlink', linkname: content.slice(2), mtime });
    } else packer.entry({ name, mtime }, content);
  }
  for (const [name, linkname] of Object.entries(hardLinks)) packer.entry({ name, type: 'link', linkname, mtime });
  packer.finalize();
  return buffer(packer);
}

export interface LayerSpec {
  /** As stored. */
  data: Buffer;
  diffId: string;
}

const json = (value: unknown) => JSON.stringify(value);

export function imageConfig(layers: LayerSpec[], history: object[] = [], architecture = 'amd64'): string {
  return json({
    architecture,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map((l) => l.diffId) },
    history,
  });
}

/** An OCI layout; several platforms make an index of them, as `docker buildx` does. */
export function ociLayout(
  images: { config: string; layers: LayerSpec[]; architecture?: string }[],
  name = 'web:1',
): TarFiles {
  const files: TarFiles = { 'oci-layout': json({ imageLayoutVersion: '1.0.0' }) };
  const blob = (data: Buffer | string, mediaType: string) => {
    files[`blobs/${sha(data).replace(':', '/')}`] = data;
    return { mediaType, digest: sha(data), size: Buffer.byteLength(data) };
  };
  const manifests = images.map(({ config, layers, architecture = 'amd64' }) => ({
    ...blob(
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: blob(config, 'application/vnd.oci.image.config.v1+json'),
        layers: layers.map(({ data }) => blob(data, 'application/vnd.oci.image.layer.v1.tar')),
      }),
      'application/vnd.oci.image.manifest.v1+json',
    ),
    platform: { os: 'linux', architecture },
  }));
  const top =
    manifests.length === 1
      ? manifests[0]!
      : blob(json({ schemaVersion: 2, manifests }), 'application/vnd.oci.image.index.v1+json');
  files['index.json'] = json({
    schemaVersion: 2,
    manifests: [{ ...top, annotations: { 'org.opencontainers.image.ref.name': name } }],
  });
  return files;
}

export function writeTree(root: string, files: TarFiles): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    if (content !== null) writeFileSync(join(root, name), content);
  }
}
