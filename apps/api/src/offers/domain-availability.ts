/** Whether a domain prefix is free for a new customer. */
export interface DomainAvailability {
  readonly domain: string;
  readonly available: boolean;
}
