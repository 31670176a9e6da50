import { useState } from 'react'
import { Banner, Field } from '../../../kit/index.ts'
import type { FormProps } from './formProps.ts'

/** How many pods, with what the autoscaler thinks of it. */
export function ScaleForm({ change, detail, onChange, onEnter }: FormProps<'scale'>) {
  const [typed, setTyped] = useState(String(change.replicas))
  const { autoscaler } = detail
  return (
    <div className="change-form">
      <div className="change-narrow">
        <Field
          label={`Pods, ${detail.replicas.desired} now`}
          type="number"
          autoFocus
          value={typed}
          onChange={(text) => {
            setTyped(text)
            onChange({ do: 'scale', replicas: /^\d+$/.test(text) ? Number(text) : Number.NaN })
          }}
          onEnter={onEnter}
        />
      </div>
      {autoscaler ? (
        <Banner
          tone="info"
          title={`${autoscaler.name} decides between ${autoscaler.minimum} and ${autoscaler.maximum}.`}
        >
          It wants {autoscaler.wanted} now. {autoscaler.reason}
        </Banner>
      ) : null}
    </div>
  )
}
