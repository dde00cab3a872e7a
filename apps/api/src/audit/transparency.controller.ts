import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { formatVerifierKey, type ConsistencyProof, type InclusionProof } from '@tierbook/audit';
import { parsePosition, positionOfEvent, type Position } from '@tierbook/eventing';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { Public } from '../http/bearer';
import { ProblemError } from '../http/problems';
import { isId } from '../http/id.pipe';
import { missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { ref, text } from '../http/schemas';
import { concerns } from './event-feed';
import { ConsistencyQuery } from './transparency.dto';

const EVENT = text("The event's id, or its position.", {
  pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}-[0-9]{20})$',
});
const PLAIN = 'text/plain; charset=utf-8';

/** Checkpoints of the transparency log, and what they prove. */
@ApiTags('audit')
@Controller('v1/audit')
export class TransparencyController {
  constructor(
    private readonly reader: Reader,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  /** Hashes only, for everybody: the more keep it, the less can be changed unseen. */
  @Get('checkpoint')
  @Public()
  @ApiExcludeEndpoint()
  @Header('Content-Type', PLAIN)
  async checkpoint(): Promise<string> {
    const note = await this.tierbook.transparency.checkpoint();
    if (note === undefined) throw new ProblemError('checkpoint-behind');
    return note;
  }

  @Get('keys')
  @Public()
  @ApiExcludeEndpoint()
  @Header('Content-Type', PLAIN)
  keys(): string {
    return this.tierbook.transparency.keys.map((key) => `${formatVerifierKey(key)}\n`).join('');
  }

  @Get('proofs/:event')
  @ReadRoute({
    action: 'read-event-proof',
    path: { event: EVENT },
    answers: ref('InclusionProof'),
    summary: 'Prove that an event stands in the log that the last checkpoint signs.',
    problems: ['not-found', 'checkpoint-behind'],
  })
  async prove(
    @HttpExchange() { request }: Exchange,
    @Param('event') event: string,
  ): Promise<InclusionProof> {
    const { organisation } = await this.reader.begin(request, 'read-event-proof', []);
    const position = await this.positionOf(event);
    const stored = position && (await this.tierbook.engines.eventStore.eventAt(position));
    const tenant = organisation.kind === 'provider' ? organisation.id : '';
    if (position === undefined || stored === undefined || !concerns(stored, tenant))
      throw missing('event');
    const proof = await this.tierbook.transparency.proofs.inclusion(position);
    if (proof === undefined) throw new ProblemError('checkpoint-behind');
    return proof;
  }

  @Get('consistency')
  @ReadRoute({
    action: 'read-consistency-proof',
    answers: ref('ConsistencyProof'),
    summary: 'Prove that the log only grew since it had so many events.',
    problems: ['checkpoint-unknown', 'checkpoint-behind'],
  })
  async consistency(
    @HttpExchange() { request }: Exchange,
    @Query() { from }: ConsistencyQuery,
  ): Promise<ConsistencyProof> {
    await this.reader.begin(request, 'read-consistency-proof', []);
    if ((await this.tierbook.transparency.checkpoint()) === undefined) {
      throw new ProblemError('checkpoint-behind');
    }
    const proof = await this.tierbook.transparency.proofs.consistency(from);
    if (proof === undefined) throw new ProblemError('checkpoint-unknown');
    return proof;
  }

  /** Where an event stands that is named by its id or its position. */
  private async positionOf(event: string): Promise<Position | undefined> {
    if (parsePosition(event) !== undefined) return event as Position;
    return isId(event) ? positionOfEvent(this.tierbook.engines.eventStore, event) : undefined;
  }
}
