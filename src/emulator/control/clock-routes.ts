import { FASTEST, type Jumped, SLOWEST, type Stepped } from '../../api/control/clock.ts';
import { ApiStatusError } from '../../api/status.ts';
import { badRequest, failure } from '../errors.ts';
import type { ControlCall } from './call.ts';
import { handleOf } from './components-route.ts';
import type { TimeControl } from './time-control.ts';

/** @throws ApiStatusError 409 where the clock is not the cluster's own */
function timeOf(call: ControlCall): TimeControl {
  const { time } = handleOf(call);
  if (time) return time;
  const why = 'the clock of this cluster is moved by the program that started it';
  throw new ApiStatusError(failure(409, 'Conflict', why, { kind: 'clock' }));
}

/** A number of the body. @throws ApiStatusError 400 */
function numberOf({ body }: ControlCall, field: string): number {
  const value = body[field];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badRequest(`${field} must be a number`);
}

/** `GET clock`: a ClockStatus. */
export const showClock = (call: ControlCall) => timeOf(call).status();

/** `POST clock/pause`: a ClockStatus. */
export const pauseClock = (call: ControlCall) => timeOf(call).pause();

/** `POST clock/resume`: a ClockStatus. */
export const resumeClock = (call: ControlCall) => timeOf(call).resume();

/** `POST clock/speed` with `{ speed }`: a ClockStatus. */
export function setClockSpeed(call: ControlCall): unknown {
  const speed = numberOf(call, 'speed');
  if (speed < SLOWEST || speed > FASTEST) throw badRequest(`speed must be between ${SLOWEST} and ${FASTEST}`);
  return timeOf(call).setSpeed(speed);
}

/** `POST clock/step` with `{ steps }`: Stepped (api/control/clock.ts). */
export async function stepClock(call: ControlCall): Promise<Stepped> {
  const time = timeOf(call);
  const moments = await time.step(numberOf(call, 'steps'), call.signal);
  return { moments, clock: time.status() };
}

/** `POST clock/jump` with `{ ms }`: Jumped. */
export async function jumpClock(call: ControlCall): Promise<Jumped> {
  const time = timeOf(call);
  const jump = await time.jump(numberOf(call, 'ms'), call.signal);
  return { jump, clock: time.status() };
}
