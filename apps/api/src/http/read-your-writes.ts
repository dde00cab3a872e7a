import { Inject, Injectable } from '@nestjs/common';
import { parsePosition, type Position } from '@tierbook/eventing';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problems';

/** The longest that a read waits for its view. */
const LONGEST_WAIT_MS = 5_000;

/** Lets a caller read what it wrote: a read that names a position waits until its views are there. */
@Injectable()
export class ReadYourWrites {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /**
   * Returns once the views reflect the request's Tierbook-Position, and whether it names one; at once where it does not.
   * @throws ProblemError for a position that is none, or none of this log; ViewBehindError after 5 s.
   */
  async wait({ headers }: FastifyRequest, views: readonly string[]): Promise<boolean> {
    const sent = headers['tierbook-position'];
    if (sent === undefined) return false;
    const position = await this.checkedPosition(typeof sent === 'string' ? sent : '');
    await Promise.all(
      views.map((view) => this.tierbook.projector.waitFor(view, position, LONGEST_WAIT_MS)),
    );
    return true;
  }

  /** @throws ProblemError `position-invalid` for what is no position, `position-unknown` for one that is not in this log. */
  async checkedPosition(text: string): Promise<Position> {
    const parsed = parsePosition(text);
    if (parsed === undefined) throw new ProblemError('position-invalid');
    const { eventStore } = this.tierbook.engines;
    const position = text as Position;
    const head = parsed.logId === eventStore.logId ? await eventStore.head() : undefined;
    if (head === undefined || position > head) throw new ProblemError('position-unknown');
    return position;
  }
}
