import type { AsOfBuilding } from './as-of';
import { always, count, objectOf, POSITION, type Schemas } from './schemas';

/** What is answered while the views of a moment are built. */
export const asOfSchemas: Schemas = {
  AsOfBuilding: objectOf<AsOfBuilding>('The views of that moment are being built.', {
    status: always('building'),
    position: POSITION,
    eventsRead: count('Events of the log that have been read for it.'),
  }),
};
