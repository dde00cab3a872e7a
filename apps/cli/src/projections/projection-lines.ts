import type { ProjectionStatus } from '@tierbook/platform';
import { formatCount, formatRate, formatTable } from '../terminal/format';

/** All projections in a table, one a line. */
export function listLines(projections: readonly ProjectionStatus[]): string[] {
  const rows = projections.map((each) => [
    each.view,
    String(each.version),
    formatCount(each.lag),
    formatCount(each.parkedKeys),
    stateOf(each),
  ]);
  return formatTable([['VIEW', 'VERSION', 'LAG', 'PARKED', 'STATE'], ...rows], [1, 2, 3]);
}

/** All that is known of one. */
export function statusLines(each: ProjectionStatus): string[] {
  const { rebuild } = each;
  const serving = each.servingVersion === null ? 'none' : String(each.servingVersion);
  return [
    `View      ${each.view}`,
    `State     ${stateOf(each)}`,
    ...(each.reason === undefined ? [] : [`Because   ${each.reason}`]),
    `Version   ${String(each.version)}, serving ${serving}`,
    `Position  ${each.position ?? 'none'}`,
    `Lag       ${formatCount(each.lag)} events, moving at ${formatRate(each.eventsPerSecond)}`,
    `Parked    ${formatCount(each.parkedKeys)} documents`,
    ...(rebuild === null
      ? []
      : [
          `Rebuild   version ${String(rebuild.version)}, ${formatCount(rebuild.lag)} events to go`,
          ...(rebuild.stoppedBy === undefined ? [] : [`Stopped   ${rebuild.stoppedBy}`]),
        ]),
  ];
}

function stateOf({ state, pausedBy, rebuild }: ProjectionStatus): string {
  const told =
    pausedBy === undefined
      ? state
      : `${state} by ${pausedBy === 'event' ? 'an event' : 'an operator'}`;
  if (rebuild === null) return told;
  return `${told}, ${rebuild.stoppedBy === undefined ? 'rebuilding' : 'rebuild stopped'}`;
}
