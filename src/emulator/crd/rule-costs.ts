import type { StatusCause } from '../../api/status.ts';

/** What one rule, and all rules of a schema, may be estimated to cost (apiextensions-apiserver, pkg/apis/apiextensions/validation). */
const RULE_LIMIT = 10_000_000;
const SCHEMA_LIMIT = 100_000_000;
const MOST_SHOWN = 4;

function exceeds(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** What to say of one expression that costs too much; undefined for those that do not. */
export const tooCostly = (what: string, cost: number): string | undefined =>
  cost > RULE_LIMIT ? exceeds(what, cost, RULE_LIMIT) : undefined;

/** Sums up what the rules of one schema cost. */
export class RuleCostSum {
  #total = 0;
  readonly #most: { field: string; cost: number }[] = [];

  add(field: string, cost: number): void {
    this.#total += cost;
    if (cost < SCHEMA_LIMIT / 100) return;
    this.#most.push({ field, cost });
    this.#most.sort((a, b) => b.cost - a.cost);
    this.#most.length = Math.min(this.#most.length, MOST_SHOWN);
  }

  /** The rules that cost most, then their sum, where that is above the limit. */
  tooMuch(schemaPath: string): StatusCause[] {
    if (this.#total <= SCHEMA_LIMIT) return [];
    const forbidden = (field: string, detail: string): StatusCause => ({
      reason: 'FieldValueForbidden',
      message: `Forbidden: ${detail}`,
      field,
    });
    const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const whole = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.#most.map(({ field }) => forbidden(field, detail)),
      forbidden(schemaPath, exceeds(whole, this.#total, SCHEMA_LIMIT)),
    ];
  }
}
