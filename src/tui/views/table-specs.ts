import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { compileJsonPath, relaxedJsonPath } from '../../lib/jsonpath.ts';
import type { TableSort } from '../../store/compact-row.ts';

/** A column as `views.yaml` writes it: `NAME<:jsonpath><|attributes>`. */
export interface ColumnSpec {
  name: string;
  /** A path into the whole object, as a template; absent: the table's own column of that name. */
  path?: string;
  /** Attribute letters: T time, N number, W wide, S show, H hide, L left, R right. */
  attributes: ReadonlySet<string>;
}

/** How the table of one kind is to look. */
export interface ViewSpec {
  columns: readonly ColumnSpec[];
  sort?: TableSort;
}

/** By key: `apps/v1/deployments`, `v1/pods@shop`, `v1/pods@^team-`, or a name of the kind. */
export type ViewSpecs = ReadonlyMap<string, ViewSpec>;

const attributeLetters = 'TNWSHLR';

/** A table in `views.yaml`. */
export interface WrittenView {
  columns?: readonly string[] | undefined;
  sortColumn?: string | undefined;
}

/**
 * The tables of k9s' `views.yaml`, read as they are (k9s, "Resource Custom Columns").
 * @param tell hears what is wrong, and of which table; the rest holds
 */
export function viewSpecs(
  views: Readonly<Record<string, WrittenView>>,
  tell: (problem: string) => void = () => undefined,
): ViewSpecs {
  const specs = new Map<string, ViewSpec>();
  for (const [key, view] of Object.entries(views)) {
    try {
      const sort = view.sortColumn ? sortOf(view.sortColumn) : undefined;
      specs.set(key, { columns: (view.columns ?? []).map(columnSpec), ...(sort && { sort }) });
    } catch (error) {
      tell(`views.yaml: ${key}: ${(error as Error).message}`);
    }
  }
  return specs;
}

function sortOf(text: string): TableSort {
  const [, column, order] = /^(.+?)(?::(asc|desc))?$/.exec(text) ?? [];
  if (!column) throw new KctlError('config', `${text}: NAME:asc or NAME:desc is expected`);
  return { column, descending: order === 'desc' };
}

function columnSpec(text: string): ColumnSpec {
  // A path may have bars in it, so that the attributes are what stands behind the last one.
  const [, body = text, letters = ''] = /^(.*)\|([A-Za-z]*)$/s.exec(text) ?? [];
  const unknown = [...letters.toUpperCase()].find((letter) => !attributeLetters.includes(letter));
  if (unknown) throw new KctlError('config', `${text}: there is no attribute ${unknown}`);
  const colon = body.indexOf(':');
  const name = (colon < 0 ? body : body.slice(0, colon)).trim();
  if (name === '') throw new KctlError('config', `${text}: a column needs a name`);
  const path = colon < 0 ? '' : body.slice(colon + 1).trim();
  return { name, ...(path && { path: template(text, path) }), attributes: new Set(letters.toUpperCase()) };
}

function template(text: string, path: string): string {
  try {
    const whole = relaxedJsonPath(path);
    compileJsonPath(whole, { explains: false });
    return whole;
  } catch (error) {
    throw new KctlError('config', `${text}: ${(error as Error).message}`, { cause: error });
  }
}

/** The spec for a kind in `namespace` (undefined is all): one for this namespace before one for any. */
export function specFor(specs: ViewSpecs, resource: ResourceInfo, namespace: string | undefined): ViewSpec | undefined {
  const { group, version, plural, singular, kind, shortNames } = resource;
  const gvr = [group, version, plural].filter(Boolean).join('/');
  const names = new Set([gvr, groupResource(resource), plural, singular, kind.toLowerCase(), ...shortNames]);
  let whole: ViewSpec | undefined;
  let matching: ViewSpec | undefined;
  for (const [key, spec] of specs) {
    const at = key.indexOf('@');
    if (!names.has(at < 0 ? key : key.slice(0, at))) continue;
    if (at < 0) {
      // The full name of a kind says more than an alias.
      if (!whole || key === gvr) whole = spec;
    } else if (key.slice(at + 1) === (namespace ?? 'all')) return spec;
    else if (!matching && namespace !== undefined && matches(key.slice(at + 1), namespace)) matching = spec;
  }
  return matching ?? whole;
}

function matches(expression: string, namespace: string): boolean {
  try {
    return new RegExp(expression).test(namespace);
  } catch {
    return false;
  }
}
