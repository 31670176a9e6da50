/** Words that say that something is empty, zero or well. */
const claims = [
  /\bno (pods?|services?|events?|warnings?|releases?|backups?|databases?|lines?|cluster|deployments?|jobs?|certificates?|migrations?|service accounts?|configmaps?|secrets?|drift|tasks?|faults|configmap or secret|objects?|levels?)\b/i,
  /\bnone( yet)?\b/i,
  /\bnothing (is|was|runs|needs|to|here|has|differs|drifted)\b/i,
  /\b0 (of|pods?|services?|lines?|clusters?|backups?|databases?|releases?|objects?|entries|jobs?|deployments?)\b/i,
  /\b(\d+) of \1\b/,
  /\b(everything|every \w+|all \w+) (is|are|matches|that can)\b/i,
  /\bnot deployed\b/i,
]

/**
 * What a window says although it cannot know it: that something is empty, zero or well. Counted on the page, its rail and its bars;
 * a green check counts too. The header's facts about the cluster come from the list of clusters and are left out.
 */
export function falseClaims(page: Document): string[] {
  const found: string[] = []
  const main = page.querySelector('.app-work')
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement
    if (!element || isExempt(element)) continue
    const text = sentenceAround(element)
    if (claims.some((claim) => claim.test(text)) && !found.includes(text)) found.push(text)
  }
  for (const glyph of main?.querySelectorAll('.k-status-healthy, .k-square-healthy') ?? []) {
    if (!isExempt(glyph)) found.push(`green: ${sentenceAround(glyph.parentElement ?? glyph)}`)
  }
  return found
}

/** Whether the page says that something could not be read, and why. */
export function saysWhy(page: Document): boolean {
  return page.querySelector('main [data-unknown], main [role="alert"]') !== null
}

/** The smallest block that holds it, so that "0" and "of 4" in two elements are read together. */
function sentenceAround(element: Element): string {
  const block = element.closest('p, li, dd, td, button, h1, h2, h3, .k-state-title, .k-state-text, div') ?? element
  return (block.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 160)
}

/** Facts of `clusters.watch`, what the settings say, and sentences about what the program does. */
function isExempt(element: Element): boolean {
  return element.closest('[data-claims="known"], script, style, .app-status-bar') !== null
}
