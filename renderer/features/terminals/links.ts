import { confirm, reportError, toast, type DockTab } from '../../app/index.ts'

/**
 * The text of a link in a terminal says nothing about where it leads, so the address is shown whole. This app opens no pages: the address
 * goes to the clipboard.
 */
export async function offerLink(tab: DockTab, given: string): Promise<void> {
  const address = URL.canParse(given) ? new URL(given) : undefined
  if (address?.protocol !== 'https:' && address?.protocol !== 'http:') return
  const confirmation = await confirm({
    level: 2,
    title: `Copy the address of this link to ${address.host}?`,
    message: address.href,
    confirmLabel: 'Copy address',
    ...(tab.cluster !== undefined && { cluster: tab.cluster }),
  })
  if (!confirmation) return
  try {
    await navigator.clipboard.writeText(address.href)
    toast({ status: 'healthy', title: 'Address copied', detail: address.host })
  } catch (thrown) {
    reportError(thrown, 'The address was not copied')
  }
}
