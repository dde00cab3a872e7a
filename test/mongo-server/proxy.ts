import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of the next answer to a command of that name, though the server has done what it asked. */
export interface Fault {
  readonly command: string;
  readonly then: 'cut' | 'keep back';
}

/** Stands between a client and a server of MongoDB's protocol, and takes answers away on demand. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Taken by the next command of that name. */
  fault: Fault | undefined;

  private constructor(port: number) {
    this.#server = createServer((client) => {
      this.#join(client, connect(port, '127.0.0.1'));
    });
  }

  /** In front of the server that a URL names. */
  static async start(url: string): Promise<Proxy> {
    const proxy = new Proxy(Number(/:(\d+)/.exec(url)?.[1]));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The URL, through here. */
  through(url: string): string {
    return url.replace(/:\d+/, `:${String((this.#server.address() as AddressInfo).port)}`);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    let fault: Fault | undefined;
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (sent) => {
      // The name of a command stands in it as it is.
      if (this.fault !== undefined && sent.includes(this.fault.command)) {
        fault = this.fault;
        this.fault = undefined;
      }
      server.write(sent);
    });
    server.on('data', (answer) => {
      if (fault === undefined) client.write(answer);
      else if (fault.then === 'cut') client.destroy();
    });
  }
}
