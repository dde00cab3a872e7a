import {
  createLogger,
  openProjectorAlone,
  projectionStatus,
  readParkedKeys,
  readProjectionsOnDisk,
  readWaiting,
  withState,
  type Configuration,
  type ProjectionStatus,
  type ProjectorAlone,
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

/** Runs the work on this machine's projections. */
export async function withProjections<T>(
  dataDir: string | undefined,
  work: (projections: Projections) => Promise<T>,
): Promise<T> {
  const configuration = configurationHere(process.env, dataDir);
  const keys = keysHere(process.env, configuration);
  const onDisk = await readProjectionsOnDisk(configuration);
  const projections =
    onDisk === undefined
      ? new ProjectionsOfService(RunningService.of(configuration, keys))
      : new ProjectionsAlone(configuration, keys);
  try {
    return await work(projections);
  } finally {
    await projections.close();
  }
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

/** Reads what the files say; to change something, it runs the projector itself, which holds the log meanwhile. */
class ProjectionsAlone implements Projections {
  private alone: ProjectorAlone | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly keys: KeyMaterial,
  ) {}

  async list(): Promise<readonly ProjectionStatus[]> {
    if (this.alone === undefined) return (await this.onDisk()).projections;
    const head = await this.alone.head();
    return this.alone.projector.status().views.map((status) => projectionStatus(status, head));
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
    this.alone ??= await openProjectorAlone(this.configuration, this.keys, createLogger('error'));
    if (this.alone === undefined) throw startedMeanwhile();
    return this.alone.projector.control(request);
  }

  async close(): Promise<void> {
    await this.alone?.close();
  }

  private async onDisk() {
    const found = await readProjectionsOnDisk(this.configuration);
    if (found === undefined) throw startedMeanwhile();
    return found;
  }
}

function startedMeanwhile(): CommandFailedError {
  return new CommandFailedError('A service has been started meanwhile: run the command again.');
}
