import { apiVersionOf } from '../../api/resource.ts';
import { typeSchema } from '../../api/schema.ts';
import { type CelType, DYN, formatType } from '../types.ts';
import type { WhereType, WhereWord } from './word.ts';
import { wordsOfAll } from './words-of-all.ts';
import { wordsOfKinds } from './words-of-kinds.ts';
import { wordsOfPods } from './words-of-pods.ts';

/** Every word there is; a word may mean something of its own for each kind. */
const whereWords: readonly WhereWord[] = [...wordsOfAll, ...wordsOfPods, ...wordsOfKinds];

/** The whole object. */
export const WHOLE: readonly string[] = ['self', 'object'];

/** What custom types have at their top, as far as can be known. */
const customFields = ['apiVersion', 'kind', 'metadata', 'spec', 'status', 'data'];

/** `Pod`, `Deployment.apps`. */
export const kindKey = ({ group, kind }: Pick<WhereType, 'group' | 'kind'>): string =>
  group ? `${kind}.${group}` : kind;

/** The fields at the top of a type's objects. */
function topFields(type: WhereType): readonly string[] {
  const schema = typeSchema(apiVersionOf(type), type.kind);
  return schema ? [...schema.fields.keys()] : customFields;
}

/** What can be said of objects of some types: each word by the kinds for which it means something. */
export interface Vocabulary {
  /** Names with the type that they have for all the kinds that have them; DYN where those differ. */
  variables: Readonly<Record<string, CelType>>;
  /** The word of a name for the objects of a kind; undefined for fields, and where the kind has none. */
  word(name: string, kind: string): WhereWord | undefined;
  /** Any of the words of that name. */
  anyWord(name: string): WhereWord | undefined;
}

export function vocabularyOf(types: readonly WhereType[]): Vocabulary {
  const byKind = new Map<string, Map<string, WhereWord>>();
  const variables: Record<string, CelType> = {};
  const declare = (name: string, type: CelType): void => {
    const before = Object.hasOwn(variables, name) ? variables[name] : undefined;
    variables[name] = before === undefined || formatType(before) === formatType(type) ? type : DYN;
  };
  for (const name of WHOLE) declare(name, DYN);
  for (const type of types) {
    const kind = kindKey(type);
    const fields = topFields(type);
    // A field of the object's own comes before a word: events have a `reason`, secrets a `type`.
    const words = whereWords.filter(({ name, kinds }) => (!kinds || kinds.includes(kind)) && !fields.includes(name));
    byKind.set(kind, new Map(words.map((word) => [word.name, word])));
    for (const name of fields) declare(name, DYN);
    for (const { name, type: of } of words) declare(name, of);
  }
  return {
    variables,
    word: (name, kind) => byKind.get(kind)?.get(name),
    anyWord: (name) => [...byKind.values()].map((words) => words.get(name)).find((word) => word !== undefined),
  };
}
