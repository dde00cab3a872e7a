import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import {
  projectionStatus,
  TIERBOOK,
  type ProjectionStatus,
  type Tierbook,
} from '@tierbook/platform';
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
      const found = await this.health.check([
        () => this.log(),
        () => this.stores(),
        () => this.views(),
      ]);
      return 'degraded' in (found.info?.views ?? {}) ? { ...found, status: 'degraded' } : found;
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
      await this.tierbook.engines.checkLog();
      return check.up();
    } catch (error) {
      return check.down({ message: error instanceof Error ? error.message : String(error) });
    }
  }

  private async stores() {
    const check = this.indicators.check('stores');
    try {
      await this.tierbook.checkStores();
      return check.up();
    } catch (error) {
      return check.down({ message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Why a view stands still is not for everybody: it is told by `tierbook projections status`. */
  private async views() {
    const check = this.indicators.check('views');
    const { thread, failures, views } = this.tierbook.projector.status();
    const { checkLog, eventStore } = this.tierbook.engines;
    // A head is waited for, while a server is away, longer than who asks for health waits.
    const head = await checkLog()
      .then(() => eventStore.head())
      .catch(() => undefined);
    const each = views.map((view) => projectionStatus(view, head));
    const detail = {
      thread,
      failures,
      ...(isDegraded(each) ? { degraded: true } : {}),
      views: Object.fromEntries(each.map((status) => [status.view, shownOf(status)])),
    };
    const isDown = thread !== 'running' || each.some(({ pausedBy }) => pausedBy === 'event');
    return isDown ? check.down(detail) : check.up(detail);
  }
}

/** It serves, but not all that it should: somebody must see to it. */
function isDegraded(views: readonly ProjectionStatus[]): boolean {
  return views.some(
    ({ parkedKeys, pausedBy, rebuild }) =>
      parkedKeys > 0 || pausedBy !== undefined || rebuild?.stoppedBy !== undefined,
  );
}

function shownOf({ state, pausedBy, lag, eventsPerSecond, parkedKeys, rebuild }: ProjectionStatus) {
  return {
    state,
    ...(pausedBy === undefined ? {} : { pausedBy }),
    lag,
    eventsPerSecond,
    ...(parkedKeys === 0 ? {} : { parkedKeys }),
    ...(rebuild === null
      ? {}
      : {
          rebuild: rebuild.stoppedBy === undefined ? 'moving' : 'stopped',
          rebuildLag: rebuild.lag,
        }),
  };
}
