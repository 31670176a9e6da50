import { Banner, Facts, Field } from '../../../kit/index.ts'
import { autoscalerProblem, readAutoscaler, writeAutoscaler, type AutoscalerField } from './autoscalerForm.ts'

interface AutoscalerFormProps {
  yaml: string
  isLocked: boolean
  onChange: (yaml: string) => void
}

const fields: { field: AutoscalerField; label: string; suffix: string }[] = [
  { field: 'minimum', label: 'At least', suffix: 'pods' },
  { field: 'maximum', label: 'At most', suffix: 'pods' },
  { field: 'cpu', label: 'CPU target', suffix: '% of request' },
]

/** The three numbers of an autoscaler that people change; the rest of its spec stays as it is. */
export function AutoscalerForm({ yaml, isLocked, onChange }: AutoscalerFormProps) {
  const values = readAutoscaler(yaml)
  if (!values) {
    return (
      <Banner tone="warn" title="The YAML cannot be read yet.">
        Mend it in the YAML view; the fields come back then.
      </Banner>
    )
  }
  if (isLocked) {
    return (
      <Facts
        rows={fields.map(({ field, label, suffix }) => ({ name: label, value: `${values[field] || '–'} ${suffix}` }))}
      />
    )
  }
  const problem = autoscalerProblem(values)
  return (
    <div className="configuration-autoscaler">
      {fields.map(({ field, label, suffix }) => (
        <Field
          key={field}
          label={label}
          value={values[field]}
          placeholder="not set"
          suffix={<span className="note">{suffix}</span>}
          onChange={(typed) => onChange(writeAutoscaler(yaml, field, typed.trim()))}
        />
      ))}
      {problem === undefined ? null : (
        <p className="configuration-refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
