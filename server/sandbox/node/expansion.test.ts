import { expect, it } from 'vitest'
import { expand } from './expansion.ts'

const variables = new Map([
  ['NAME', 'value'],
  ['OTHER', '$(NAME)'],
])

it.each([
  ['$(NAME)', 'value'],
  ['a-$(NAME)-$(NAME)', 'a-value-value'],
  ['$$(NAME)', '$(NAME)'],
  ['$$$(NAME)', '$value'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$(OTHER)', '$(NAME)'],
  ['$NAME ${NAME}', '$NAME ${NAME}'],
  ['$(NAME', '$(NAME'],
])('expands %s to %s as Kubernetes does', (text, expected) => {
  expect(expand(text, variables)).toBe(expected)
})
