import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { Public } from '../http/bearer.guard';

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
  ready() {
    return this.health.check([() => this.log(), () => this.views()]);
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
