import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter'
import { SignIn } from './SignIn.tsx'
import { SwarmPage } from './SwarmPage.tsx'
import { useSession } from './useSession.ts'
import './styles/base.css'
import './styles/layout.css'
import './styles/parts.css'
import './styles/states.css'

function Page() {
  const { session, reason, api, enter, signOut, renew } = useSession()
  if (session === undefined) return <p className="starting note">Agency Swarm</p>
  if (session === null) return <SignIn reason={reason} onSignedIn={enter} />
  return <SwarmPage session={session} api={api} renew={renew} onSignOut={signOut} />
}

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
}
