import { type LabelSelectorObject, selectorOf } from '../../lib/label-selector.ts';
import { canonicalQuantity } from '../../lib/quantity.ts';
import { NONE, UNSET } from './text.ts';

type Amounts = Readonly<Record<string, string | number>> | undefined | null;

/** The canonical text of an amount, `0` where there is none; what is no amount stays as it is. */
export function amountText(amount: string | number | undefined | null): string {
  if (amount === undefined || amount === null) return '0';
  try {
    return canonicalQuantity(amount);
  } catch {
    return String(amount);
  }
}

/** Names and amounts in the order of names. */
export function amountRows(amounts: Amounts): [name: string, amount: string][] {
  return Object.keys(amounts ?? {})
    .sort()
    .map((name) => [name, amountText(amounts?.[name])]);
}

/** A label selector as it is written in a query; empty where it selects everything, and where there is none. */
export function selectorQuery(selector: LabelSelectorObject | undefined): string {
  return selectorOf(selector).toString();
}

/** The same for people: `<none>` where it is empty. */
export function selectorOrNone(selector: LabelSelectorObject | undefined): string {
  return selectorQuery(selector) || NONE;
}

/** Joined as Go prints a slice: `[a b]`. */
export function sliceText(items: readonly unknown[] | undefined): string {
  return `[${(items ?? []).join(' ')}]`;
}

export function orUnset(value: unknown): string {
  return value === undefined || value === null ? UNSET : String(value);
}

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,RWX`, always in the same order. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.keys(ACCESS_MODES)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => ACCESS_MODES[mode])
    .join(',');
}

/** Takes out fields that are null, which count as absent where a layout names its fields. Changes `value` itself. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item);
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>;
    for (const key in fields) {
      // No layout shows them, and they are half of many objects.
      if (key === 'managedFields') continue;
      const field = fields[key];
      if (field === null) delete fields[key];
      else if (typeof field === 'object') withoutNulls(field);
    }
  }
  return value;
}
