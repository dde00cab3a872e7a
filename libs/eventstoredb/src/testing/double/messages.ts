import {
  StreamIdentifier,
  UUID,
  Empty,
  WrongExpectedVersion,
  AllStreamPosition,
  StreamDeleted,
  AccessDenied,
  Timeout,
  MaximumAppendSizeExceeded,
} from '@eventstore/db-client/generated/shared_pb';
import {
  type AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  type DeleteReq,
  DeleteResp,
  ReadResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import { Code } from '@eventstore/db-client/generated/code_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import type { DatabaseRecord, Expected, Proposed, WriteResult } from './database';

/** Between the wire's messages and what the database takes and gives. */

export function nameOf(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function identifierOf(name: string): StreamIdentifier {
  return new StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(name)));
}

export function proposedOf(
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): Proposed {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** What an append, a delete or a tombstone expects of its stream. */
export function expectedOf(
  options: AppendReq.Options | BatchAppendReq.Options | DeleteReq.Options | TombstoneReq.Options,
): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  if (options.hasAny()) return 'any';
  return BigInt(
    options instanceof BatchAppendReq.Options ? options.getStreamPosition() : options.getRevision(),
  );
}

export function eventResponse(record: DatabaseRecord): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(record.id))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(record.revision.toString())
    .setCommitPosition(record.position.toString())
    .setPreparePosition(record.position.toString())
    .setCustomMetadata(record.metadata)
    .setData(record.data);
  recorded
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', record.created.toString());
  const event = new ReadResp.ReadEvent()
    .setEvent(recorded)
    .setCommitPosition(record.position.toString());
  return new ReadResp().setEvent(event);
}

export function notFoundResponse(name: string): ReadResp {
  return new ReadResp().setStreamNotFound(
    new ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(name)),
  );
}

export function batchResponse(
  correlation: UUID | undefined,
  name: string,
  result: Status | WriteResult,
): BatchAppendResp {
  const response = new BatchAppendResp()
    .setCorrelationId(correlation)
    .setStreamIdentifier(identifierOf(name));
  if (result instanceof Status) return response.setError(result);
  if (result.kind !== 'success') return response.setError(batchError(result));
  const success = new BatchAppendResp.Success();
  if (result.revision === undefined) success.setNoStream(new GoogleEmpty());
  else success.setCurrentRevision(result.revision.toString());
  if (result.position === undefined) success.setNoPosition(new GoogleEmpty());
  else {
    success.setPosition(
      new AllStreamPosition()
        .setCommitPosition(result.position.toString())
        .setPreparePosition(result.position.toString()),
    );
  }
  return response.setSuccess(success);
}

/** X10: an answer that the client does not know but by its text. */
export function unknownStatus(message: string): Status {
  return statusOf(Code.UNAVAILABLE, message, 'google.protobuf.Empty', new GoogleEmpty());
}

/** X11: the server's own time-out; the outcome is unknown. */
export function timeoutStatus(): Status {
  return statusOf(Code.DEADLINE_EXCEEDED, 'Timeout', 'event_store.client.Timeout', new Timeout());
}

/** T5: of a batched append. */
export function deniedStatus(): Status {
  return statusOf(
    Code.PERMISSION_DENIED,
    'Access Denied',
    'event_store.client.AccessDenied',
    new AccessDenied(),
  );
}

function batchError(result: Exclude<WriteResult, { kind: 'success' }>): Status {
  switch (result.kind) {
    case 'wrong-expected-version': {
      const details = new WrongExpectedVersion();
      if (typeof result.actual === 'bigint') {
        details.setCurrentStreamRevision(result.actual.toString());
      } else details.setCurrentNoStream(new GoogleEmpty());
      if (typeof result.expected === 'bigint') {
        details.setExpectedStreamPosition(result.expected.toString());
      } else if (result.expected === 'any') details.setExpectedAny(new GoogleEmpty());
      else if (result.expected === 'no_stream') details.setExpectedNoStream(new GoogleEmpty());
      else details.setExpectedStreamExists(new GoogleEmpty());
      const name = 'event_store.client.WrongExpectedVersion';
      return statusOf(Code.FAILED_PRECONDITION, 'Wrong expected version', name, details);
    }
    case 'stream-deleted':
      return statusOf(
        Code.FAILED_PRECONDITION,
        'Stream deleted',
        'event_store.client.StreamDeleted',
        new StreamDeleted(),
      );
    case 'too-large': {
      const details = new MaximumAppendSizeExceeded().setMaxappendsize(1_048_576);
      const name = 'event_store.client.MaximumAppendSizeExceeded';
      return statusOf(Code.INVALID_ARGUMENT, 'Too large', name, details);
    }
    default:
      return unknownStatus('BadRequest');
  }
}

function statusOf(
  code: Code,
  message: string,
  typeName: string,
  details: { serializeBinary(): Uint8Array },
): Status {
  const any = new Any();
  any.pack(details.serializeBinary(), typeName);
  return new Status().setCode(code).setMessage(message).setDetails(any);
}

/** A4: what the append that carries credentials of its own answers. */
export function appendResponse(
  result: WriteResult & { kind: 'success' | 'wrong-expected-version' },
): AppendResp {
  if (result.kind === 'success') {
    const success = new AppendResp.Success();
    if (result.revision === undefined) success.setNoStream(new Empty());
    else success.setCurrentRevision(result.revision.toString());
    if (result.position === undefined) success.setNoPosition(new Empty());
    else {
      success.setPosition(
        new AppendResp.Position()
          .setCommitPosition(result.position.toString())
          .setPreparePosition(result.position.toString()),
      );
    }
    return new AppendResp().setSuccess(success);
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (typeof result.actual === 'bigint') wrong.setCurrentRevision(result.actual.toString());
  else wrong.setCurrentNoStream(new Empty());
  if (typeof result.expected === 'bigint') wrong.setExpectedRevision(result.expected.toString());
  else if (result.expected === 'any') wrong.setExpectedAny(new Empty());
  else if (result.expected === 'no_stream') wrong.setExpectedNoStream(new Empty());
  else wrong.setExpectedStreamExists(new Empty());
  return new AppendResp().setWrongExpectedVersion(wrong);
}

export function deleteResponse(position: bigint | undefined): DeleteResp {
  const text = (position ?? 0n).toString();
  return new DeleteResp().setPosition(
    new DeleteResp.Position().setCommitPosition(text).setPreparePosition(text),
  );
}

export function tombstoneResponse(position: bigint | undefined): TombstoneResp {
  const text = (position ?? 0n).toString();
  return new TombstoneResp().setPosition(
    new TombstoneResp.Position().setCommitPosition(text).setPreparePosition(text),
  );
}

/** A call's failure, as the server puts it in status and trailers. */
export type CallFailure = Pick<StatusObject, 'code' | 'details' | 'metadata'>;

export function failure(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): CallFailure {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
}

/** The failure of a call that writes without a batch. */
export function writeFailure(name: string, result: WriteResult): CallFailure {
  switch (result.kind) {
    case 'wrong-expected-version':
      return failure(status.FAILED_PRECONDITION, 'Wrong expected version', {
        exception: 'wrong-expected-version',
        'stream-name': name,
        'expected-version': numericOf(result.expected), // D2
        'actual-version': numericOf(result.actual),
      });
    case 'stream-deleted':
      return streamDeleted(name);
    case 'too-large':
      return failure(status.INVALID_ARGUMENT, 'Maximum append size exceeded', {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': '1048576',
      });
    default:
      return failure(status.UNKNOWN, 'Exception was thrown by handler.');
  }
}

export function streamDeleted(name: string): CallFailure {
  return failure(status.FAILED_PRECONDITION, 'Event stream is deleted.', {
    exception: 'stream-deleted',
    'stream-name': name,
  });
}

function numericOf(expected: Expected): string {
  if (expected === 'no_stream') return '-1';
  if (expected === 'any') return '-2';
  return expected === 'stream_exists' ? '-4' : expected.toString();
}
