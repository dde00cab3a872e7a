import { once } from 'node:events';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import {
  SupportedMethod,
  SupportedMethods,
} from '@eventstore/db-client/generated/serverfeatures_pb';
import { type Empty, UUID } from '@eventstore/db-client/generated/shared_pb';
import {
  type IStreamsServer,
  StreamsService,
} from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type AppendReq,
  type BatchAppendReq,
  type BatchAppendResp,
  ReadReq,
} from '@eventstore/db-client/generated/streams_pb';
import {
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js';
import { Database, type Proposed, type ReadResult, type WriteResult } from './database';
import {
  appendResponse,
  batchResponse,
  type CallFailure,
  deleteResponse,
  deniedStatus,
  eventResponse,
  expectedOf,
  failure,
  nameOf,
  notFoundResponse,
  proposedOf,
  streamDeleted,
  timeoutStatus,
  tombstoneResponse,
  unknownStatus,
  writeFailure,
} from './messages';
import { type Running, runSubscription } from './subscriptions';

export interface WireDoubleOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly database?: Database;
}

/** How the next appends end, one entry each; afterwards as usual. */
export type AppendFault =
  /** Done, and the connection is reset before the answer (N4). */
  | 'done-then-reset'
  /** Done, and answered with a time-out (X11). */
  | 'done-then-timeout'
  /** Not done, and the connection is reset (N1). */
  | 'reset'
  /** Not done: no leader yet (X10). */
  | 'not-ready'
  /** Not answered, nor done (N3). */
  | 'no-answer'
  /** Done, and not answered. */
  | 'done-no-answer'
  /** Not done: there is no space for it, upon which the node ends itself; it is started again by hand. */
  | 'disk-full'
  /** Every append in flight is answered with it (X6). */
  | 'not-leader';

/**
 * A stand-in for EventStoreDB that speaks its protocol, for tests: it answers as the real server was
 * recorded to answer, out of memory, and fails on demand. It is no database.
 */
export class WireDouble {
  readonly database: Database;
  /** Answers taken by the next appends. */
  readonly appendFaults: AppendFault[] = [];
  /** Calls with `requires-leader` are refused and named that leader (X5). */
  leader: { readonly address: string; readonly port: number } | undefined;
  /** T4, T5: no password, a wrong one, or one without the right. */
  denies: 'unauthenticated' | 'forbidden' | undefined;
  /** X10, X20: appends are answered that there is no leader. */
  isReady = true;
  /** How long each append takes before it is done. */
  appendDelayMs = 0;
  /** A read breaks off, by a reset, after so many events (R7). */
  resetReadAfter: number | undefined;
  serverVersion = '23.10.8.0';
  /** Appends that reached the server. */
  appends = 0;
  readonly #port: number;
  readonly #grpc = new Server();
  readonly #sockets = new Set<Socket>();
  readonly #running = new Set<Running>();
  #tcp: TcpServer | undefined;
  #listeningOn = 0;
  #isHung = false;
  #hasQuorum = true;

  private constructor({ port = 0, database = new Database() }: WireDoubleOptions) {
    this.#port = port;
    this.database = database;
    this.#grpc.addService(StreamsService, this.#streams());
    this.#grpc.addService(ServerFeaturesService, { getSupportedMethods: this.#features() });
    this.#grpc.addService(GossipService, { read: this.#gossip() });
  }

  /** Starts it and resolves once it listens on the loopback interface. */
  static async start(options: WireDoubleOptions = {}): Promise<WireDouble> {
    const double = new WireDouble(options);
    await double.up();
    return double;
  }

  get port(): number {
    return this.#listeningOn;
  }

  /** Subscriptions that nobody has ended. */
  get subscriptions(): number {
    return this.#running.size;
  }

  /** How the client connects to it. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Listens, after `down` on the same port. */
  async up(): Promise<void> {
    const injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#tcp = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      injector.injectConnection(socket);
    });
    this.#tcp.listen(this.#listeningOn || this.#port, '127.0.0.1');
    await once(this.#tcp, 'listening');
    const address = this.#tcp.address();
    if (address !== null && typeof address === 'object') this.#listeningOn = address.port;
  }

  /** As if the process were killed: every connection is reset and no new one taken. Memory stays. */
  async down(): Promise<void> {
    const closed = this.#tcp && once(this.#tcp, 'close');
    this.#tcp?.close();
    this.reset();
    await closed;
    this.database.forgetIds();
  }

  /** Resets every connection (N4: `read ECONNRESET`); new ones are taken. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** N3: as a stopped process: connections stay, and nobody answers. */
  hang(): void {
    this.#isHung = true;
  }

  /** As if the stopped process were ended and started: who was waiting must connect anew. */
  resume(): void {
    this.#isHung = false;
    this.reset();
  }

  /** U6: every subscription is told that it was too slow. */
  dropSubscriptions(): void {
    for (const running of this.#running) running.drop();
    this.#running.clear();
  }

  async stop(): Promise<void> {
    await this.down();
    this.#grpc.forceShutdown();
  }

  #streams(): IStreamsServer {
    return {
      read: (call) => {
        if (this.#isHung) return;
        const refused = this.#refusal(call.metadata);
        if (call.request.getOptions()?.hasSubscription() === true) {
          // X5: a subscription does not ask for the leader.
          const denied = this.#denial();
          if (denied !== undefined) call.emit('error', denied);
          else this.#subscribe(call);
        } else if (refused === undefined) this.#read(call);
        else call.emit('error', refused);
      },
      batchAppend: (call) => {
        this.#batchAppend(call);
      },
      append: (call, callback) => {
        let options: AppendReq.Options | undefined;
        const events: Proposed[] = [];
        call.on('data', (request: AppendReq) => {
          const message = request.getProposedMessage();
          if (request.hasOptions()) options = request.getOptions();
          else if (message !== undefined) events.push(proposedOf(message));
        });
        call.on('end', () => {
          if (this.#isHung) return;
          const refused = this.#refusal(call.metadata);
          if (refused !== undefined || options === undefined) {
            callback(refused ?? failure(status.UNKNOWN, 'No options.'));
            return;
          }
          const name = nameOf(options.getStreamIdentifier());
          const result = this.database.append(name, expectedOf(options), events);
          if (result.kind === 'success' || result.kind === 'wrong-expected-version') {
            callback(null, appendResponse(result));
          } else if (result.kind !== 'hangs') callback(writeFailure(name, result));
        });
      },
      delete: ({ metadata, request }, callback) => {
        const options = request.getOptions();
        const name = nameOf(options?.getStreamIdentifier());
        const refused = this.#refusal(metadata);
        const result = options && this.database.delete(name, expectedOf(options));
        if (refused !== undefined || result === undefined)
          callback(refused ?? failure(status.UNKNOWN, ''));
        else if (result.kind === 'success') callback(null, deleteResponse(result.position));
        else callback(writeFailure(name, result));
      },
      tombstone: ({ metadata, request }, callback) => {
        const options = request.getOptions();
        const name = nameOf(options?.getStreamIdentifier());
        const refused = this.#refusal(metadata);
        const result = options && this.database.tombstone(name, expectedOf(options));
        if (refused !== undefined || result === undefined)
          callback(refused ?? failure(status.UNKNOWN, ''));
        else if (result.kind === 'success') callback(null, tombstoneResponse(result.position));
        else callback(writeFailure(name, result));
      },
    };
  }

  #subscribe(call: Parameters<IStreamsServer['read']>[0]): void {
    const running = runSubscription(this.database, call);
    if (running === undefined) return;
    this.#running.add(running);
    call.on('cancelled', () => this.#running.delete(running));
  }

  #read(call: Parameters<IStreamsServer['read']>[0]): void {
    const { name, result, neverEnds } = this.#lookUp(call.request);
    if (neverEnds) return;
    switch (result.kind) {
      case 'unknown':
        call.emit('error', failure(status.UNKNOWN, 'Exception was thrown by handler.'));
        return;
      case 'stream-deleted':
        call.emit('error', streamDeleted(name));
        return;
      case 'stream-not-found':
        call.write(notFoundResponse(name));
        call.end();
        return;
      case 'events': {
        const cut = this.resetReadAfter;
        this.resetReadAfter = undefined;
        for (const record of result.events.slice(0, cut)) call.write(eventResponse(record));
        if (cut === undefined || cut >= result.events.length) call.end();
        else
          setTimeout(() => {
            this.reset();
          }, 20);
      }
    }
  }

  #lookUp(request: ReadReq): { name: string; result: ReadResult; neverEnds: boolean } {
    const options = request.getOptions();
    const count = Number(options?.getCount() ?? '0');
    const backwards = options?.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
    const all = options?.getAll();
    if (all !== undefined) {
      const from = all.hasPosition()
        ? BigInt(all.getPosition()?.getCommitPosition() ?? '0')
        : all.hasEnd()
          ? 'end'
          : 'start';
      const result = this.database.readAll({ from, backwards, count });
      return { name: '$all', result, neverEnds: count === 0 }; // R2
    }
    const stream = options?.getStream();
    const name = nameOf(stream?.getStreamIdentifier());
    const from =
      stream?.hasRevision() === true
        ? BigInt(stream.getRevision())
        : stream?.hasEnd() === true
          ? 'end'
          : 'start';
    return {
      name,
      result: this.database.readStream(name, { from, backwards, count }),
      neverEnds: false,
    };
  }

  /** The whole stream of batches of one client; an append is what came under one correlation id. */
  #batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const open = new Map<string, { options: BatchAppendReq.Options; events: Proposed[] }>();
    call.on('data', (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const id = correlation?.getString() ?? '';
      const options = request.getOptions();
      if (options !== undefined) open.set(id, { options, events: [] });
      const append = open.get(id);
      if (append === undefined) return;
      append.events.push(...request.getProposedMessagesList().map(proposedOf));
      if (!request.getIsFinal()) return;
      open.delete(id);
      this.appends++;
      const name = nameOf(append.options.getStreamIdentifier());
      const run = () => {
        const answer = this.#answerTo(call, name, append);
        if (answer !== undefined) call.write(batchResponse(correlation, name, answer));
      };
      if (this.appendDelayMs > 0) setTimeout(run, this.appendDelayMs);
      else run();
    });
    call.on('end', () => {
      call.end();
    });
  }

  #answerTo(
    call: ServerDuplexStream<BatchAppendReq, unknown>,
    name: string,
    { options, events }: { options: BatchAppendReq.Options; events: Proposed[] },
  ): Parameters<typeof batchResponse>[2] | undefined {
    if (this.#isHung) return undefined;
    if (this.denies !== undefined) return deniedStatus();
    if (!this.isReady) return unknownStatus('Server Is Not Ready');
    const requiresLeader = call.metadata.get('requires-leader')[0] === 'true';
    const fault = this.appendFaults.shift();
    if (fault === 'not-leader' || (requiresLeader && this.leader !== undefined)) {
      call.emit('error', this.#notLeader());
      return undefined;
    }
    if (fault === 'not-ready') return unknownStatus('Server Is Not Ready');
    if (fault === 'no-answer') return undefined;
    if (fault === 'disk-full') void this.down();
    if (fault === 'reset') this.reset();
    if (fault === 'disk-full' || fault === 'reset') return undefined;
    const result = this.database.append(name, expectedOf(options), events);
    if (fault === 'done-then-reset') this.reset();
    if (fault === 'done-then-timeout') return timeoutStatus();
    if (fault !== undefined || result.kind === 'hangs') return undefined;
    return this.#isWithoutQuorum(result) ? timeoutStatus() : result;
  }

  /** X20: written, and durable only once there is a quorum again. */
  #isWithoutQuorum(result: WriteResult): boolean {
    return result.kind === 'success' && !this.#hasQuorum;
  }

  loseQuorum(): void {
    this.#hasQuorum = false;
    this.database.loseQuorum();
  }

  regainQuorum(): void {
    this.#hasQuorum = true;
    this.database.regainQuorum();
  }

  #refusal(metadata: Metadata): CallFailure | undefined {
    const denied = this.#denial();
    if (denied !== undefined) return denied;
    const requiresLeader = metadata.get('requires-leader')[0] === 'true';
    return requiresLeader && this.leader !== undefined ? this.#notLeader() : undefined;
  }

  #denial(): CallFailure | undefined {
    if (this.denies === undefined) return undefined;
    return this.denies === 'unauthenticated'
      ? failure(status.UNAUTHENTICATED, 'Unauthenticated')
      : failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
  }

  #notLeader(): CallFailure {
    const { address, port } = this.leader ?? { address: '127.0.0.1', port: this.port };
    return failure(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': address,
      'leader-endpoint-port': String(port),
    });
  }

  #features(): handleUnaryCall<Empty, SupportedMethods> {
    return (_, callback) => {
      if (this.#isHung) return;
      const methods = Object.values(
        StreamsService as object as Record<string, { path: string }>,
      ).map(({ path }) => {
        const [, service = '', method = ''] = path.split('/');
        return new SupportedMethod()
          .setServiceName(service.toLowerCase())
          .setMethodName(method.toLowerCase());
      });
      callback(
        null,
        new SupportedMethods()
          .setMethodsList(methods)
          .setEventStoreServerVersion(this.serverVersion),
      );
    };
  }

  /** X2: one member, itself, leader as long as it names no other. */
  #gossip(): handleUnaryCall<Empty, ClusterInfo> {
    return (_, callback) => {
      if (this.#isHung) return;
      const member = (port: number, state: MemberInfo.VNodeState) =>
        new MemberInfo()
          .setInstanceId(new UUID().setString(crypto.randomUUID()))
          .setTimeStamp('0')
          .setIsAlive(true)
          .setState(state)
          .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(port));
      const { VNodeState } = MemberInfo;
      const members =
        this.leader === undefined
          ? [member(this.port, VNodeState.LEADER)]
          : [member(this.port, VNodeState.FOLLOWER), member(this.leader.port, VNodeState.LEADER)];
      callback(null, new ClusterInfo().setMembersList(members));
    };
  }
}
