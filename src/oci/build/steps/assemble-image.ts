import type { CommittedLayer } from '../../rootfs/types.ts';
import { OCI_CONFIG, OCI_MANIFEST, type TypedDescriptor } from '../../store/manifest.ts';
import type { StoredConfig } from '../../store/read-image.ts';
import type { StoreLease } from '../../store/types.ts';
import type { BaseImage } from '../plan/base-image.ts';
import type { PlannedStage } from '../plan/operations.ts';
import type { BuiltStage } from './build-stage.ts';

type History = NonNullable<StoredConfig['history']>;

export interface AssembledImage {
  target: TypedDescriptor;
  /** Digest of the config: the image's id. */
  id: string;
  config: StoredConfig;
  layers: readonly CommittedLayer[];
}

/** Layers of docker's own types go into a manifest of OCI's. */
const ociTypes: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
};

/** The layers of an image in the store, as steps upon it go on with them. */
export function baseLayers({ image }: BaseImage): CommittedLayer[] {
  const diffIds = image.config.rootfs?.diff_ids ?? [];
  return image.manifest.layers.map(({ digest, size, mediaType }, index) => ({
    ...{ digest, size, mediaType: ociTypes[mediaType] ?? mediaType },
    diffId: diffIds[index] ?? '',
  }));
}

/**
 * Writes the config and the manifest of a stage under the lease.
 * @param built all stages that it begins with
 * @param labels `--label`
 * @param created ms; of an image in which nothing has a time
 */
export async function assembleImage(
  stage: PlannedStage,
  built: ReadonlyMap<PlannedStage, BuiltStage>,
  {
    labels,
    created,
    lease,
    annotations,
  }: {
    labels: ReadonlyMap<string, string>;
    created: number;
    lease: StoreLease;
    annotations?: Readonly<Record<string, string>>;
  },
): Promise<AssembledImage> {
  const { layers } = built.get(stage)!;
  const history = historyOf(stage, built, created);
  const { os, architecture, variant } = stage.platform;
  const base = rootImage(stage);
  const config: StoredConfig = {
    ...(stage.author ? { author: stage.author } : {}),
    architecture,
    ...(variant ? { variant } : {}),
    os,
    ...(base?.config['os.version'] ? { 'os.version': base.config['os.version'] } : {}),
    config: {
      ...stage.config,
      ...(labels.size > 0 ? { Labels: { ...stage.config.Labels, ...Object.fromEntries([...labels].sort()) } } : {}),
    },
    created: history.at(-1)?.created ?? new Date(created).toISOString(),
    history,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
  const stored = await lease.put(Buffer.from(JSON.stringify(config)));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, ...stored },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    ...(annotations ? { annotations } : {}),
  };
  const target = await lease.put(Buffer.from(JSON.stringify(manifest)));
  return { target: { mediaType: OCI_MANIFEST, ...target }, id: stored.digest, config, layers };
}

function rootImage({ base }: PlannedStage): BaseImage['image'] | undefined {
  return base.kind === 'stage' ? rootImage(base.stage) : base.kind === 'image' ? base.image.image : undefined;
}

/** Steps without a layer have the time of the last one that has one: so nothing but what was done makes a new image. */
function historyOf(stage: PlannedStage, built: ReadonlyMap<PlannedStage, BuiltStage>, created: number): History {
  const { base } = stage;
  const below: History =
    base.kind === 'stage'
      ? historyOf(base.stage, built, created)
      : base.kind === 'image'
        ? (base.image.image.config.history ?? [])
        : [];
  const baseTime = base.kind === 'image' ? base.image.image.config.created : undefined;
  let time = below.at(-1)?.created ?? baseTime ?? new Date(created).toISOString();
  const { results } = built.get(stage)!;
  const own: History = stage.history.map(({ createdBy, operation, author }) => {
    const record = operation && results.get(operation);
    if (record) time = new Date(record.created).toISOString();
    return {
      ...{ created: time, created_by: createdBy },
      ...(author ? { author } : {}),
      comment: 'buildkit.dockerfile.v0',
      ...(record?.layer ? {} : { empty_layer: true }),
    };
  });
  return [...below, ...own];
}
