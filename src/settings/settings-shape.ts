import { dashboardShape } from './dashboard-settings.ts';
import { registriesShape } from './registries.ts';
import { flag, list, object, text, whole } from './shape.ts';

/** settings.json as a whole, for its schema; who reads a part of it reads it by that part's own shape. */
export const settingsShape = object('The settings of kctl.', {
  protected: list(
    'Contexts, by name or by a pattern with * and ?, in which every change asks for the name of the context.',
    text('A name or a pattern.'),
  ),
  journal: object('What is kept of changes, so that they can be taken back.', {
    enabled: flag('False: nothing is kept. Default: true on a terminal.'),
    secrets: flag(
      'False: values of secrets are left out, so that changes of secrets cannot be taken back. Default: true.',
    ),
    keep: whole('Changes that are kept. Default: 500.', 1),
    days: whole('Days that a change is kept. Default: 30.', 1),
  }),
  registries: registriesShape,
  dashboard: dashboardShape,
});
