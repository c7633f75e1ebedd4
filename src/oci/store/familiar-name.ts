/** A canonical name as people write it: `nginx:1.27` for `docker.io/library/nginx:1.27`. */
export function familiarName(name: string): string {
  return name.replace(/^docker\.io\/library\/(?=[^/]+$)/, '').replace(/^docker\.io\//, '');
}
