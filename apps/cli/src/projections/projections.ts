import { setTimeout as pause } from 'node:timers/promises';
import {
  createLogger,
  hasSeparateProjector,
  openEventReader,
  openProjectorAlone,
  openSharedProjector,
  projectionStatus,
  readParkedKeys,
  readStoredProjections,
  readWaiting,
  standInForService,
  withState,
  type Configuration,
  type ProjectionStatus,
  type ProjectorHere,
} from '@tierbook/platform';
import type { ControlRequest, EventName, ParkedKey } from '@tierbook/read-models';
import type { KeyMaterial, Principal } from '@tierbook/identity';
import { CommandFailedError } from '../errors';
import { RunningService } from '../running-service';
import { configurationHere, keysHere } from '../this-machine';

/** A document that stands still, with the first events that wait for it. */
export interface ParkedShown extends ParkedKey {
  readonly waiting: readonly EventName[];
  /** More wait than are shown. */
  readonly more: boolean;
}

/** The projections of a data directory, through the service that runs on it or without one. */
export interface Projections {
  list(): Promise<readonly ProjectionStatus[]>;
  parked(): Promise<readonly ParkedKey[]>;
  /** In the build that serves and in its rebuild; empty where the key is not parked. */
  show(view: string, key: string): Promise<readonly ParkedShown[]>;
  /** Answers where a retried document stands still now; `undefined` where it does not. */
  control(request: ControlRequest): Promise<ParkedKey | undefined>;
  close(): Promise<void>;
}

/** Who the command line is to the service, and in what it decides. */
export const OPERATOR: Principal = {
  kind: 'operator',
  id: 'tierbook-cli',
  organisation: { kind: 'operator' },
  role: 'operator',
};

/** A projector elsewhere that has not been heard for so long does not run. */
const HEARD_WITHIN_MS = 2_000;
const LOOK_MS = 50;

/** Runs the work on this machine's projections. */
export async function withProjections<T>(
  dataDir: string | undefined,
  work: (projections: Projections) => Promise<T>,
): Promise<T> {
  const configuration = configurationHere(process.env, dataDir);
  const keys = keysHere(process.env, configuration);
  const projections = await projectionsOf(configuration, keys);
  try {
    return await work(projections);
  } finally {
    await projections.close();
  }
}

async function projectionsOf(
  configuration: Configuration,
  keys: KeyMaterial,
): Promise<Projections> {
  if (hasSeparateProjector(configuration)) {
    const shared = await openSharedProjector(configuration);
    await heard(shared);
    return new ProjectionsInStores(configuration, () => Promise.resolve(shared), shared);
  }
  // Refuses where there is no log yet.
  await (await openEventReader(configuration)).close();
  const standIn = standInForService(configuration);
  if (standIn === undefined) {
    return new ProjectionsOfService(RunningService.of(configuration, keys));
  }
  await standIn.close();
  return new ProjectionsInStores(configuration, () =>
    openProjectorAlone(configuration, keys, createLogger('error')),
  );
}

/** Returns once the projector has said how it stands, or does not seem to run. */
async function heard({ projector }: ProjectorHere): Promise<void> {
  const last = performance.now() + HEARD_WITHIN_MS;
  while (projector.status().thread !== 'running' && performance.now() < last) await pause(LOOK_MS);
}

class ProjectionsOfService implements Projections {
  constructor(private readonly service: RunningService) {}

  async list(): Promise<readonly ProjectionStatus[]> {
    const { projections } = await this.send('GET', 'projections');
    return projections as readonly ProjectionStatus[];
  }

  async parked(): Promise<readonly ParkedKey[]> {
    const { parkedKeys } = await this.send('GET', 'parked-keys');
    return parkedKeys as readonly ParkedKey[];
  }

  async show(view: string, key: string): Promise<readonly ParkedShown[]> {
    const all = await this.parked();
    if (!all.some((each) => each.view === view && each.key === key)) return [];
    const { parked } = await this.send('GET', parkedPath(view, key));
    return parked as readonly ParkedShown[];
  }

  async control(request: ControlRequest): Promise<ParkedKey | undefined> {
    const path =
      'key' in request
        ? `${parkedPath(request.view, request.key)}/${request.operation}`
        : `projections/${encodeURIComponent(request.view)}/${request.operation}`;
    const body = request.operation === 'drop' ? { why: request.why } : undefined;
    const { parked } = await this.send('POST', path, body);
    return (parked ?? undefined) as ParkedKey | undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private send(method: 'GET' | 'POST', path: string, body?: object) {
    const request = { method, path: `/v1/operations/${path}` };
    return this.service.send(OPERATOR, body === undefined ? request : { ...request, body });
  }
}

function parkedPath(view: string, key: string): string {
  return `projections/${encodeURIComponent(view)}/parked/${encodeURIComponent(key)}`;
}

/**
 * Reads what the stores say. To change something it asks the projector: one that runs elsewhere, or that is run here
 * where no service does.
 */
class ProjectionsInStores implements Projections {
  constructor(
    private readonly configuration: Configuration,
    private readonly open: () => Promise<ProjectorHere | undefined>,
    private here?: ProjectorHere,
  ) {}

  async list(): Promise<readonly ProjectionStatus[]> {
    const status = this.here?.projector.status();
    if (this.here === undefined || status?.thread !== 'running') {
      return readStoredProjections(this.configuration);
    }
    const head = await this.here.head();
    return status.views.map((each) => projectionStatus(each, head));
  }

  async parked(): Promise<readonly ParkedKey[]> {
    return withState(this.configuration, readParkedKeys);
  }

  async show(view: string, key: string): Promise<readonly ParkedShown[]> {
    const found = (await this.parked()).filter((each) => each.view === view && each.key === key);
    return withState(this.configuration, (state) =>
      Promise.all(found.map(async (each) => ({ ...each, ...(await readWaiting(state, each)) }))),
    );
  }

  async control(request: ControlRequest): Promise<ParkedKey | undefined> {
    this.here ??= await this.open();
    if (this.here === undefined) throw startedMeanwhile();
    return this.here.projector.control(request);
  }

  async close(): Promise<void> {
    await this.here?.close();
  }
}

function startedMeanwhile(): CommandFailedError {
  return new CommandFailedError('A service has been started meanwhile: run the command again.');
}
