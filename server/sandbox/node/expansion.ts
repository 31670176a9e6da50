/**
 * `$(NAME)` as Kubernetes expands it in commands, arguments and values: `$$(NAME)` stays literal with one `$`, and a
 * reference to an unknown name is left as it is written (k8s.io/kubernetes/third_party/forked/golang/expansion).
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()$]*)\)/g, (match, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? match),
  )
}
