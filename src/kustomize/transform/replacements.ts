import { failed } from '../failure.ts';
import { decode } from '../kustomization/decode.ts';
import { plainData } from '../kustomization/read.ts';
import type { FieldOptions, Replacement, SourceSelector, TargetSelector } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { idText, isSelectedBy, type ResourceId } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { hasLabels, selectorId } from '../resource/select.ts';
import { matchPath } from '../tree/match.ts';
import { isNilOrEmpty, type Node, textOf } from '../tree/node.ts';
import { lookup, splitBracketPath } from '../tree/path.ts';
import type { Transformer } from './transformer.ts';

const DEFAULT_PATH = 'metadata.name';

/** Reads the files that `replacements` name. @throws KctlError `input` */
export async function loadReplacements(entries: readonly Replacement[], loader: Loader): Promise<Replacement[]> {
  const result: Replacement[] = [];
  for (const { path, ...inline } of entries) {
    if (!path) {
      result.push(inline);
      continue;
    }
    if (inline.source || (inline.targets?.length ?? 0) > 0)
      throw failed('cannot specify both path and inline replacement');
    const data = plainData(await loader.loadText(path));
    if (Array.isArray(data)) result.push(...data.map(readReplacement));
    else if (typeof data === 'object' && data !== null) result.push(readReplacement(data));
    else
      throw failed(
        `unsupported replacement type encountered within replacement path: ${data === undefined || data === null ? 'invalid' : typeof data}`,
      );
  }
  return result;
}

const readReplacement = (data: unknown): Replacement => decode<Replacement>(data, 'Replacement', { strict: false });

/** Copies fields of one object to fields of others. */
export function replacementTransformer(replacements: readonly Replacement[]): Transformer {
  return ({ items }) => {
    for (const { source, targets } of replacements) {
      if (!source || !targets) throw failed('replacements must specify a source and at least one target');
      const value = sourceValue(items, source);
      for (const target of targets) copyTo(items, value, target);
    }
  };
}

/** Ids by which replacements know an object: what it is, without its scope, and what it was. */
function idsOf(resource: Resource): ResourceId[] {
  return [{ ...resource.id, clusterScoped: false }, ...resource.previousIds];
}

function sourceValue(items: readonly Resource[], source: SourceSelector): Node {
  const wanted = selectorId(source);
  const matches = items.filter((item) => idsOf(item).some((id) => isSelectedBy(id, wanted)));
  if (matches.length > 1) throw failed(`multiple matches for selector ${sourceText(source)}`);
  if (matches.length === 0) throw failed(`nothing selected by ${sourceText(source)}`);
  const fieldPath = source.fieldPath || DEFAULT_PATH;
  const found = sourceField(matches[0]!.node, fieldPath);
  if (isNilOrEmpty(found)) {
    throw failed(`fieldPath \`${fieldPath}\` is missing for replacement source ${idText(wanted)}`);
  }
  return refined(found!, source.options);
}

function sourceField(node: Node, fieldPath: string): Node | undefined {
  try {
    return lookup(node, splitBracketPath(fieldPath, '.'));
  } catch (error) {
    throw failed(`error looking up replacement source: ${(error as Error).message}`, error);
  }
}

function sourceText(source: SourceSelector): string {
  const { fieldPath = '', options } = source;
  const { delimiter = '', index = 0, create = false } = options ?? {};
  const shown = delimiter === '' && !create ? '' : `${delimiter}(${index}), create=${create}`;
  return [idText(selectorId(source)), fieldPath, shown].filter((part) => part !== '').join(':');
}

const SCALARS_ONLY = 'delimiter option can only be used with scalar nodes';

function refined(node: Node, { delimiter = '', index = 0 }: FieldOptions = {}): Node {
  if (delimiter === '') return node;
  if (node.kind !== 'scalar') throw failed(SCALARS_ONLY);
  const parts = textOf(node).split(delimiter);
  if (index < 0 || index >= parts.length) {
    throw failed(`options.index ${index} is out of bounds for value ${textOf(node)}`);
  }
  const result = node.copy();
  result.value = parts[index]!;
  return result;
}

function copyTo(items: readonly Resource[], value: Node, target: TargetSelector): void {
  const { select, reject = [] } = target;
  if (!select) throw failed('target must specify resources to select');
  const wanted = selectorId(select);
  const unwanted = reject.map(selectorId).filter((id) => !isAnything(id));
  for (const item of items) {
    if (!hasLabels(item.annotations(), select.annotationSelector) || !hasLabels(item.labels(), select.labelSelector))
      continue;
    if (reject.some((each) => isRejectedByLabels(item, each))) continue;
    const ids = idsOf(item);
    if (unwanted.some((each) => ids.some((id) => isSelectedBy(id, each)))) continue;
    if (ids.some((id) => isSelectedBy(id, wanted))) copyInto(item.node, value, target);
  }
}

const isAnything = ({ group, version, kind, name, namespace }: ResourceId): boolean =>
  group + version + kind + name + namespace === '';

function isRejectedByLabels(
  item: Resource,
  { annotationSelector, labelSelector }: TargetSelector['select'] & object,
): boolean {
  if (!annotationSelector && !labelSelector) return false;
  return hasLabels(item.annotations(), annotationSelector) && hasLabels(item.labels(), labelSelector);
}

function copyInto(node: Node, value: Node, { fieldPaths, options = {} }: TargetSelector): void {
  for (const path of fieldPaths?.length ? fieldPaths : [DEFAULT_PATH]) {
    const problem = `unable to find ${options.create ? 'or create ' : ''}field ${JSON.stringify(path)} in replacement target`;
    let fields: Node[];
    try {
      fields = matchPath(node, splitBracketPath(path, '.'), options.create ? value.kind : undefined);
    } catch (error) {
      throw failed(`${problem}: ${(error as Error).message}`, error);
    }
    if (fields.length === 0) throw failed(problem);
    for (const field of fields) setValue(field, value, options);
  }
}

function setValue(field: Node, source: Node, { delimiter = '', index = 0 }: FieldOptions): void {
  const value = source.copy();
  if (delimiter !== '') {
    if (field.kind !== 'scalar') throw failed(SCALARS_ONLY);
    const parts = field.value.split(delimiter);
    const text = textOf(value);
    if (index < 0) parts.unshift(text);
    else if (index >= parts.length) parts.push(text);
    else parts[index] = text;
    value.value = parts.join(delimiter);
  }
  // A scalar takes the text alone: whether it is a number or a text stays as it was.
  if (field.kind === 'scalar') field.value = value.value;
  else field.become(value);
}
