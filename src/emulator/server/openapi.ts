import { noSuchResource } from '../errors.ts';
import type { Exchange } from './exchange.ts';

export async function serveOpenApi(_exchange: Exchange): Promise<void> {
  throw noSuchResource();
}
