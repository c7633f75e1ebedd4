import type { KubeObject } from '../../api/meta.ts';
import { LONGEST_ANNOTATION, shorten } from './maps.ts';
import { writeClaimTemplate } from './persistent-volume-claim.ts';
import { type DescribeText, NONE } from './text.ts';
import { shownLines, type VolumeKind, volumeKinds } from './volume-kinds.ts';

/** One of thirty volume sources; only the fields that its table entry names are read. */
type Source = KubeObject['spec'];

export interface Volume {
  name: string;
  [source: string]: Source;
}

export function writeVolumes(out: DescribeText, volumes: readonly Volume[], indent: string): void {
  if (volumes.length === 0) {
    out.line(0, `${indent}Volumes:\t${NONE}`);
    return;
  }
  out.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    out.line(1, `${indent === '' ? '' : ' '}${volume.name}:`);
    writeVolumeSource(out, volume, volumeKinds);
  }
}

/** The one source that a volume has, of those in `kinds`. */
export function writeVolumeSource(
  out: DescribeText,
  volume: Source,
  kinds: Readonly<Record<string, VolumeKind>>,
): void {
  const type = Object.keys(kinds).find((name) => volume?.[name] !== undefined && volume[name] !== null);
  if (type === undefined) {
    out.line(1, '<unknown>');
    return;
  }
  const source = volume?.[type];
  out.field(2, 'Type', kinds[type]?.about);
  for (const line of shownLines(kinds[type], source)) out.line(2, line);
  if (type === 'csi') writeAttributes(out, source.volumeAttributes);
  if (type === 'ephemeral' && source.volumeClaimTemplate) writeClaimTemplate(out.nested(2), source.volumeClaimTemplate);
  if (type === 'downwardAPI') writeItems(out, source.items ?? []);
}

function writeAttributes(out: DescribeText, attributes: Record<string, string> | undefined): void {
  const keys = Object.keys(attributes ?? {}).sort();
  out.print(2, 'VolumeAttributes:\t');
  if (keys.length === 0) out.line(0, NONE);
  for (const [index, key] of keys.entries()) {
    if (index > 0) out.print(4, '\t');
    const line = `${key}=${attributes?.[key]}`;
    out.line(2, shorten(line, LONGEST_ANNOTATION));
  }
}

function writeItems(out: DescribeText, items: readonly Source[]): void {
  out.line(2, 'Items:');
  for (const { fieldRef, resourceFieldRef, path } of items) {
    if (fieldRef) out.line(3, `${fieldRef.fieldPath} -> ${path}`);
    if (resourceFieldRef) out.line(3, `${resourceFieldRef.resource} -> ${path}`);
  }
}
