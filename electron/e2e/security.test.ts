import { expect, test } from './app.ts'

test('the page is sandboxed, isolated and has no Node', async ({ app }) => {
  const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      // Electron has the method in every version and left it out of its types.
      const own = (
        webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences()
      const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity, nodeIntegrationInSubFrames } = own
      return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity, nodeIntegrationInSubFrames }
    }),
  )
  expect(preferences).toEqual([
    {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      nodeIntegrationInSubFrames: false,
    },
  ])
  const globals = await app.page.evaluate(() =>
    ['require', 'process', 'Buffer', 'module'].filter((name) => name in globalThis),
  )
  expect(globals).toEqual([])
})

test('the content security policy refuses eval, inline scripts and foreign origins', async ({ app }) => {
  const outcome = await app.page.evaluate(async () => {
    const refused: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective))
    // In a task of its own: what the test's own evaluation runs in is exempt from the policy.
    await new Promise((resolve) => setTimeout(resolve, 0))
    let evaluated = true
    try {
      Reflect.construct(Function, ['return 1'])
    } catch {
      evaluated = false
    }
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    const fetched = await fetch('https://127.0.0.1:9/').then(
      () => true,
      () => false,
    )
    // Violations are told in tasks of their own.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return { evaluated, injected: 'injected' in window, fetched, refused }
  })
  expect(outcome.evaluated).toBe(false)
  expect(outcome.injected).toBe(false)
  expect(outcome.fetched).toBe(false)
  expect(outcome.refused).toEqual(expect.arrayContaining(['script-src', 'script-src-elem', 'connect-src']))
})

test('the window goes nowhere else, opens nothing and gets no permissions', async ({ app }) => {
  const before = app.page.url()
  await app.page.evaluate(() => {
    window.location.href = 'https://127.0.0.1:9/'
  })
  const opened = await app.page.evaluate(() => window.open('https://127.0.0.1:9/') === null)
  expect(opened).toBe(true)
  expect(app.page.url()).toBe(before)
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  const permissions = await app.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(permissions).toEqual(['denied', 'denied', 'denied', 'denied'])
})

test('the protocol serves the page and nothing outside of it', async ({ app }) => {
  const statuses = await app.page.evaluate(async () => {
    const paths = [
      '/index.html',
      '/../main/index.js',
      '/%2e%2e/main/index.js',
      '/..%2f..%2fpackage.json',
      '/nothing.js',
    ]
    return Promise.all(paths.map(async (path) => (await fetch(`console://app${path}`)).status))
  })
  expect(statuses).toEqual([200, 404, 404, 404, 404])
})
