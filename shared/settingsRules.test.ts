import { expect, it } from 'vitest'
import { settingsRules } from './settingsRules.ts'

it.each([
  '',
  'docker.io/',
  'registry.example.com/team/',
  'localhost:5000/',
  '10.0.0.7:443/a/b-c/d_e/',
  '[fd00::1]:5000/x/',
  'REGISTRY.example.com/',
])('takes %s as a registry', (text) => expect(settingsRules.imageRegistry(text)).toBeUndefined())

it.each([
  ['docker.io', 'slash'],
  ['https://docker.io/', 'scheme'],
  ['docker.io/Team/', 'no registry'],
  ['docker.io//', 'no registry'],
  ['a b/', 'no registry'],
  ['-a.io/', 'no registry'],
  ['docker.io/team:1/', 'no registry'],
  ['docker.io:port/', 'no registry'],
  ['/', 'no registry'],
  ['../', 'no registry'],
  ['$(id)/', 'no registry'],
  ['dock\u200ber.io/', 'no registry'],
])('says what is wrong with %s', (text, word) => expect(settingsRules.imageRegistry(text)).toContain(word))

it('wants an absolute path of kubectl', () => {
  for (const path of ['', '/usr/bin/kubectl', 'C:\\tools\\kubectl.exe', '\\\\server\\share\\kubectl.exe'])
    expect(settingsRules.kubectlPath(path)).toBeUndefined()
  for (const path of ['kubectl', './kubectl', '~/bin/kubectl', 'banana'])
    expect(settingsRules.kubectlPath(path)).toContain('absolute')
})
