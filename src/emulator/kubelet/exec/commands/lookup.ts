import { isSystemError } from '../fs/errors.ts';
import { writableHandle } from '../process/handle.ts';
import type { Program } from '../process/process.ts';
import { parseOptions, UsageFailure } from './options.ts';

const nslookup: Program = async (process, args) => {
  const options = parseOptions(
    args.map((arg) => (/^-(type|query|q)=/.test(arg) ? `-t${arg.split('=')[1]}` : arg)),
    't:d',
  );
  const [name] = options.operands;
  const { network } = process.host;
  if (name === undefined || !network) throw new UsageFailure('missing operand');
  await process.print(`Server:\t\t${network.server}\nAddress:\t${network.server}:53\n\n`);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    const found = network.reverse(name);
    const arpa = `${name.split('.').reverse().join('.')}.in-addr.arpa`;
    if (found) await process.print(`${arpa}\tname = ${found}\n\n`);
    else await process.print(`** server can't find ${arpa}: NXDOMAIN\n\n`);
    return found ? 0 : 1;
  }
  const host = network.resolve(name);
  if (!host || host.addresses.length === 0) {
    await process.print(
      `** server can't find ${name.includes('.') ? name : `${name}.${network.search[0]}`}: NXDOMAIN\n\n`,
    );
    return 1;
  }
  await process.print(`${host.addresses.map((address) => `Name:\t${host.name}\nAddress: ${address}\n`).join('')}\n`);
  return 0;
};

const host: Program = async (process, [name = '']) => {
  const found = process.host.network?.resolve(name);
  if (!found || found.addresses.length === 0) {
    await process.print(`Host ${name} not found: 3(NXDOMAIN)\n`);
    return 1;
  }
  for (const address of found.addresses) await process.print(`${found.name} has address ${address}\n`);
  return 0;
};

const getent: Program = async (process, [database = '', ...keys]) => {
  if (database === 'passwd' || database === 'group') {
    const rows = Buffer.from(process.files.readFile(`/etc/${database}`))
      .toString()
      .trimEnd()
      .split('\n');
    const wanted =
      keys.length === 0
        ? rows
        : rows.filter((row) => keys.some((key) => row.split(':')[0] === key || row.split(':')[2] === key));
    await process.print(wanted.map((row) => `${row}\n`).join(''));
    return wanted.length > 0 ? 0 : 2;
  }
  if (!/^(ahosts|hosts)/.test(database)) return process.fail(`Unknown database: ${database}`);
  let status = 0;
  for (const key of keys) {
    const found = process.host.network?.resolve(key);
    if (!found || found.addresses.length === 0) status = 2;
    else
      for (const address of found.addresses)
        await process.print(`${address.padEnd(15)} ${database === 'hosts' ? found.name : `STREAM ${found.name}`}\n`);
  }
  return status;
};

/** A connection by hand: `nc host port`, and `nc -z` to see whether somebody answers. */
const nc: Program = async (process, args) => {
  const options = parseOptions(args, 'zvw:n');
  const [name = '', port = ''] = options.operands;
  const found = process.host.network?.resolve(name);
  if (!found || found.addresses.length === 0) return process.fail(`bad address '${name}'`);
  const link = await process.host.network!.connect(found.addresses[0]!, Number(port));
  if ('refusal' in link) {
    if (link.refusal !== 'refused') await process.sleep(Number(options.value('w') ?? 60) * 1000);
    return options.has('v') || !options.has('z')
      ? process.fail(
          `${name} (${found.addresses[0]}:${port}): ${link.refusal === 'refused' ? 'Connection refused' : 'Connection timed out'}`,
        )
      : 1;
  }
  if (options.has('v')) await process.warn(`${name} (${link.address}:${port}) open\n`);
  const { stream } = link;
  if (options.has('z')) {
    stream.destroy();
    return 0;
  }
  const output = writableHandle(stream);
  const sending = (async () => {
    for (let chunk = await process.read(); chunk; chunk = await process.read())
      await output.write(chunk, process.signal);
    stream.end();
  })();
  sending.catch(() => stream.destroy());
  const stop = () => stream.destroy();
  process.signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream) await process.print(chunk as Buffer);
  } catch (error) {
    process.signal.throwIfAborted();
    if (isSystemError(error)) throw error;
  } finally {
    process.signal.removeEventListener('abort', stop);
  }
  return 0;
};

export const lookupCommands: Readonly<Record<string, Program>> = { nslookup, host, getent, nc };
