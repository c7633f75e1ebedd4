import type { BuildResult } from '../../oci/build/export-image.ts';
import { rules, ruleUrl } from '../../oci/build/lint/rules.ts';
import type { BuildWarning } from '../../oci/build/lint/warnings.ts';
import { locationOf } from './call.ts';
import type { Shown } from './report.ts';

/** `--metadata-file`: the keys that docker writes of what was built. */
export function metadataText(
  { target, id, platforms }: BuildResult,
  names: readonly string[],
  warnings: readonly BuildWarning[],
  { name: filename }: Shown,
): string {
  const { mediaType, digest, size } = target;
  const metadata = {
    ...(platforms.length === 1 ? { 'containerimage.config.digest': id } : {}),
    'containerimage.descriptor': { mediaType, digest, size },
    'containerimage.digest': digest,
    ...(names.length > 0 ? { 'image.name': names.join(',') } : {}),
    ...(warnings.length > 0
      ? {
          'buildx.build.warnings': warnings.map(({ rule, message, range }) => ({
            level: 1,
            short: Buffer.from(`${rule}: ${message} (line ${range.first})`).toString('base64'),
            detail: [Buffer.from(rules[rule].description).toString('base64')],
            url: ruleUrl(rule),
            sourceInfo: { filename },
            range: (locationOf(range) as { ranges: object[] }).ranges,
          })),
        }
      : {}),
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
