import type { Agent } from 'node:http';
import { createAgent, proxyFor, tlsOptions } from './transport/agent.ts';
import { publicAuthorities, trustPublicAuthorities } from './transport/authorities.ts';

/**
 * Connections to hosts that are no API servers (registries, their token servers): proxies and authorities as the
 * environment names them, nothing of the kubeconfig.
 */
export function registryAgents(env: Record<string, string | undefined>): (url: URL) => Promise<Agent> {
  const agents = new Map<string, Promise<Agent>>();
  return (url) => {
    const proxy = proxyFor({ server: url.origin }, env);
    const key = `${url.protocol} ${proxy ?? ''}`;
    const known = agents.get(key);
    if (known) return known;
    const isSecure = url.protocol === 'https:';
    // Through a proxy the connection trusts what is the default.
    if (isSecure && proxy) trustPublicAuthorities();
    const trust = () => tlsOptions({ ca: publicAuthorities(), rejectUnauthorized: true }, undefined);
    const made = createAgent(isSecure && !proxy ? trust() : undefined, proxy);
    agents.set(key, made);
    return made;
  };
}
