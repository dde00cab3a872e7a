import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  projectionStatus,
  readParkedKeys,
  readWaiting,
  TIERBOOK,
  type ProjectionStatus,
  type Tierbook,
} from '@tierbook/platform';
import type { ControlRequest, ParkedKey } from '@tierbook/read-models';
import { Does } from '../http/access.guard';
import { IsText } from '../http/fields';
import { missing } from '../http/reader';
import { HttpExchange, principalOf, type Exchange } from '../http/request';

/** Why an event is left out of a document for good. */
export class DropDto {
  @IsText({ max: 500 })
  readonly why: string = '';
}

/** For the operator, who reaches it by the command line: how the views are built, and what of it stands still. */
@ApiExcludeController()
@Controller('v1/operations')
export class ProjectionsController {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  @Get('projections')
  @Does('read-projections')
  async list(): Promise<{ readonly projections: readonly ProjectionStatus[] }> {
    const { views } = this.tierbook.projector.status();
    const head = await this.tierbook.engines.eventStore.head();
    return { projections: views.map((status) => projectionStatus(status, head)) };
  }

  @Get('parked-keys')
  @Does('read-projections')
  async parked(): Promise<{ readonly parkedKeys: readonly ParkedKey[] }> {
    return { parkedKeys: await readParkedKeys(this.tierbook.engines.stateStore) };
  }

  @Get('projections/:view/parked/:key')
  @Does('read-projections')
  async show(@Param('view') view: string, @Param('key') key: string) {
    const { stateStore } = this.tierbook.engines;
    const all = await readParkedKeys(stateStore);
    const found = all.filter((each) => each.view === view && each.key === key);
    if (found.length === 0) throw missing('parked key');
    return {
      parked: await Promise.all(
        found.map(async (each) => ({ ...each, ...(await readWaiting(stateStore, each)) })),
      ),
    };
  }

  @Post('projections/:view/rebuild')
  @HttpCode(200)
  @Does('control-projections')
  rebuild(@Param('view') view: string) {
    return this.control({ operation: 'rebuild', view });
  }

  @Post('projections/:view/pause')
  @HttpCode(200)
  @Does('control-projections')
  pause(@HttpExchange() { request }: Exchange, @Param('view') view: string) {
    return this.control({ operation: 'pause', view, by: principalOf(request).id });
  }

  @Post('projections/:view/resume')
  @HttpCode(200)
  @Does('control-projections')
  resume(@Param('view') view: string) {
    return this.control({ operation: 'resume', view });
  }

  @Post('projections/:view/parked/:key/retry')
  @HttpCode(200)
  @Does('control-projections')
  retry(@Param('view') view: string, @Param('key') key: string) {
    return this.control({ operation: 'retry', view, key });
  }

  @Post('projections/:view/parked/:key/drop')
  @HttpCode(200)
  @Does('control-projections')
  drop(
    @HttpExchange() { request }: Exchange,
    @Param('view') view: string,
    @Param('key') key: string,
    @Body() { why }: DropDto,
  ) {
    return this.control({ operation: 'drop', view, key, why, by: principalOf(request).id });
  }

  /** What stands still now, where a parked key was retried. */
  private async control(request: ControlRequest): Promise<{ readonly parked: ParkedKey | null }> {
    return { parked: (await this.tierbook.projector.control(request)) ?? null };
  }
}
