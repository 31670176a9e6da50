/** What `routeLoad.ts` uses of the package, which brings no types. */
declare module 'autocannon' {
  interface LoadRequest {
    readonly method: 'PUT'
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    readonly setupClient: (client: { readonly setRequests: (requests: readonly LoadRequest[]) => void }) => void
  }
  interface Result {
    readonly requests: { readonly average: number }
    readonly non2xx: number
    readonly errors: number
    readonly timeouts: number
  }
  export default function autocannon(options: Options): Promise<Result>
}
