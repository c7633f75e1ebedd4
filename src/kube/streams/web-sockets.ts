/**
 * False where the user's environment says that streams of this kind go without WebSockets, over SPDY as they did
 * before (kubectl, `cmdutil.FeatureGate`): some proxies let only one of them through.
 */
export function usesWebSockets(kind: 'REMOTE_COMMAND' | 'PORT_FORWARD', env = process.env): boolean {
  return env[`KUBECTL_${kind}_WEBSOCKETS`]?.toLowerCase() !== 'false';
}
