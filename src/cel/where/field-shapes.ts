import { apiVersionOf } from '../../api/resource.ts';
import { namedType, type TypeSchema, typeSchema, type ValueSchema } from '../../api/schema.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import type { Expr, ExprOf, Problem } from '../syntax.ts';
import type { WhereType } from './word.ts';
import { WHOLE } from './words.ts';

/** What a part of an expression may hold, one for each type of objects; undefined where that is not known. */
export type Shapes = readonly ValueSchema[] | undefined;

/** Names that loops have given, innermost first. */
export type Scope = ReadonlyMap<string, Shapes>;

const kindNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int32: 'a number',
  int64: 'a number',
  number: 'a number',
};

/**
 * Finds the declarations behind `status.phase` and `c.image`, and fields that are none: a slip of the fingers in
 * `status.phsae != "Running"` would otherwise be true of everything. Custom types are not known; neither is what
 * stands in brackets (`status["new"]`), for fields that are newer than kctl.
 */
export class FieldShapes {
  readonly #types: readonly (TypeSchema | undefined)[];
  readonly #subject: string;
  readonly #problems: Problem[];

  /** @param subject who has no such field: `pods` */
  constructor(types: readonly WhereType[], subject: string, problems: Problem[]) {
    this.#types = types.map((type) => typeSchema(apiVersionOf(type), type.kind));
    this.#subject = subject;
    this.#problems = problems;
  }

  of(expr: Expr, scope: Scope): Shapes {
    if (expr.kind === 'ident') return scope.has(expr.name) ? scope.get(expr.name) : this.#top(expr.name);
    if (expr.kind === 'select') return expr.testOnly ? undefined : this.#field(expr, this.of(expr.operand, scope));
    if (expr.kind === 'call' && expr.name === '_[_]') return this.#element(expr.args[0]!, scope);
    return undefined;
  }

  /** What a loop over `range` goes through. */
  items(range: Expr, scope: Scope): Shapes {
    const shapes = this.of(range, scope);
    if (shapes?.every(({ kind }) => kind === 'map')) return [{ kind: 'string' }];
    return shapes?.every((shape) => shape.kind === 'array') ? shapes.map(({ items }) => items) : undefined;
  }

  #top(name: string): Shapes {
    const known = this.#types.filter((type) => type !== undefined);
    if (known.length < this.#types.length) return undefined;
    if (WHOLE.includes(name)) return known.map((type) => ({ kind: 'object', type: type.name }));
    const shapes = known.flatMap(({ fields }) => fields.get(name)?.value ?? []);
    return shapes.length > 0 ? shapes : undefined;
  }

  #element(operand: Expr, scope: Scope): Shapes {
    const shapes = this.of(operand, scope);
    const found = shapes?.flatMap((shape) =>
      shape.kind === 'array' ? shape.items : shape.kind === 'map' ? shape.values : [],
    );
    return found?.length === shapes?.length ? found : undefined;
  }

  #field(expr: ExprOf<'select'>, shapes: Shapes): Shapes {
    if (!shapes || shapes.some(({ kind }) => kind === 'any')) return undefined;
    const found: ValueSchema[] = [];
    const names: string[] = [];
    for (const shape of shapes) {
      if (shape.kind === 'map') found.push(shape.values);
      if (shape.kind !== 'object') continue;
      const type = namedType(shape.type);
      if (!type) return undefined;
      const field = type.fields.get(expr.field);
      if (field) found.push(field.value);
      names.push(...type.fields.keys());
    }
    if (found.length === 0) this.#refuse(expr, shapes, names);
    return found.length > 0 ? found : undefined;
  }

  #refuse({ operand, field, pos }: ExprOf<'select'>, shapes: readonly ValueSchema[], names: readonly string[]): void {
    const path = pathOf(operand);
    const kind = shapes[0]?.kind ?? '';
    const nearest = nearestName(field, names);
    const message =
      kind === 'array'
        ? `${path} is a list: ask of one (${path}[0].${field}) or of any (${path}.exists(x, x.${field} == ...))`
        : kind !== 'object'
          ? `${path} is ${kindNames[kind] ?? 'a text'} and has no fields`
          : `${this.#subject} have no field "${field}" in ${path}${nearest ? `; did you mean "${nearest}"?` : ` that kctl knows of (${path}["${field}"] asks all the same)`}`;
    this.#problems.push({ pos: pos + 1, message });
  }
}

/** `spec.containers`, as it was written. */
export function pathOf(expr: Expr): string {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind === 'select') return `${pathOf(expr.operand)}.${expr.field}`;
  return expr.kind === 'call' && expr.name === '_[_]' ? `${pathOf(expr.args[0]!)}[...]` : 'this';
}
