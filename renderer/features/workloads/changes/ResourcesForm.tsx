import { Field } from '../../../kit/index.ts'
import type { FormProps } from './formProps.ts'
import { resourceNames, resourcesDraft } from './changeDraft.ts'
import { ContainerChoice } from './ContainerChoice.tsx'

const titles = { cpu: 'CPU', memory: 'Memory', 'ephemeral-storage': 'Ephemeral storage' } as const
const examples = { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '1Gi' } as const

/** Requests and limits of one container. An empty field is not set. */
export function ResourcesForm({ change, detail, onChange, onEnter }: FormProps<'setResources'>) {
  const live = resourcesDraft(detail, change.container)
  const shown = resourceNames.filter(
    (name) => name !== 'ephemeral-storage' || live.requests[name] !== undefined || live.limits[name] !== undefined,
  )
  const set = (of: 'requests' | 'limits', name: (typeof resourceNames)[number], typed: string) => {
    const { [name]: _before, ...rest } = change[of]
    const amount = typed.trim()
    onChange({ ...change, [of]: amount === '' ? rest : { ...rest, [name]: amount } })
  }
  return (
    <div className="change-form">
      <ContainerChoice
        detail={detail}
        value={change.container}
        onChange={(container) => onChange(resourcesDraft(detail, container))}
      />
      <div className="change-resources">
        {shown.map((name) =>
          (['requests', 'limits'] as const).map((of) => (
            <Field
              key={`${name} ${of}`}
              label={`${titles[name]} ${of === 'requests' ? 'request' : 'limit'}`}
              mono
              autoFocus={name === 'cpu' && of === 'requests'}
              value={change[of][name] ?? ''}
              placeholder={`not set, as ${examples[name]}`}
              hint={
                (live[of][name] ?? '') === (change[of][name] ?? '') ? undefined : `Now ${live[of][name] ?? 'not set'}`
              }
              onChange={(typed) => set(of, name, typed)}
              onEnter={onEnter}
            />
          )),
        )}
      </div>
    </div>
  )
}
