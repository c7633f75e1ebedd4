import { type KubeletHandler, sendText } from './respond.ts';

const checks = ['ping', 'log', 'syncloop'];

/** `/healthz`, and each of its checks: a kubelet that answers is well. */
export const healthz: KubeletHandler = ({ parts, query, response }) => {
  const [check] = parts;
  if (check !== undefined && !checks.includes(check)) return sendText(response, 404, '404 page not found\n');
  if (check !== undefined || !query.has('verbose')) return sendText(response, 200, 'ok');
  sendText(response, 200, `${checks.map((one) => `[+]${one} ok\n`).join('')}healthz check passed\n`);
};
