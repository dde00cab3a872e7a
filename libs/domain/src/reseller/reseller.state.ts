import type { ResellerId } from '../ids';

/** Where a reseller stands with the programme. `country` is that of its latest application. */
export type ResellerState =
  | { readonly status: 'none' }
  | {
      readonly status: 'applied' | 'enrolled' | 'rejected' | 'suspended';
      readonly resellerId: ResellerId;
      readonly partnerId: string;
      readonly country: string;
    };
