import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { Segments } from '../../../kit/index.ts'

/** Which container is meant, where there are several. */
export function ContainerChoice(props: {
  detail: WorkloadDetail
  value: string
  onChange: (container: string) => void
}) {
  const { containers } = props.detail
  if (containers.length < 2) return null
  return (
    <Segments
      label="Container"
      value={props.value}
      options={containers.map(({ name }) => ({ value: name, title: name }))}
      onChange={props.onChange}
    />
  )
}
