import { eachField, type FieldSpec } from '../config/field-spec.ts';
import { failed } from '../failure.ts';
import type { Var } from '../kustomization/types.ts';
import { gvkText } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { isMissingOrNull, isString, type Node, TAG } from '../tree/node.ts';
import { lookup, splitBracketPath } from '../tree/path.ts';
import { toValue } from '../tree/value.ts';
import type { Transformer } from './transformer.ts';

/** What a var stands for. */
type VarValue = string | number | bigint | boolean;

/** As Go prints a var: of the object that it is taken from, only the kind. */
export function varText({ name = '', objref = {}, fieldref = {} }: Var): string {
  const { group = '', version = '', kind = '' } = objref;
  return `{${name} ${gvkText({ group, version, kind })} {${fieldref.fieldPath ?? ''}}}`;
}

/** The var with group and version from `apiVersion`, and the field that is meant where none is given. */
export function fullVar({ name = '', objref = {}, fieldref = {} }: Var): Var {
  const [first, second, ...more] = (objref.apiVersion ?? '').split('/');
  const gv =
    !objref.apiVersion || more.length > 0
      ? {}
      : second === undefined
        ? { version: first! }
        : { group: first!, version: second };
  return { name, objref: { ...objref, ...gv }, fieldref: { fieldPath: fieldref.fieldPath || 'metadata.name' } };
}

const INDEXED = /^(.*)\[(\d+)\]$/;

/** The value of a var's field; undefined where there is none. Maps and lists come as they are. */
export function varValue(resource: Resource, fieldPath: string): unknown {
  const path = splitBracketPath(fieldPath, '.').flatMap((part) => {
    const [, name, index] = INDEXED.exec(part) ?? [];
    return index === undefined ? [part] : name ? [name, index] : [index];
  });
  const node = lookup(resource.node, path);
  if (!node) return undefined;
  if (node.kind !== 'scalar') return toValue(node);
  return node.tag === TAG.int || node.tag === TAG.float || node.tag === TAG.bool ? toValue(node) : node.value;
}

/**
 * Puts the values of vars in place of `$(NAME)`.
 * @param used gets the names of vars that were found
 */
export function varTransformer(
  values: ReadonlyMap<string, unknown>,
  specs: readonly FieldSpec[],
  used: Set<string>,
): Transformer {
  const mapping = (name: string): VarValue => {
    const value = values.get(name);
    if (value === undefined || typeof value === 'object') return `$(${name})`;
    used.add(name);
    return value as VarValue;
  };
  return ({ items }) => {
    for (const { node } of items) eachField(node, specs, (field) => replaceIn(field, mapping));
  };
}

function replaceIn(node: Node, mapping: (name: string) => VarValue): void {
  if (isMissingOrNull(node)) return;
  if (node.kind === 'scalar') {
    if (isString(node)) setValue(node, expand(node.value, mapping));
    return;
  }
  for (let at = 0; at < node.content.length; at++) {
    const item = node.content[at]!;
    if (node.kind === 'map' && at % 2 === 0) {
      if (!isString(item)) throw failed(`invalid map key: value='${item.value}', tag='${item.tag}'`);
    } else if (isString(item)) setValue(item, expand(item.value, mapping));
    else if (node.kind === 'seq') throw failed('invalid value type expect a string');
  }
}

function setValue(node: Node, value: VarValue): void {
  node.value = String(value);
  node.style = '';
  if (typeof value === 'string') {
    node.tag = TAG.str;
    if (value.includes('\n')) node.style = 'literal';
  } else if (typeof value === 'boolean') node.tag = TAG.bool;
  else node.tag = typeof value === 'bigint' || Number.isInteger(value) ? TAG.int : TAG.float;
}

const DOLLAR = /\$(?:(\$)|\(([^)]*)\)|(\()|([\s\S]))/g;

/** `$(NAME)` is a var, `$$` a dollar; a text that is nothing but a var becomes its value, of whatever type. */
export function expand(text: string, mapping: (name: string) => VarValue): VarValue {
  const [whole, , name] = new RegExp(DOLLAR.source).exec(text) ?? [];
  if (name !== undefined && whole === text) return mapping(name);
  return text.replace(DOLLAR, (all, dollar?: string, found?: string) => {
    if (dollar) return '$';
    return found === undefined ? all : String(mapping(found));
  });
}
