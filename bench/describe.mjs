// `describe` of single objects and of many on the demo cluster, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { findKubectl, memoryRow, paired, wallRow } from './measure.mjs';

const REACH = 1.5;

export async function rows() {
  const kubectl = findKubectl();
  const cluster = await startCluster();
  try {
    const nameIn = async (path) => (await cluster.request('GET', `${path}?limit=1`)).items[0].metadata.name;
    const pod = await nameIn('/api/v1/namespaces/default/pods');
    const deployment = await nameIn('/apis/apps/v1/namespaces/default/deployments');
    const node = await nameIn('/api/v1/nodes');
    const compared = (words, what) => {
      const [ours, theirs] = [kctl, kubectl].map((tool) => [tool, 'describe', ...words]);
      return wallRow(what, paired(ours, theirs, { env: cluster.env, runs: 31 }), REACH);
    };
    const many = ['describe', 'pods', '-A'];
    const all = paired([kctl, ...many], [kubectl, ...many], { env: cluster.env, runs: 21 });
    return [
      compared(['pod', pod], 'describe pod NAME, kctl / kubectl'),
      compared(['deployment', deployment], 'describe deployment NAME'),
      compared(['node', node], 'describe node NAME'),
      wallRow(many.join(' '), all, REACH),
      memoryRow('its peak memory', all, 1.6),
    ];
  } finally {
    await cluster.stop();
  }
}
