import { randomUUID } from 'node:crypto';
import type { Plan, PlanIds } from '../plan';

/** Keeps the plans that it issued; those of another instance are unknown to it. */
export class InMemoryPlanIds implements PlanIds {
  private readonly issued = new Map<string, Plan>();

  issue(plan: Plan): string {
    const id = randomUUID();
    this.issued.set(id, plan);
    return id;
  }

  read(id: string): Plan | undefined {
    return this.issued.get(id);
  }
}
