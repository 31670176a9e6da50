import { StrictMode, useCallback, useState } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter'
import { storedSession, storeSession, type Session } from './session.ts'
import { SignIn } from './SignIn.tsx'
import { SwarmView } from './SwarmView.tsx'
import './page.css'

function Page() {
  const [session, setSession] = useState(storedSession)
  const change = useCallback((next: Session | null) => {
    storeSession(next)
    setSession(next)
  }, [])
  const signOut = useCallback(() => change(null), [change])
  return session === null ? <SignIn onSignedIn={change} /> : <SwarmView session={session} onSignedOut={signOut} />
}

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
}
