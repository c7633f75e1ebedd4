import { homedir } from 'node:os';
import { join } from 'node:path';
import { ContainerdHosts } from './containerd-hosts.ts';
import { DockerDaemon } from './docker-daemon.ts';
import { RegistriesConf } from './registries-conf.ts';
import type { OnBroken, RouteFile } from './route.ts';

/**
 * The files of other programs that say ways to registries, in the order in which they are asked: the first one that says
 * something of a repository counts alone.
 * @param etc `/etc`
 */
export function routeFiles(env: Record<string, string | undefined>, broken: OnBroken, etc = '/etc'): RouteFile[] {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return [
    new ContainerdHosts(join(etc, 'containerd', 'certs.d'), broken),
    new RegistriesConf(
      {
        named: env.CONTAINERS_REGISTRIES_CONF,
        folders: [join(config, 'containers'), join(etc, 'containers')],
      },
      broken,
    ),
    new DockerDaemon([join(config, 'docker', 'daemon.json'), join(etc, 'docker', 'daemon.json')], broken),
  ];
}
