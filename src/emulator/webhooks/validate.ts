import type { AdmissionRequest } from '../registry/machine.ts';
import { webhooksOf } from './configurations.ts';
import { ask, consequence, invocation } from './invoke.ts';

/**
 * Asks all validating webhooks that match, at the same time; the first (in their order) that refuses
 * speaks (webhook/validating/dispatcher.go).
 */
export async function validateByWebhooks(request: AdmissionRequest): Promise<void> {
  const calls: Promise<Error | undefined>[] = [];
  for (const webhook of webhooksOf(request.machine, 'validatingWebhooks')) {
    const matched = await invocation(webhook, request);
    if (matched)
      calls.push(ask(webhook, request, matched, false).then(nothing, (error) => consequence(webhook, error)));
  }
  const failures = await Promise.all(calls);
  const first = failures.find((failure) => failure !== undefined);
  if (first) throw first;
}

const nothing = (): undefined => undefined;
