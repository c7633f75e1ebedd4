// What a press of Tab costs on the demo cluster, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { findKubectl, paired, wallRow } from './measure.mjs';

const REACH = 1.5;

export async function rows() {
  const kubectl = findKubectl();
  const cluster = await startCluster();
  try {
    return [['get', 'pods', ''], ['get', ''], ['']].map((typed) => {
      const words = ['__complete', ...typed];
      const measured = paired([kctl, ...words], [kubectl, ...words], { env: cluster.env, runs: 31 });
      return wallRow(`completing \`${typed.join(' ')}\`, kctl / kubectl`, measured, REACH);
    });
  } finally {
    await cluster.stop();
  }
}
