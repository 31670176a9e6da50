import { isMapping, plainText, type Values } from './types.ts'

/** The first part of a reference is a registry when it looks like a host (the rule of docker and containerd). */
const namesRegistry = (image: string) => {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
}

const isPinned = (image: string) => image.includes('@') || /:[^/]*$/.test(image)

/** Whole references: the registry before those that name none, the suite's version after those that have neither tag nor digest. */
export function completeImages(values: Values, version: string): Values {
  const registry = plainText(values['registry'])
  const images = isMapping(values['images']) ? values['images'] : {}
  const complete = Object.entries(images).map(([name, value]) => {
    const image = plainText(value)
    const pinned = isPinned(image) ? image : `${image}:${version}`
    return [name, namesRegistry(image) ? pinned : `${registry}${pinned}`] as const
  })
  return { ...values, images: Object.fromEntries(complete) }
}
