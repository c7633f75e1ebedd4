import { main } from '../../src/cli/main.ts';
import { openInside } from '../../src/cli/open-inside.ts';
import type { Program } from '../../src/kube/program.ts';
import type { IoStreams } from '../../src/lib/io.ts';

/** The real command line, for dashboards on a real cluster. */
export const ownProgram: Program = (argv, io, cluster) => main([...argv], io as IoStreams, 'kctl', openInside(cluster));
