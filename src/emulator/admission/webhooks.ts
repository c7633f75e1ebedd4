import type { AdmissionPlugin } from '../registry/machine.ts';
import { hookCounts } from '../webhooks/hooks.ts';

/** MutatingAdmissionWebhook: loaded when the first configuration is there. */
export const mutatingWebhooks: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  admit(request) {
    if (hookCounts(request.machine).mutatingWebhooks === 0) return undefined;
    return import('../webhooks/mutate.ts').then(({ mutateByWebhooks }) => mutateByWebhooks(request));
  },
};

/** ValidatingAdmissionWebhook. */
export const validatingWebhooks: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  check(request) {
    if (hookCounts(request.machine).validatingWebhooks === 0) return undefined;
    return import('../webhooks/validate.ts').then(({ validateByWebhooks }) => validateByWebhooks(request));
  },
};
