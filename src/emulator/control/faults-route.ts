import type { FaultsListed, SetFault, ShownFault } from '../../api/control/faults.ts';
import { readFaultSpec } from '../faults/read-spec.ts';
import type { Fault } from '../faults/rule.ts';
import type { ControlCall } from './call.ts';

const shown = ({ id, spec, since, until, strikes }: Fault): ShownFault => ({
  id,
  ...spec,
  since: new Date(since).toISOString(),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  strikes,
});

/** `GET faults`: `{ now, faults: [{ id, kind, ..., since, until, strikes }] }`; times are the cluster's. */
export const listFaults = ({ context }: ControlCall): FaultsListed => ({
  now: new Date(context.machine.clock.now()).toISOString(),
  faults: context.faults.list().map(shown),
});

/** `POST faults` with `{ kind, ... }` (api/control/faults.ts): `{ fault, isSet }`, not set where it struck once and was over. */
export async function addFault({ context, body }: ControlCall): Promise<SetFault> {
  const fault = await context.faults.add(readFaultSpec(body));
  return { fault: shown(fault), isSet: context.faults.list().some(({ id }) => id === fault.id) };
}

/** `DELETE faults/f1` ends one, `DELETE faults` all: `{ faults: [...] }` that were set. */
export async function removeFaults({ context, rest }: ControlCall): Promise<unknown> {
  const [id] = rest;
  const ended = id === undefined ? await context.faults.clear() : [await context.faults.remove(id)];
  return { faults: ended.map(shown) };
}
