import { pending } from './pending.ts'
/** @returns the quantity in base units (cores, bytes) */
export function parseQuantity(_text: string | number): number {
  throw pending('parseQuantity')
}
export function formatQuantity(_value: number, _unit: 'cores' | 'bytes'): string {
  throw pending('formatQuantity')
}
