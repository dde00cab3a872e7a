import { Inject, Injectable } from '@nestjs/common';
import { aggregates, sightOf, type Sight } from '@tierbook/application';
import type { CustomerId } from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { missing } from '../http/reader';

/** Decides what a caller may see of a customer, on current event-sourced state and never on a view. */
@Injectable()
export class CustomerSight {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /** @throws ProblemError `not-found` for a customer that is not there, or not for this caller. */
  async of(principal: Principal, customerId: CustomerId): Promise<Sight> {
    const { pipeline } = this.tierbook;
    const state = await pipeline.gathering.read(aggregates.customer, customerId);
    const now = pipeline.now().toISOString();
    const sight = await sightOf(principal, state, pipeline.gathering, now);
    if (sight === 'none') throw missing('customer');
    return sight;
  }
}
