import { join } from 'node:path';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  CredentialSweep,
  CustomerErasureProcess,
  CustomerEraser,
  CustomerReferencesProcess,
  DelegationSchedule,
  InvitationReader,
  LateCreditSchedule,
  OffBoardingProcess,
  PartnershipAcceptanceProcess,
  recordErasures,
  PartnershipRequestSchedule,
  Scheduler,
  ServiceAccounts,
  SubscriptionSchedule,
} from '@tierbook/application';
import { RefusalLog, TransparencyLog } from '@tierbook/audit';
import { eventSchemas } from '@tierbook/domain';
import {
  AggregateStore,
  CommandPipeline,
  EventCodec,
  ProcessManagerRunner,
  systemClock,
  type Checkpoint,
  type Checkpoints,
  type ProcessManager,
  type Clock,
  type ProcessManagerOptions,
} from '@tierbook/eventing';
import {
  AccessTokens,
  CredentialVault,
  Fingerprints,
  Invitations,
  References,
  SignedPlanIds,
  type KeyMaterial,
} from '@tierbook/identity';
import {
  NotingReadStore,
  countHoldings,
  Cursors,
  findDueRequests,
  findCreditedAfterEnd,
  findDueDelegations,
  findDueSubscriptions,
  holdingsOf,
  providersView,
  ViewBehindError,
  type ReadStore,
  type Reads,
} from '@tierbook/read-models';
import type { StateStore, StateValue } from '@tierbook/state';
import { AsOfViews } from './as-of/as-of-views';
import { AuditSigner, type AuditSignerOptions } from './audit-signer';
import { hasSeparateProjector, type Configuration } from './configuration';
import { openWriteEngines, type WriteEngines } from './engines';
import { eventLogPlace } from './event-log';
import { replaceFile } from './files';
import type { Logger } from './logging';
import { newId } from './new-id';
import { ParkedReads } from './parked-reads';
import { CHECKPOINTS } from './process-manager-checkpoints';
import type { Projector } from './projector/projector';
import type { ProjectorThread } from './projector/projector-thread';
import { startProjector } from './projector/start-projector';
import { RemoteProjector } from './projector/remote-projector';
import { openReadStore, storePlaces } from './stores';
import { whileLeading, type Running } from './while-leading';

/** Tokens are for this service and no other. */
export const TOKEN_AUDIENCE = 'tierbook';

/** Everything that commands need: the write side, wired. */
export interface WriteSide {
  readonly engines: WriteEngines;
  readonly codec: EventCodec;
  readonly aggregates: AggregateStore;
  readonly pipeline: CommandPipeline;
  readonly vault: CredentialVault;
  readonly invitations: Invitations;
  readonly invitationReader: InvitationReader;
  readonly references: References;
  readonly accessTokens: AccessTokens;
  readonly serviceAccounts: ServiceAccounts;
  readonly customerEraser: CustomerEraser;
  readonly fingerprints: Fingerprints;
}

/** The whole service without its HTTP face. */
export interface Tierbook extends WriteSide {
  readonly projector: Projector;
  readonly reads: Reads;
  /** The views as they were, built when they are asked for. */
  readonly asOfViews: AsOfViews;
  /** What the work under way has read of documents that stand still. */
  readonly parkedReads: ParkedReads;
  /** What known callers were refused. */
  readonly refusals: RefusalLog;
  /** Signs the log's growth, and proves what stands in it. */
  readonly transparency: TransparencyLog;
  /**
   * Whether views, state and personal keys can be read now.
   * @throws StoreUnavailableError naming the setting of the one that cannot.
   */
  checkStores(): Promise<void>;
  /** Asked by itself every second what is due. */
  readonly scheduler: Scheduler;
  /** Lets process managers and projector finish what is under way, then closes every store. */
  close(): Promise<void>;
}

/** What signs and verifies the bearer tokens of a service with this configuration. */
export function accessTokensOf(configuration: Configuration, keys: KeyMaterial): AccessTokens {
  return new AccessTokens({
    keys: keys.tokens,
    issuer: configuration.publicUrl,
    audience: TOKEN_AUDIENCE,
    clock: systemClock,
  });
}

/**
 * Opens the stores, starts the projector and the process managers. All that happens at a time happens by
 * `clock`; tokens alone, which others issue, are verified by the system's.
 *
 * @throws ConfigurationError, StoreLockedError, StoreRefusedError: one clear line each; StoreUnavailableError
 *   while a server is away. Nothing stays open.
 */
export async function openTierbook(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
  onFatal: (error: Error) => void,
  clock: Clock = systemClock,
): Promise<Tierbook> {
  // Before anything is made.
  const places = storePlaces(configuration);
  const engines = await openWriteEngines(configuration, keys, onFatal);
  const opened: (() => Promise<void>)[] = [() => engines.close()];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // What one fails to end must not keep the others open.
    for (const end of opened.toReversed())
      await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be closed.');
  };
  try {
    const time = { clock, logTime: await lastRecordedAt(engines) };
    const writeSide = wireWriteSide(configuration, keys, engines, time);
    const isShared = hasSeparateProjector(configuration);
    // The thread makes the views that are then opened; a projector elsewhere is known by them.
    const thread = isShared
      ? undefined
      : await startProjectorThread(configuration, keys, logger, engines);
    if (thread !== undefined) opened.push(() => thread.stop());
    const store = await openReadStore(places.views);
    opened.push(() => store.close());
    const projector = thread ?? (await RemoteProjector.start(engines.stateStore, store));
    if (thread === undefined) opened.push(() => projector.stop());
    const scheduler = createScheduler(writeSide, store, logger, clock);
    const processes = await startProcesses(
      writeSide,
      projector,
      store,
      scheduler,
      logger,
      isShared,
    );
    opened.push(() => processes.stop());
    const refusals = openRefusalLog(engines.stateStore, logger, clock);
    const signing = auditSigning(configuration, keys, engines, refusals, logger);
    const { log: transparency, ...signer } = await startAuditSigner(signing, isShared);
    opened.push(() => signer.stop());
    // Before the last signature, so that it holds them all.
    opened.push(() => refusals.close());
    const asOfViews = openAsOfViews(configuration, keys, engines, logger);
    opened.push(() => asOfViews.close());
    const parkedReads = new ParkedReads();
    const noting = notingReads(store, projector, parkedReads);
    const reads = { store: noting, cursors: new Cursors(keys.cursors) };
    const checkStores = () => readAll(engines, store);
    const parts = { projector, reads, asOfViews, parkedReads, refusals, transparency, scheduler };
    return { ...writeSide, ...parts, checkStores, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function notingReads(store: ReadStore, projector: Projector, parkedReads: ParkedReads): ReadStore {
  return new NotingReadStore(store, {
    parkedIn: (view) => projector.parkedIn(view),
    onRead: (view) => {
      parkedReads.note(view);
    },
  });
}

function openAsOfViews(
  configuration: Configuration,
  keys: KeyMaterial,
  { eventStore: reader }: WriteEngines,
  logger: Logger,
): AsOfViews {
  const { state, keys: keyPlace } = storePlaces(configuration);
  return new AsOfViews({
    reader,
    directory: join(configuration.dataDir, 'as-of'),
    log: eventLogPlace(configuration),
    state,
    keys: keyPlace,
    masterKeys: keys.personalData,
    logger,
  });
}

async function readAll({ stateStore, personalKeys }: WriteEngines, views: ReadStore) {
  const behind = (error: unknown): void => {
    if (!(error instanceof ViewBehindError)) throw error;
  };
  await Promise.all([
    stateStore.get('health', 'check'),
    // Absence is never remembered, so this asks the store.
    personalKeys.find('health-check'),
    views.positionOf(providersView).then(() => undefined, behind),
  ]);
}

/** The refusal log in this state store; its `head()` is what a checkpoint of the audit log holds of it. */
export function openRefusalLog(
  state: StateStore,
  logger: Logger,
  clock: Clock = systemClock,
): RefusalLog {
  return new RefusalLog({
    state,
    clock,
    onFailure: (err) => {
      logger.error({ err }, 'refusals not written');
    },
  });
}

function auditSigning(
  { publicUrl, auditCheckpointFile }: Configuration,
  keys: KeyMaterial,
  { eventStore, stateStore }: WriteEngines,
  refusals: RefusalLog,
  logger: Logger,
): AuditSignerOptions {
  return {
    reader: eventStore,
    state: stateStore,
    origin: `${new URL(publicUrl).hostname}/${eventStore.logId}`,
    signers: auditSigners(keys),
    refusals: () => refusals.head(),
    publish: (note) => replaceFile(auditCheckpointFile, note),
    file: auditCheckpointFile,
    logger,
  };
}

/** Of several processes that share the stores one signs at a time; each of them can prove. */
async function startAuditSigner(
  options: AuditSignerOptions,
  isShared: boolean,
): Promise<Running & { readonly log: TransparencyLog }> {
  if (!isShared) {
    const signer = await AuditSigner.start(options);
    return { log: signer.log, stop: () => signer.stop() };
  }
  const log = await TransparencyLog.open(options, undefined);
  const start = () => AuditSigner.start(options);
  const leading = whileLeading(options.state, 'audit-signer', options.logger, start);
  return { log, stop: () => leading.stop() };
}

/** What signs checkpoints, the current key first. */
export function auditSigners({ audit }: Pick<KeyMaterial, 'audit'>): readonly KeyObject[] {
  const { current, keys } = audit;
  const former = [...keys.keys()].filter((kid) => kid !== current);
  return [current, ...former].flatMap((kid) => {
    const key = keys.get(kid);
    return key === undefined ? [] : [createPrivateKey({ key, format: 'jwk' })];
  });
}

async function lastRecordedAt({ eventStore }: WriteEngines): Promise<string | undefined> {
  const head = await eventStore.head();
  const last = head === undefined ? undefined : await eventStore.eventAt(head);
  return last?.metadata.recordedAt;
}

function wireWriteSide(
  configuration: Configuration,
  keys: KeyMaterial,
  engines: WriteEngines,
  { clock, logTime }: { readonly clock: Clock; readonly logTime: string | undefined },
): WriteSide {
  const { eventStore, personalKeys, stateStore } = engines;
  const codec = new EventCodec(personalKeys, eventSchemas);
  const aggregates = new AggregateStore(eventStore, codec, configuration.namespace);
  const vault = new CredentialVault(stateStore, keys.credentialVault, clock);
  const pipeline = new CommandPipeline({
    store: eventStore,
    aggregates,
    codec,
    clock,
    planIds: new SignedPlanIds(keys.cursors),
    newEventId: newId,
    lastRecordedAt: logTime,
  });
  const invitations = new Invitations(keys.invitations);
  return {
    engines,
    codec,
    aggregates,
    pipeline,
    vault,
    serviceAccounts: new ServiceAccounts(aggregates, vault, pipeline),
    customerEraser: new CustomerEraser(personalKeys, vault),
    invitations,
    invitationReader: new InvitationReader(
      eventStore,
      codec,
      aggregates,
      invitations,
      clock,
      configuration.publicUrl,
    ),
    references: new References(keys.references),
    accessTokens: accessTokensOf(configuration, keys),
    fingerprints: new Fingerprints(keys.fingerprints),
  };
}

/** Where the views are built by this process, the thread that does. */
async function startProjectorThread(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
  engines: WriteEngines,
): Promise<ProjectorThread> {
  const projector = await startProjector(configuration, keys, logger, { isShared: false });
  engines.onCommit(() => {
    projector.notify();
  });
  return projector;
}

/** What reacts to events and to time. Of several processes that share the stores, one does it at a time. */
async function startProcesses(
  writeSide: WriteSide,
  projector: Projector,
  store: ReadStore,
  scheduler: Scheduler,
  logger: Logger,
  isShared: boolean,
): Promise<Running> {
  const start = async (): Promise<Running> => {
    const { engines, aggregates, pipeline } = writeSide;
    await recordErasures(engines.personalKeys, aggregates, pipeline);
    const managers = await startProcessManagers(writeSide, projector, store, logger);
    const stopTicking = startTicking(scheduler);
    const stopRewrapping = startRewrapping(engines, logger);
    return {
      stop: async () => {
        await stopRewrapping();
        await stopTicking();
        for (const manager of managers) await manager.stop();
      },
    };
  };
  if (!isShared) return start();
  return whileLeading(writeSide.engines.stateStore, 'process-managers', logger, start);
}

async function startProcessManagers(
  { engines, codec, pipeline, aggregates, customerEraser }: WriteSide,
  projector: Projector,
  store: ReadStore,
  logger: Logger,
): Promise<readonly { stop(): Promise<void> }[]> {
  const offBoarding = new OffBoardingProcess(pipeline, aggregates, {
    waitFor: (position) => projector.waitFor('holdings', position),
    customersOf: (periodId) => holdingsOf(store, periodId),
    countOf: (periodId) => countHoldings(holdingsOf(store, periodId)),
  });
  const managers: readonly ProcessManager[] = [
    new PartnershipAcceptanceProcess(pipeline),
    new CustomerReferencesProcess(pipeline),
    new CustomerErasureProcess(customerEraser),
    offBoarding,
  ];
  const runners = managers.map(
    (manager) =>
      new ProcessManagerRunner(manager, {
        reader: engines.eventStore,
        codec,
        checkpoints: checkpointsIn(engines.stateStore),
        onRetry: onRetryIn(logger),
      }),
  );
  for (const runner of runners) await runner.start();
  const stopOffBoarding = (): Promise<void> => {
    offBoarding.stop();
    return Promise.resolve();
  };
  return [...runners, { stop: stopOffBoarding }];
}

function onRetryIn(logger: Logger): ProcessManagerOptions['onRetry'] {
  return (name, { id, position }, err, delayMs) => {
    logger.error({ process: name, event: id, position, delayMs, err }, 'reaction failed');
  };
}

/** How often it is asked whether anything is due. */
const TICK_MS = 1_000;

function createScheduler(
  { pipeline, aggregates, vault, engines }: WriteSide,
  store: ReadStore,
  logger: Logger,
  clock: Clock,
): Scheduler {
  return new Scheduler(
    clock,
    [
      new SubscriptionSchedule(pipeline, aggregates, (now) => findDueSubscriptions(store, now)),
      new PartnershipRequestSchedule(pipeline, aggregates, (now) => findDueRequests(store, now)),
      new DelegationSchedule(pipeline, aggregates, (now) => findDueDelegations(store, now)),
      new CredentialSweep(vault, aggregates, engines.stateStore),
      new LateCreditSchedule(pipeline, aggregates, () => findCreditedAfterEnd(store), {
        customersOf: (periodId) => holdingsOf(store, periodId),
      }),
    ],
    (schedule, key, err) => {
      if (err instanceof ViewBehindError) return;
      logger.error({ schedule, key, err }, 'waking what is due failed');
    },
  );
}

/** Ticks until stopped, by what it answers. While its view is still being built nothing is due; the next tick asks again. */
function startTicking(scheduler: Scheduler): () => Promise<void> {
  const stopping = new AbortController();
  let ticking = Promise.resolve();
  let isTicking = false;
  const timer = setInterval(() => {
    if (isTicking) return;
    isTicking = true;
    ticking = scheduler.tick(stopping.signal).finally(() => {
      isTicking = false;
    });
  }, TICK_MS);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await ticking;
  };
}

/** Lets the current master key wrap what former ones wrap, beside everything else. Stopped, it goes on at the next start. */
function startRewrapping({ rewrapKeys }: WriteEngines, logger: Logger): () => Promise<void> {
  const stopping = new AbortController();
  const rewrapping = rewrapKeys(stopping.signal).then(
    (keys) => {
      if (keys > 0) logger.info({ keys }, 'personal keys wrapped anew');
    },
    (err: unknown) => {
      logger.error({ err }, 'personal keys not wrapped anew');
    },
  );
  return () => {
    stopping.abort();
    return rewrapping;
  };
}

function checkpointsIn(state: StateStore): Checkpoints {
  return {
    load: async (name) => {
      const record = await state.get<StateValue>(CHECKPOINTS, name);
      return record?.value as Checkpoint | undefined;
    },
    save: async (name, { position, eventId }) => {
      await state.put(CHECKPOINTS, name, { position, eventId });
    },
  };
}
