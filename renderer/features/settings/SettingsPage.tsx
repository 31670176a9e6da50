import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { Settings } from '#shared/contract/app.ts'
import { settingsRules } from '#shared/settingsRules.ts'
import { addKubeconfig, changeSettings, PageHeader, reportError, useSettings } from '../../app/index.ts'
import { asFault, useCall } from '../../client/index.ts'
import {
  Button,
  EmptyState,
  Facts,
  Field,
  formatTime,
  IconButton,
  LoadingState,
  Panel,
  Segments,
  Toggle,
  useNow,
} from '../../kit/index.ts'
import './settings.css'

const themes = [
  { value: 'dark', title: 'Dark' },
  { value: 'light', title: 'Light' },
  { value: 'system', title: 'As the desktop' },
] as const

const clocks = [
  { value: 'local', title: 'Local' },
  { value: 'utc', title: 'UTC' },
] as const

const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone

function save(change: Partial<Settings>): void {
  changeSettings(change).catch((thrown: unknown) => reportError(thrown, 'The setting was not saved.'))
}

/** What the person decides about the console itself. Everything applies at once. */
export function SettingsPage() {
  const { settings, theme } = useSettings()
  const now = useNow(60_000)
  return (
    <>
      <PageHeader title="Settings" facts={<span>Kept on this computer. Changes apply at once.</span>} />
      <div className="app-page">
        {settings ? (
          <div className="settings">
            <Panel title="Appearance and keys">
              <div className="settings-row">
                <div>
                  <div className="strong">Theme</div>
                  <div className="note">Both themes keep the same contrast.</div>
                </div>
                <Segments label="Theme" value={theme} options={themes} onChange={(next) => save({ theme: next })} />
              </div>
              <div className="settings-row">
                <div>
                  <div className="strong">Times</div>
                  <div className="note">
                    Logs, events, charts, audit. Local is {localZone}; it is {formatTime(now)} now. Saved files are
                    always UTC.
                  </div>
                </div>
                <Segments
                  label="Times"
                  value={settings.timeZone}
                  options={clocks}
                  onChange={(timeZone) => save({ timeZone })}
                />
              </div>
              <div className="settings-row">
                <div>
                  <div className="strong">Single-key shortcuts</div>
                  <div className="note">
                    J, K, X, G and a letter. They are always off while a field or terminal has the focus.
                  </div>
                </div>
                <Toggle
                  label="Single-key shortcuts"
                  hiddenLabel
                  checked={settings.singleKeys}
                  onChange={(singleKeys) => save({ singleKeys })}
                />
              </div>
            </Panel>
            <KubeconfigFiles files={settings.kubeconfigFiles} />
            <Panel title="Tools and images">
              <SavedField
                label="kubectl"
                name="kubectlPath"
                value={settings.kubectlPath}
                placeholder="from PATH, then the bundled one"
                hint="Absolute path. Used only for kubectl terminals; everything else speaks to the cluster itself."
              />
              <SavedField
                label="Image registry"
                name="imageRegistry"
                value={settings.imageRegistry}
                placeholder="the images' own names"
                hint="Put before the name of every image that is deployed, with a slash at its end."
              />
            </Panel>
            <About />
          </div>
        ) : (
          <LoadingState rows={6} />
        )}
      </div>
    </>
  )
}

interface SavedFieldProps {
  label: string
  name: 'kubectlPath' | 'imageRegistry'
  value: string
  placeholder: string
  hint: string
}

/** A text that is checked while it is typed and saved by its button or Enter; what the engine refuses stands below. */
function SavedField({ label, name, value, placeholder, hint }: SavedFieldProps) {
  const [text, setText] = useState(value)
  const [refused, setRefused] = useState<{ text: string; message: string }>()
  const wanted = text.trim()
  const error = settingsRules[name](wanted) ?? (refused?.text === wanted ? refused.message : undefined)
  const submit = () => {
    if (settingsRules[name](wanted) !== undefined) return
    changeSettings({ [name]: wanted }).catch((thrown: unknown) =>
      setRefused({ text: wanted, message: asFault(thrown).message }),
    )
  }
  return (
    <div className="settings-field">
      <Field
        label={label}
        value={text}
        onChange={setText}
        placeholder={placeholder}
        hint={hint}
        error={error}
        onEnter={submit}
        mono
      />
      <Button disabled={wanted === value || error !== undefined} onClick={submit}>
        Save
      </Button>
    </div>
  )
}

function KubeconfigFiles({ files }: { files: readonly string[] }) {
  return (
    <Panel
      title="Kubeconfig files"
      isFlush
      aside={
        <Button size="small" icon={Plus} onClick={() => addKubeconfig()}>
          Add
        </Button>
      }
    >
      {files.length === 0 ? (
        <EmptyState title="Only the standard file">
          KUBECONFIG, or .kube/config in your home directory. Files are read again when they change and are never
          written.
        </EmptyState>
      ) : (
        <ul className="settings-files">
          {files.map((file) => (
            <li key={file}>
              <code className="truncate selectable">{file}</code>
              <IconButton
                icon={X}
                size="small"
                label={`Leave out ${file}`}
                onClick={() => save({ kubeconfigFiles: files.filter((other) => other !== file) })}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function About() {
  const info = useCall((client) => client.app.info(), [])
  return (
    <Panel title="About">
      {info.value ? (
        <Facts
          rows={[
            { name: 'Version', value: info.value.version },
            { name: 'Runtime', value: runtimeText(info.value.runtime) },
            { name: 'Computer', value: `${info.value.platform}, signed in as ${info.value.user}` },
            { name: 'Data', value: <code>{info.value.dataDirectory}</code> },
            {
              name: 'Engine',
              value: info.value.engineStarts <= 1 ? 'started once' : `started ${info.value.engineStarts} times`,
            },
          ]}
        />
      ) : (
        <LoadingState rows={4} />
      )}
    </Panel>
  )
}

function runtimeText(runtime: { electron: string; chrome: string; node: string }): string {
  return `Electron ${runtime.electron}, Chrome ${runtime.chrome}, Node ${runtime.node}`
}
