import type { KubeObject } from '../../api/meta.ts';
import type { CelType } from '../../cel/index.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { Machine } from '../registry/machine.ts';
import { compilePolicy } from './compile.ts';
import { objectTypeFor } from './object-types.ts';
import { specOf } from './spec.ts';

/** More kinds than these are not looked at (policy/validating/typechecking.go). */
const MAX_KINDS = 10;

const COMPILATION = 'compilation failed: ';

interface ExpressionWarning {
  fieldRef: string;
  warning: string;
}

/** Kinds that the rules name one by one, sorted; what a wildcard covers is not known. */
function namedResources(machine: Machine, policy: KubeObject): ServedResource[] {
  const found = new Map<string, ServedResource>();
  for (const rule of specOf(policy).matchConstraints?.resourceRules ?? []) {
    const named = sorted(rule.apiGroups).flatMap((group) =>
      sorted(rule.apiVersions).flatMap((version) =>
        sorted(rule.resources).flatMap((plural) => machine.catalog.find(group, version, plural) ?? []),
      ),
    );
    for (const one of named.slice(0, MAX_KINDS)) found.set(keyOf(one), one);
    if (named.length >= MAX_KINDS) break;
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
}

const sorted = (names: readonly string[] = []): string[] => [...names].sort();

const keyOf = ({ group, version, kind }: ServedResource): string => [group, version, kind].join('\0');

function paramsType(machine: Machine, policy: KubeObject): CelType | undefined {
  const { apiVersion, kind } = specOf(policy).paramKind ?? {};
  const resource = apiVersion && kind ? machine.catalog.ofKind(apiVersion, kind) : undefined;
  return resource && objectTypeFor(resource);
}

/** What of a policy's expressions does not fit the kinds it is about. */
export function typeWarnings(machine: Machine, policy: KubeObject): ExpressionWarning[] {
  const texts = new Map<string, string[]>();
  const params = paramsType(machine, policy);
  for (const resource of namedResources(machine, policy)) {
    const type = objectTypeFor(resource);
    if (!type) continue;
    const { validations } = compilePolicy(policy, type, params);
    const note = (field: string, fault: string | undefined): void => {
      // What an expression comes to is not looked at here.
      if (!fault?.startsWith(COMPILATION)) return;
      const shown = `${resource.group}/${resource.version}, Kind=${resource.kind}: ${fault.slice(COMPILATION.length)}\n`;
      texts.set(field, [...(texts.get(field) ?? []), shown]);
    };
    validations.forEach(({ compiled, message }, at) => {
      note(`spec.validations[${at}].expression`, compiled.fault);
      note(`spec.validations[${at}].messageExpression`, message?.fault);
    });
  }
  return [...texts].map(([fieldRef, lines]) => ({ fieldRef, warning: lines.join('\n') }));
}
