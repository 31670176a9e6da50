import type { FastifyInstance } from 'fastify'

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Agency Swarm API</title>
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<header><h1>Agency Swarm API</h1><p id="about">Reading <a href="/openapi.json">/openapi.json</a> …</p></header>
<main id="operations"></main>
<script type="module" src="/docs/page.js"></script>
</body>
</html>
`

const css = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border-top: 1px solid color-mix(in srgb, currentcolor 20%, transparent); padding: .5rem 0; }
summary { cursor: pointer; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
.method { display: inline-block; min-width: 4.5em; font-weight: 700; }
.permission { float: right; opacity: .7; }
pre { overflow: auto; padding: .75rem; background: color-mix(in srgb, currentcolor 7%, transparent); border-radius: 6px; }
`

// Text goes into the page as text only: a description cannot become markup.
const script = `const element = (name, className, ...children) => {
  const made = document.createElement(name)
  if (className) made.className = className
  made.append(...children)
  return made
}
const block = (title, value) => [element('h4', '', title), element('pre', '', JSON.stringify(value, null, 2))]
const description = await (await fetch('/openapi.json')).json()
document.querySelector('#about').append(' version ' + description.info.version + '. ' + description.info.description)
const groups = new Map()
for (const [path, methods] of Object.entries(description.paths))
  for (const [method, operation] of Object.entries(methods)) {
    const tag = operation.tags?.[0] ?? 'other'
    groups.set(tag, [...(groups.get(tag) ?? []), { path, method, operation }])
  }
for (const [tag, operations] of groups) {
  const section = element('section', '', element('h2', '', tag))
  for (const { path, method, operation } of operations) {
    const summary = element('summary', '',
      element('span', 'permission', operation['x-permission'] ?? ''),
      element('span', 'method', method.toUpperCase()), element('code', '', path), ' – ' + (operation.summary ?? ''))
    const details = element('details', '', summary)
    details.id = operation.operationId
    if (operation['x-audit-event']) details.append(element('p', '', 'Audited as ' + operation['x-audit-event'] + '.'))
    if (operation.parameters) details.append(...block('Parameters', operation.parameters))
    const body = operation.requestBody?.content?.['application/json']?.schema
    if (body) details.append(...block('Body', body))
    details.append(...block('Answers', operation.responses))
    section.append(details)
  }
  document.querySelector('#operations').append(section)
}
if (location.hash) document.getElementById(location.hash.slice(1))?.setAttribute('open', '')
`

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * A page for people that lists what /openapi.json describes. Ours, and not Swagger UI: that is 1.6 MB of files which a bundle of one file
 * would have to carry beside it, and it asks for styles in attributes, which our policy forbids.
 */
export function addDocsPage(app: FastifyInstance): void {
  const files = {
    '/docs': ['text/html', html],
    '/docs/page.css': ['text/css', css],
    '/docs/page.js': ['text/javascript', script],
  }
  for (const [url, [type, text]] of Object.entries(files)) {
    app.get(url, (_request, reply) =>
      reply
        .type(`${type ?? ''}; charset=utf-8`)
        .headers({
          'content-security-policy': policy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        })
        .send(text),
    )
  }
}
