import type { ContextSettings } from '../../settings/dashboard-settings.ts';
import type { DashboardServices } from '../services.ts';

const byServices = new WeakMap<DashboardServices, ContextSettings>();

/** Has the views of a context begin as its settings say, from now on. */
export function keepSettings(services: DashboardServices, settings: ContextSettings): void {
  byServices.set(services, settings);
}

/** What is set for a context; undefined while no view has been opened there. */
export function knownSettings(services: DashboardServices): ContextSettings | undefined {
  return byServices.get(services);
}

/** How much of a log comes at first, and how much of it is kept. */
export function logSettings(services: DashboardServices): NonNullable<ContextSettings['logs']> {
  return byServices.get(services)?.logs ?? {};
}

/** How often figures of use are asked for, ms. @param usual where nobody has set it */
export function metricsMs(services: DashboardServices, usual = 15_000): number {
  const seconds = byServices.get(services)?.metricsSeconds;
  return seconds === undefined ? usual : seconds * 1000;
}
