import type { KubeObject } from '../../api/meta.ts';
import type { IoStreams } from '../../lib/io.ts';
import { sizeText } from '../../lib/size-text.ts';
import { type ImageUse, nodesOf, totalBytes } from '../../oci/in-use/image-use.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import { textTable } from '../shared/text-table.ts';

interface Layout {
  output: ResultOutput;
  noHeaders: boolean;
  /** Workloads with their namespaces. */
  withNamespaces: boolean;
}

const UNKNOWN = 'unknown';
/** So many workloads and nodes are named; `-o json` has all of them. */
const MOST = 2;
const MOST_WIDE = 6;
const SHORT_DIGEST = 12;

/** The images as `-o` asks for them. */
export async function printImages(images: readonly ImageUse[], layout: Layout, io: IoStreams): Promise<void> {
  const { output, noHeaders } = layout;
  const format = output.format.name;
  if (format === 'name') {
    for (const { name } of images) io.stdout.write(`${name}\n`);
    return;
  }
  if (format !== '' && format !== 'wide') {
    const list = { apiVersion: 'kctl.dev/v1', kind: 'ImageList', metadata: {}, items: images.map(asItem) };
    io.stdout.write((await objectPrinter(output, io))(JSON.parse(JSON.stringify(list)) as KubeObject));
    return;
  }
  const isWide = format === 'wide';
  const headers = ['IMAGE', 'SIZE', 'UNIQUE', 'PULLED', 'USED BY'];
  if (isWide) headers.push('POLICY', 'DIGEST', 'LAYERS', 'SHARES LAYERS WITH', 'NODES');
  const rows = images.map((image) => rowOf(image, isWide, layout.withNamespaces));
  io.stdout.write(textTable(noHeaders ? undefined : headers, rows));
  if (io.stdout.isTTY && !noHeaders) io.stdout.write(`\n${summary(images)}\n`);
}

function rowOf(image: ImageUse, isWide: boolean, withNamespaces: boolean): string[] {
  const { name, size, uniqueBytes, uses, digests, layers, sharesWith } = image;
  const most = isWide ? MOST_WIDE : MOST;
  const workloads = distinct(
    uses.map((use) => (withNamespaces ? `${use.namespace}/${shortWorkload(use)}` : shortWorkload(use))),
  );
  const row = [
    name,
    size ? sizeText(size.bytes) : UNKNOWN,
    uniqueBytes === undefined ? UNKNOWN : sizeText(uniqueBytes),
    uses.length === 0 ? '-' : `${uses.filter(({ digest }) => digest !== '').length}/${uses.length}`,
    some(workloads, most) || '-',
  ];
  if (!isWide) return row;
  const nodes = nodesOf(image);
  return [
    ...row,
    distinct(uses.map(({ policy }) => policy)).join(',') || '-',
    some(
      digests.map((digest) => digest.replace('sha256:', '').slice(0, SHORT_DIGEST)),
      most,
    ) || UNKNOWN,
    layers ? String(layers.length) : UNKNOWN,
    layers ? some(sharesWith, most) || '-' : UNKNOWN,
    some(nodes, most) || '-',
  ];
}

/** As one types it. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  daemonset: 'ds',
  deployment: 'deploy',
  replicaset: 'rs',
  statefulset: 'sts',
};

function shortWorkload({ workload }: { workload: string }): string {
  const [kind = '', name = ''] = workload.split('/');
  return `${SHORT_KINDS[kind] ?? kind}/${name}`;
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].filter((value) => value !== '').sort();

function some(values: readonly string[], most: number): string {
  const rest = values.length - most;
  return rest > 0 ? `${values.slice(0, most).join(', ')} +${rest}` : values.join(', ');
}

function summary(images: readonly ImageUse[]): string {
  const count = `${images.length} image${images.length === 1 ? '' : 's'}`;
  const sizes = images.map(({ size }) => size?.bytes);
  const known = sizes.filter((bytes) => bytes !== undefined);
  const sum = known.reduce((total, bytes) => total + bytes, 0);
  const missing = sizes.length - known.length;
  const parts = [`${sizeText(sum)} together${missing > 0 ? `, ${missing} of unknown size` : ''}`];
  const shared = totalBytes(images.filter(({ size }) => size !== undefined));
  if (shared !== undefined && known.length > 0) parts.push(`${sizeText(shared)} with every layer once`);
  if (images.some(({ isSimulated }) => isSimulated)) parts.push('simulated');
  return `${count}: ${parts.join('; ')}`;
}

function asItem(image: ImageUse): object {
  const { uses, size, sharesWith, isSimulated, layersUnknown, ...rest } = image;
  return {
    ...rest,
    ...(size ? { sizeBytes: size.bytes, sizeFrom: size.from } : {}),
    ...(rest.layers ? { sharesLayersWith: sharesWith, simulated: isSimulated } : {}),
    ...(layersUnknown && { layersUnknown: layersUnknown.unknown }),
    nodes: nodesOf(image),
    uses,
  };
}
