import { apiVersionOf } from '../api/resource.ts';
import { defineCommand } from './command.ts';
import { refuseArguments } from './shared/no-arguments.ts';

/** `kctl api-versions`: every group version that the server serves. */
export const apiVersionsCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate: ({ args }, context) => refuseArguments(args, context),
  async run(_options, context) {
    const { discovery } = await context.connect();
    const resources = await discovery.resources({ refresh: true });
    const versions = [...new Set(resources.map(apiVersionOf))].sort();
    context.io.stdout.write(versions.map((version) => `${version}\n`).join(''));
  },
});
