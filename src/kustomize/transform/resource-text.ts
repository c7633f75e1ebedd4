import { toCompactJson } from '../../lib/json.ts';
import { toYaml } from '../../lib/yaml.ts';
import { failed } from '../failure.ts';
import type { Resource } from '../resource/resource.ts';
import { toValue } from '../tree/value.ts';

/** An object on one line, for messages. */
export const resourceText = ({ node }: Resource): string => toCompactJson(toValue(node));

/** An object as kustomize prints it. @throws KctlError `input` where its values do not fit their tags */
export function resourceYaml({ node }: Resource): string {
  return toYaml(finite(toValue(node)));
}

/** JSON has no infinity; whole numbers that were written as fractions are whole there. */
function finite(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw failed(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
  }
  if (Array.isArray(value)) for (const item of value) finite(item);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) finite(item);
  return value;
}
