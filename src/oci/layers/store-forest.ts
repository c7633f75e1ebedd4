import { Containers } from '../containers/containers.ts';
import type { ImageStore } from '../store/types.ts';
import { type LayerForest, plantForest, storedPlants } from './shared-layers.ts';

/** Which layers the images of a store have in common, and which containers lie upon them. */
export async function layerForest(store: ImageStore): Promise<LayerForest> {
  const containers = Map.groupBy(new Containers(store).list(), ({ target }) => target.digest);
  const plants = await storedPlants(store);
  return plantForest(
    plants.map((plant) => ({
      ...plant,
      containers: containers.get(plant.digest ?? '')?.map(({ name }) => name) ?? [],
    })),
  );
}
