import { loadExpressions } from '../policies/expressions.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { hookCounts } from '../webhooks/hooks.ts';
import { isExempt } from '../webhooks/matching.ts';

/** MutatingAdmissionPolicy: loaded, with CEL, when the first binding is there. */
export const mutatingPolicies: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  admit(request) {
    if (hookCounts(request.machine).mutatingBindings === 0) return undefined;
    return import('../policies/mutate.ts').then(({ mutateByPolicies }) => mutateByPolicies(request));
  },
};

/** ValidatingAdmissionPolicy. */
export const validatingPolicies: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  check(request) {
    if (hookCounts(request.machine).validatingBindings === 0) return undefined;
    return import('../policies/validate.ts').then(({ validateByPolicies }) => validateByPolicies(request));
  },
};

/** Waits for what the validation of policies and webhooks needs. */
export const expressions: AdmissionPlugin = {
  name: 'Expressions',
  admit(request) {
    const { operation, subresource } = request;
    if (!isExempt(request) || subresource || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined;
    return loadExpressions();
  },
};
