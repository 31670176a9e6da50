import { readQuantity } from '#shared/quantity.ts'

export interface Use {
  resource: string
  usedText: string
  limitText: string
  used: number
  limit: number
}

/** The figures in a quota's line, as "requests.cpu 1200m of 10, pods 12 of 60". */
export function readUse(summary: string): Use[] {
  return summary.split(',').flatMap((part) => {
    const match = /^\s*(\S+) (\S+) of (\S+)\s*$/.exec(part)
    const [, resource = '', usedText = '', limitText = ''] = match ?? []
    const used = readQuantity(usedText)
    const limit = readQuantity(limitText)
    return used === undefined || limit === undefined ? [] : [{ resource, usedText, limitText, used, limit }]
  })
}
