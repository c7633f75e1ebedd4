import type { Completer } from '../command.ts';
import { type Candidates, directives, type Place } from './place.ts';

type Kind = Completer['from'];
type Finder<K extends Kind> = (what: Extract<Completer, { from: K }>, place: Place) => Candidates | Promise<Candidates>;

const only = (words: readonly string[], { word }: Pick<Place, 'word'>): Candidates => ({
  words: words.filter((each) => each.startsWith(word)),
  directive: directives.noFiles,
});
const nothing: Candidates = { words: [], directive: directives.noFiles };

/** How each kind of completer finds its words; what asks a cluster is loaded only then. */
const finders: { [K in Kind]: Finder<K> } = {
  words: ({ words, repeat }, place) => (place.args.length === 0 || repeat ? only(words, place) : nothing),
  files: ({ extensions }) =>
    extensions ? { words: extensions, directive: directives.extensions } : { words: [], directive: directives.default },
  folders: () => ({ words: [], directive: directives.folders }),
  async kubeconfig({ list }, place) {
    if (place.args.length > 0) return nothing;
    const [{ loadKubeconfig }, { kubeconfigOptions }] = await Promise.all([
      import('../../kube/kubeconfig/load.ts'),
      import('../shared/kubeconfig-options.ts'),
    ]);
    const config = await loadKubeconfig(await kubeconfigOptions(place.context));
    return only([...config[list].keys()].sort(), place);
  },
  async own({ list, repeat }, place) {
    if (place.args.length > 0 && !repeat) return nothing;
    const words = await list(place.context, place.flags);
    return only(
      words.filter((word) => !place.args.includes(word)),
      place,
    );
  },
  objects: async (what, place) => (await import('./from-cluster.ts')).objects(what, place),
  types: async (_what, place) => (await import('./from-cluster.ts')).types(place),
  names: async (what, place) => (await import('./from-cluster.ts')).names(what, place),
  pods: async (what, place) => (await import('./from-cluster.ts')).pods(what, place),
  containers: async (_what, place) => (await import('./from-cluster.ts')).containers(place),
  copies: async (_what, place) => (await import('./from-cluster.ts')).copies(place),
};

/** The words that can stand in a place; none where they cannot be found out. */
export async function candidates(what: Completer, place: Place): Promise<Candidates> {
  try {
    return await (finders[what.from] as Finder<Kind>)(what, place);
  } catch {
    // Nobody can read why while a command line is being typed.
    return nothing;
  }
}
