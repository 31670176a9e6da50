import { fieldCause, type StatusCause } from '../errors.ts'

/** Collects what is wrong with an object, field by field. */
export class Causes {
  readonly list: StatusCause[] = []

  required(field: string, detail = ''): void {
    this.list.push(fieldCause('FieldValueRequired', field, undefined, detail))
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.list.push(fieldCause('FieldValueInvalid', field, value, detail))
  }

  forbidden(field: string, detail: string): void {
    this.list.push(fieldCause('FieldValueForbidden', field, undefined, detail))
  }

  duplicate(field: string, value: unknown): void {
    this.list.push(fieldCause('FieldValueDuplicate', field, value, ''))
  }

  notFound(field: string, value: unknown): void {
    this.list.push({ reason: 'FieldValueNotFound', field, message: `Not found: ${JSON.stringify(value)}` })
  }

  tooLong(field: string, limit: number): void {
    this.list.push({ reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${limit} bytes` })
  }

  /** A value out of a list; an absent one passes. */
  oneOf(field: string, value: string | undefined, allowed: readonly string[]): void {
    if (value === undefined || allowed.includes(value)) return
    const shown = allowed.map((each) => JSON.stringify(each)).join(', ')
    this.list.push(fieldCause('FieldValueNotSupported', field, value, `supported values: ${shown}`))
  }

  notNegative(field: string, value: unknown): void {
    if (typeof value === 'number' && value < 0) this.invalid(field, value, 'must be greater than or equal to 0')
  }
}
