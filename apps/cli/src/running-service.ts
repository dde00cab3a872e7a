import { randomUUID } from 'node:crypto';
import type { AccessTokens, KeyMaterial, Principal } from '@tierbook/identity';
import { accessTokensOf, readServiceFile, type Configuration } from '@tierbook/platform';
import { ApiClient } from './api-client';
import { CommandFailedError } from './errors';
import { configurationHere, keysHere } from './this-machine';

const TOKEN_SECONDS = 60;

/** What is asked of the service, from `/v1` on. */
interface ServiceRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

/** The service that runs on this machine's data, called by tokens of a minute that this machine's keys sign. */
export class RunningService {
  private constructor(
    private readonly client: ApiClient,
    private readonly tokens: AccessTokens,
  ) {}

  /** @throws CommandFailedError where none has said where it is reached. */
  static of(configuration: Configuration, keys: KeyMaterial): RunningService {
    const service = readServiceFile(configuration);
    if (service === undefined) {
      throw new CommandFailedError(
        `No service of ${configuration.dataDir} has said where it is reached: start it, or wait until it serves.`,
      );
    }
    const tokens = accessTokensOf({ ...configuration, publicUrl: service.issuer }, keys);
    return new RunningService(new ApiClient({ baseUrl: service.address }), tokens);
  }

  /** @throws ConfigurationError, KeyFileError, CommandFailedError: one line that says what to do. */
  static here(dataDir: string | undefined): RunningService {
    const configuration = configurationHere(process.env, dataDir);
    return RunningService.of(configuration, keysHere(process.env, configuration));
  }

  /**
   * The answer's body.
   * @throws RefusedError, CommandFailedError as `ApiClient.send` does.
   */
  async send(principal: Principal, request: ServiceRequest) {
    const token = await this.tokens.sign(principal, TOKEN_SECONDS);
    return this.client.send({ ...request, token });
  }

  /** As `send`, for a command of the API: however often it must be repeated, it is done once. */
  async command(principal: Principal, path: string, body?: object) {
    const token = await this.tokens.sign(principal, TOKEN_SECONDS);
    const request = { method: 'POST' as const, path, token, key: randomUUID() };
    return this.client.send(body === undefined ? request : { ...request, body });
  }
}
