import { randomUUID } from 'node:crypto';

/** Where orders go, and what they say. */
export interface OrderTarget {
  readonly port: number;
  readonly token: string;
  readonly customerIds: readonly string[];
  /** The body of every order, as JSON text. */
  readonly body: string;
}

/** Writes one order after another, each with a key of its own, over the customers in turn. */
export class Orders {
  readonly #target: OrderTarget;
  readonly #tail: string;
  readonly #keys = randomUUID();
  #count = 0;

  constructor(target: OrderTarget) {
    this.#target = target;
    this.#tail =
      `\r\nHost: 127.0.0.1:${String(target.port)}\r\nAuthorization: Bearer ${target.token}` +
      `\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(target.body))}` +
      `\r\n\r\n${target.body}`;
  }

  /** The next order as an HTTP request, and the customer that it is for. */
  next(): { readonly request: string; readonly customerId: string } {
    const { customerIds } = this.#target;
    const count = this.#count++;
    const customerId = customerIds[count % customerIds.length];
    if (customerId === undefined) throw new Error('There are no customers to order for.');
    const line = `POST /v1/customers/${customerId}/subscriptions HTTP/1.1`;
    const key = `\r\nIdempotency-Key: ${this.#keys}-${String(count)}`;
    return { request: line + key + this.#tail, customerId };
  }
}

/** A page that is read again and again. */
export interface ReadTarget {
  readonly port: number;
  readonly token: string;
  readonly path: string;
}

/** The same read, as an HTTP request. */
export class Reads {
  readonly #request: string;

  constructor({ port, token, path }: ReadTarget) {
    this.#request =
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}` +
      `\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  }

  next(): { readonly request: string } {
    return { request: this.#request };
  }
}
