import type { FastifyInstance } from 'fastify';
import { projectionStatus, type Tierbook } from '@tierbook/platform';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The service's metrics, in the Prometheus text format. Labels are routes, never addresses or ids. */
export class Metrics {
  readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'tierbook_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  private refresh: () => Promise<void> = () => Promise.resolve();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Measures every answer. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      this.durations.observe(
        {
          method: request.method,
          route: request.routeOptions.url ?? 'none',
          status: reply.statusCode,
        },
        reply.elapsedTime / 1_000,
      );
      done();
    });
  }

  /** Tells how each view stands, as it does when it is asked. */
  observeViews({ projector, engines }: Pick<Tierbook, 'projector' | 'engines'>): void {
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['view'], registers: [this.registry] });
    const lag = gauge('tierbook_view_lag_events', 'Events of the log that reads do not reflect.');
    const rate = gauge('tierbook_view_events_per_second', 'Over the last ten seconds.');
    const paused = gauge('tierbook_view_paused', '1 while the view stands still, else 0.');
    const parked = gauge('tierbook_view_parked_keys', 'Documents that stand still.');
    const rebuild = gauge(
      'tierbook_view_rebuild_lag_events',
      'Events that a rebuild has before it; absent without one.',
    );
    const failures = new Gauge({
      name: 'tierbook_projector_failures',
      help: 'How often the projector has failed and was started again.',
      registers: [this.registry],
    });
    this.refresh = async () => {
      const head = await engines.eventStore.head();
      const { views, failures: count } = projector.status();
      failures.set(count);
      rebuild.reset();
      for (const view of views) {
        const status = projectionStatus(view, head);
        const label = { view: status.view };
        lag.set(label, status.lag);
        rate.set(label, status.eventsPerSecond);
        paused.set(label, status.state === 'paused' ? 1 : 0);
        parked.set(label, status.parkedKeys);
        if (status.rebuild !== null) rebuild.set(label, status.rebuild.lag);
      }
    };
  }

  /** All of them, as they are now. */
  async text(): Promise<string> {
    await this.refresh();
    return this.registry.metrics();
  }
}
