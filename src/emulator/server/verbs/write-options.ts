import type { StatusCause } from '../../../api/status.ts';
import { goQuote } from '../../../api/validation/go-text.ts';
import { invalid } from '../../errors.ts';
import type { WriteOptions } from '../../registry/machine.ts';
import { creationCheck } from '../create-permission.ts';
import { type Exchange, managerOf } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { addWarning } from '../warnings.ts';

/** How strictly unknown and duplicate fields are taken. */
type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface RequestOptions extends WriteOptions {
  fieldValidation: FieldValidation;
}

/**
 * `dryRun`, `fieldManager` and `fieldValidation` of a write.
 * @param kind of the options in messages: `CreateOptions`, `UpdateOptions`, `PatchOptions`
 */
export function writeOptions(exchange: Exchange, target: ResourceTarget, kind: string): RequestOptions {
  const { query } = exchange;
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const causes: StatusCause[] = [];
  if (dryRun.some((value) => value !== 'All')) {
    const shown = `[]string{${dryRun.map((value) => JSON.stringify(value)).join(', ')}}`;
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${shown}: supported values: "All"`,
      field: 'dryRun',
    });
  }
  const manager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(manager) > 128) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: 'Too long: may not be more than 128 bytes',
      field: 'fieldManager',
    });
  }
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(manager);
  if (odd) {
    const code = odd[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const at = Buffer.byteLength(manager.slice(0, odd.index));
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goQuote(manager)}: invalid character U+${code} (at position ${at})`,
      field: 'fieldManager',
    });
  }
  const validation = query.get('fieldValidation') || 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`,
      field: 'fieldValidation',
    });
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
  return {
    user: exchange.user,
    manager: managerOf(exchange),
    dryRun: dryRun.length > 0,
    subresource: target.subresource,
    fieldValidation: validation as FieldValidation,
    warn: (text) => addWarning(exchange.response, text),
    ...(kind === 'CreateOptions' ? {} : { mayCreate: creationCheck(exchange, target) }),
    request: {
      kind,
      apiVersion: 'meta.k8s.io/v1',
      ...(dryRun.length > 0 ? { dryRun } : {}),
      ...(manager ? { fieldManager: manager } : {}),
      ...(query.get('force') ? { force: ['true', '1', 't'].includes(query.get('force')!) } : {}),
      ...(query.get('fieldValidation') ? { fieldValidation: validation } : {}),
    },
  };
}
