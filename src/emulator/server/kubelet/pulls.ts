import { type KubeletHandler, sendJson } from './respond.ts';

/** The node's image pulls, layer by layer (`src/api/node-pulls.ts`). */
export const pulls: KubeletHandler = ({ context, node, response }) => {
  sendJson(response, context.nodeApi()!.pulls(node));
};
