export * from './checked-query';
export * from './cursor';
export * from './errors';
export * from './fold-text';
export * from './in-batches';
export * from './list';
export * from './projection';
export * from './projection-store';
export * from './projections';
export * from './read-store';
export * from './view';
export * from './customers/customers.projection';
export * from './customers/customers.query';
export * from './delegations/delegations.projection';
export * from './delegations/delegations.query';
export * from './delegations/granted-delegation';
export * from './holdings/holdings.projection';
export * from './holdings/holdings.query';
export * from './offers/offers.projection';
export * from './offers/offers.query';
export * from './partnership-requests/partnership-requests.projection';
export * from './partnership-requests/partnership-requests.query';
export * from './partnerships/partnerships.projection';
export * from './partnerships/partnerships.query';
export * from './providers/providers.projection';
export * from './providers/providers.query';
export * from './reseller-customers/reseller-customers.projection';
export * from './reseller-customers/reseller-customers.query';
export * from './resellers/resellers.projection';
export * from './resellers/resellers.query';
export * from './subscriptions/subscriptions.projection';
export * from './subscriptions/subscriptions.query';
export * from './control/control-request';
export * from './control/noting-read-store';
export * from './control/parked-keys';
export * from './control/paused-projections';
export * from './control/projection-state';
export * from './control/refused';
export * from './control/replay';
export * from './control/skipped-events';
export * from './control/verify-view';
export * from './control/verify-views';
export {
  ProjectionRunner,
  type Decision,
  type ProjectionRunnerOptions,
} from './runner/projection-runner';
export { ViewProgress, type RebuildStatus, type ViewStatus } from './runner/view-progress';
