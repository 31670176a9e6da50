import { pending } from './pending.ts'
import type { ClusterConnection, ReflectOptions, Reflector } from './types.ts'
export function reflect<Row>(_connection: ClusterConnection, _options: ReflectOptions<Row>): Reflector<Row> {
  throw pending('reflect')
}
