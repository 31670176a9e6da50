import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Shell } from './app/Shell.tsx'
import { listenForEngine } from './client/index.ts'
import './kit/base.css'

listenForEngine(window)

const root = document.getElementById('root')
if (!root) throw new Error('The page has no root element.')
createRoot(root).render(
  <StrictMode>
    <Shell />
  </StrictMode>,
)
