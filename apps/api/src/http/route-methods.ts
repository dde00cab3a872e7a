import type { FastifyInstance } from 'fastify';

/** Which methods each address takes, so that an address is told from a method that it does not take. */
export class RouteMethods {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Notes every route that is registered from now on. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      const pattern = new RegExp(`^${url.replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}$`);
      this.routes.push({ pattern, methods: [method].flat() });
    });
  }

  /** In the order of the alphabet; none where there is nothing at this address. */
  at(path: string): readonly string[] {
    const methods = this.routes.flatMap((route) => (route.pattern.test(path) ? route.methods : []));
    return [...new Set(methods)].sort();
  }
}
