import { hasCome } from '../calendar';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import type { CredentialId, Instant, ServiceId } from '../ids';
import type { CreateService, RotateServiceSecret, ServicesCommand } from './services.commands';
import type { ServicesEvent } from './services.events';
import type { ServicesState, ServiceState } from './services.state';

type Decided = Decision<ServicesEvent>;

/** Services of one organisation that are not revoked. */
const MOST_SERVICES = 100;
const HOUR_MS = 3_600_000;

export const initialState: ServicesState = { status: 'none' };

export function decide(command: ServicesCommand, state: ServicesState): Decided {
  if (command.type === 'create-service') return create(command, state);
  const service = state.status === 'none' ? undefined : state.services.get(command.serviceId);
  if (service === undefined) {
    return refuse('service-unknown', `This organisation has no service ${command.serviceId}.`);
  }
  if (command.type === 'rotate-service-secret') return rotate(command, service);
  if (service.revokedAt !== null) return accept();
  const { serviceId, credentialId, former } = service;
  const credentialIds = [credentialId, ...(former === null ? [] : [former.credentialId])];
  return accept({
    type: 'ServiceRevoked',
    data: { serviceId, credentialIds, revokedAt: command.at },
  });
}

function create(command: CreateService, state: ServicesState): Decided {
  const { serviceId, owner, name, role, credentialId, at } = command;
  const active = activeServices(state);
  const broken: BrokenRule[] = [];
  if (active.some((each) => each.name === name)) {
    const detail = `A service of this organisation is named "${name}".`;
    broken.push({ code: 'service-name-taken', pointer: '/name', detail });
  }
  if ((owner.kind === 'operator') !== (role === 'operator')) {
    const detail = `A service of ${owner.kind === 'operator' ? 'the operator' : `a ${owner.kind}`} has no role ${role}.`;
    broken.push({ code: 'service-role-unavailable', pointer: '/role', detail });
  }
  const refusal = refuseBroken(broken);
  if (refusal !== undefined) return refusal;
  if (active.length >= MOST_SERVICES) {
    return refuse('service-limit-reached', `There are ${String(active.length)} services already.`);
  }
  return accept({
    type: 'ServiceCreated',
    data: { serviceId, owner, name, role, credentialId, createdAt: at },
  });
}

function rotate(command: RotateServiceSecret, service: ServiceState): Decided {
  const { serviceId, credentialId: formerCredentialId, former, revokedAt } = service;
  if (revokedAt !== null) {
    return refuse('service-revoked', `Service ${serviceId} was revoked at ${revokedAt}.`);
  }
  const { credentialId, overlapHours, at } = command;
  return accept({
    type: 'ServiceSecretRotated',
    data: {
      serviceId,
      credentialId,
      formerCredentialId,
      formerUntil: new Date(Date.parse(at) + overlapHours * HOUR_MS).toISOString(),
      droppedCredentialId: former?.credentialId ?? null,
      rotatedAt: at,
    },
  });
}

export function evolve(state: ServicesState, { type, data }: ServicesEvent): ServicesState {
  const { serviceId } = data;
  if (type === 'ServiceCreated') {
    const { owner, name, role, credentialId, createdAt } = data;
    const made = { former: null, rotatedAt: null, revokedAt: null };
    const service = { serviceId, name, role, credentialId, createdAt, ...made };
    const services = state.status === 'none' ? [] : state.services;
    return { status: 'some', owner, services: new Map(services).set(serviceId, service) };
  }
  const service = state.status === 'none' ? undefined : state.services.get(serviceId);
  if (state.status === 'none' || service === undefined) return state;
  const changed: ServiceState =
    type === 'ServiceRevoked'
      ? { ...service, former: null, revokedAt: data.revokedAt }
      : {
          ...service,
          credentialId: data.credentialId,
          former: { credentialId: data.formerCredentialId, until: data.formerUntil },
          rotatedAt: data.rotatedAt,
        };
  return { ...state, services: new Map(state.services).set(serviceId, changed) };
}

/** The credentials by which the service may name itself at `now`. */
export function usableCredentials(
  { credentialId, former, revokedAt }: ServiceState,
  now: Instant,
): readonly CredentialId[] {
  if (revokedAt !== null) return [];
  const overlaps = former !== null && !hasCome(former.until, now);
  return overlaps ? [credentialId, former.credentialId] : [credentialId];
}

/** The organisation's service of that id, revoked or not. */
export function serviceOf(state: ServicesState, serviceId: ServiceId): ServiceState | undefined {
  return state.status === 'none' ? undefined : state.services.get(serviceId);
}

function activeServices(state: ServicesState): readonly ServiceState[] {
  if (state.status === 'none') return [];
  return [...state.services.values()].filter(({ revokedAt }) => revokedAt === null);
}
