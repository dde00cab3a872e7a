import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { Public } from '../http/bearer';
import { HttpExchange, type Exchange } from '../http/request';

/** Whether the process lives, and whether it serves rightly. */
@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Get('live')
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  async ready(@HttpExchange() { reply }: Exchange): Promise<unknown> {
    try {
      return await this.health.check([() => this.log(), () => this.views()]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      // No problem of the caller's: it asked how things are, and is told.
      void reply.status(error.getStatus());
      return error.getResponse();
    }
  }

  private async log() {
    const check = this.indicators.check('log');
    try {
      await this.tierbook.engines.eventStore.head();
      return check.up();
    } catch {
      return check.down({ message: 'The event log cannot be read.' });
    }
  }

  private views() {
    const check = this.indicators.check('views');
    const { thread, failures, views } = this.tierbook.projector.status();
    const paused = views.filter(({ state }) => state === 'paused');
    const detail = {
      thread,
      failures,
      paused: paused.map(({ view, reason }) => ({ view, reason })),
    };
    return thread === 'running' && paused.length === 0 ? check.up() : check.down(detail);
  }
}
