import type { NameReference } from '../config/config-types.ts';
import { eachField, type FieldSpec } from '../config/field-spec.ts';
import { failed, within } from '../failure.ts';
import { type Gvk, idText, isSelected, sameNamespace } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import type { ResourceList } from '../resource/resource-list.ts';
import { setField, setScalar } from '../tree/edit.ts';
import { fieldOf, isMissingOrNull, type Node, scalarNode } from '../tree/node.ts';
import { resourceYaml } from './resource-text.ts';
import type { Transformer } from './transformer.ts';

/** Gives fields that hold the names of other objects the names that those have now. */
export function nameReferenceTransformer(references: readonly NameReference[]): Transformer {
  return (resources) => {
    const originals = new Map(resources.items.map((item) => [item, item.originalId]));
    for (const referrer of resources.items) {
      let candidates: ResourceList | undefined;
      for (const { fieldSpecs, ...target } of references) {
        for (const spec of fieldSpecs) {
          if (!isSelected(originals.get(referrer)!, spec)) continue;
          candidates ??= resources.referableBy(referrer);
          new Reference(referrer, spec, target, candidates).update();
        }
      }
    }
  };
}

/** One field of one object, and the kind of what it names. */
class Reference {
  private readonly referrer: Resource;
  private readonly spec: FieldSpec;
  private readonly target: Gvk;
  private readonly candidates: ResourceList;

  constructor(referrer: Resource, spec: FieldSpec, target: Gvk, candidates: ResourceList) {
    this.referrer = referrer;
    this.spec = spec;
    this.target = target;
    this.candidates = candidates;
  }

  update(): void {
    const { referrer, spec } = this;
    try {
      eachField(referrer.node, [{ ...spec, ...referrer.gvk }], (node) => this.set(node));
    } catch (error) {
      throw within(`updating name reference in '${spec.path}' field of '${idText(referrer.id)}'`, error);
    }
  }

  private set(node: Node): void {
    if (isMissingOrNull(node)) return;
    if (node.kind === 'scalar') this.setName(node);
    else if (node.kind === 'map') this.setReference(node);
    else if (node.kind === 'seq') {
      for (const item of node.content) {
        if (isMissingOrNull(item)) continue;
        if (item.kind === 'scalar') this.setName(item);
        else if (item.kind === 'map') this.setReference(item);
      }
    } else throw failed('node must be a scalar, sequence or map');
  }

  private setName(node: Node): void {
    const referral = this.select(node.value, this.candidates.items, (one, other) => one.name === other.name);
    if (!referral) return;
    referral.state.referrers.push(idText(this.referrer.id));
    if (referral.name !== node.value) setScalar(node, scalarNode(referral.name));
  }

  /** A map with `name` and `namespace`. */
  private setReference(node: Node): void {
    const name = fieldOf(node, 'name');
    if (!name) throw failed("path config error; no 'name' field in node");
    const isSame = (one: Resource, other: Resource) => one.name === other.name && one.namespace === other.namespace;
    const referral = this.select(name.value, this.inNamespaceOf(node), isSame);
    if (!referral) return;
    referral.state.referrers.push(idText(this.referrer.id));
    if (referral.name === name.value && referral.namespace === '') return;
    setField(node, 'name', scalarNode(referral.name));
    if (referral.namespace !== '') setField(node, 'namespace', scalarNode(referral.namespace));
  }

  private inNamespaceOf(node: Node): readonly Resource[] {
    const namespace = fieldOf(node, 'namespace');
    if (!namespace) return this.candidates.items;
    const { candidates } = this;
    return (
      candidates.byNamespace('originally').get(namespace.value) ??
      candidates.byNamespace('now').get(namespace.value) ??
      []
    );
  }

  private select(
    oldName: string,
    all: readonly Resource[],
    areSame: (one: Resource, other: Resource) => boolean,
  ): Resource | undefined {
    let found = all.filter(({ state }) => state.previous.some(({ name }) => name === oldName));
    if (found.length === 0) return undefined;
    found = found.filter(({ previousIds }) => previousIds.some((id) => isSelected(id, this.target)));
    found = found.filter(this.roleFilter()).filter((each) => this.isReachable(each));
    if (found.length === 1) return found[0];
    found = found.filter((each) => sameAffixes(each, this.referrer, true));
    if (found.length > 1) found = found.filter((each) => sameAffixes(each, this.referrer, false));
    const [first, ...more] = found;
    if (!first || more.every((each) => areSame(first, each))) return first;
    throw failed(
      `found multiple possible referrals: ${found.map(({ id }) => idText(id)).join(', ')}\n${this.details(found)}`,
    );
  }

  /** A role reference says whether it means a Role or a ClusterRole. */
  private roleFilter(): (resource: Resource) => boolean {
    const anything = () => true;
    if (!this.spec.path.endsWith('roleRef/name')) return anything;
    const roleRef = fieldOf(this.referrer.node, 'roleRef');
    const [group, kind] = [fieldOf(roleRef, 'apiGroup'), fieldOf(roleRef, 'kind')];
    if (!group || !kind) return anything;
    const wanted = { group: group.value, kind: kind.value };
    return ({ previousIds }) => previousIds.some((id) => isSelected(id, wanted));
  }

  private isReachable(candidate: Resource): boolean {
    const { id } = this.referrer;
    if (id.clusterScoped || candidate.id.clusterScoped || candidate.kind === 'ServiceAccount') return true;
    return sameNamespace(id, candidate.id);
  }

  private details(found: readonly Resource[]): string {
    const shown = found.map((each, at) => `--- possible referral ${at}:\n${withNotes(each)}\n`);
    return `\n**** Too many possible referral targets to referrer:\n${withNotes(this.referrer)}\n${shown.join('')}`;
  }
}

/** An object with what kustomize noted of it. */
function withNotes(resource: Resource): string {
  const copy = resource.copy();
  copy.setAnnotations({ ...copy.annotations(), ...copy.notes() });
  return resourceYaml(copy);
}

/** Whether both were given the same prefixes and suffixes last; with `allowsNone`, one without any agrees. */
function sameAffixes(one: Resource, other: Resource, allowsNone: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((affix) => {
    const [mine, theirs] = [one.state[affix], other.state[affix]];
    if (allowsNone && (mine.length === 0 || theirs.length === 0)) return true;
    return endAlike(mine, theirs);
  });
}

function endAlike(one: readonly string[], other: readonly string[]): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length === 0) return long.length === 0;
  return short.every((text, at) => text === long[at + long.length - short.length]);
}
