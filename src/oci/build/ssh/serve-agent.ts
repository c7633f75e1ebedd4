import type { Socket } from 'node:net';

/** draft-miller-ssh-agent: SSH_AGENTC_REQUEST_IDENTITIES and SSH_AGENTC_SIGN_REQUEST. */
const allowed = [11, 13];
/** SSH_AGENT_FAILURE. */
const failure = Buffer.from([0, 0, 0, 1, 5]);
/** What OpenSSH takes at most. */
const MOST = 256 * 1024;

/**
 * Answers a client with what an agent answers: which keys there are, and signatures. All else, such as to remove keys
 * or to lock them, is refused, as BuildKit refuses it: the agent is the user's.
 * @param open connects to the agent
 */
export async function serveAgent(client: Socket, open: () => Socket): Promise<void> {
  const agent = open();
  agent.on('error', () => client.destroy());
  client.once('close', () => agent.destroy());
  const answers = messages(agent);
  try {
    for await (const question of messages(client)) {
      if (!allowed.includes(question[4] ?? 0)) {
        client.write(failure);
        continue;
      }
      agent.write(question);
      const { value } = await answers.next();
      if (!value) break;
      client.write(value);
    }
  } catch {
    // Who does not speak the protocol is not answered.
  }
  client.destroy();
  agent.destroy();
}

/** Each with its length before it, big-endian. */
async function* messages(from: Socket): AsyncGenerator<Buffer, undefined> {
  let waiting = Buffer.alloc(0);
  for await (const chunk of from) {
    waiting = Buffer.concat([waiting, chunk as Buffer]);
    while (waiting.length >= 4) {
      const length = 4 + waiting.readUInt32BE();
      if (length > MOST) return undefined;
      if (waiting.length < length) break;
      yield waiting.subarray(0, length);
      waiting = waiting.subarray(length);
    }
  }
  return undefined;
}
