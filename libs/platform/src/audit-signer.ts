import {
  CheckpointInvalidError,
  TransparencyLog,
  type TransparencyLogOptions,
} from '@tierbook/audit';
import { StoreRefusedError } from '@tierbook/eventing';
import { readIfThere } from './files';
import type { Logger } from './logging';

/** How often the log's growth is signed and put beside it: what a crash can leave unsigned at most, when all is well. */
const SIGN_EVERY_MS = 1_000;

export interface AuditSignerOptions extends TransparencyLogOptions {
  /** Where `publish` puts the signed checkpoint: outside the log's own files. */
  readonly file: string;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Signs the log's growth each second, until it is stopped. What fails is told and tried again. */
export class AuditSigner {
  readonly #logger: Pick<Logger, 'error'>;
  readonly #timer: NodeJS.Timeout;
  readonly #stopping = new AbortController();
  #signing: Promise<void> | undefined;

  private constructor(
    readonly log: TransparencyLog,
    logger: Pick<Logger, 'error'>,
  ) {
    this.#logger = logger;
    this.#timer = setInterval(() => {
      this.#signing ??= this.#sign().finally(() => {
        this.#signing = undefined;
      });
    }, SIGN_EVERY_MS);
  }

  /**
   * Checks that the log reaches the last checkpoint and is the one that it signs, and begins.
   *
   * @throws StoreRefusedError: one line that says what is wrong and what to do.
   */
  static async start({ file, logger, ...options }: AuditSignerOptions): Promise<AuditSigner> {
    const published = await readIfThere(file);
    try {
      const log = await TransparencyLog.open(options, published);
      return new AuditSigner(log, logger);
    } catch (error) {
      if (!(error instanceof CheckpointInvalidError)) throw error;
      throw new StoreRefusedError(
        `The audit checkpoint in ${file} is not one to go on from: ${error.message} Name this log's own by AUDIT_CHECKPOINT_FILE, and the key file that signed it.`,
        { cause: error },
      );
    }
  }

  /** Signs what is there and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#signing;
    await this.#sign();
  }

  async #sign(): Promise<void> {
    try {
      await this.log.advance(this.#stopping.signal);
    } catch (err) {
      this.#logger.error({ err }, 'audit checkpoint not signed');
    }
  }
}
