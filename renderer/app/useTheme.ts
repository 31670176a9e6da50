import { useEffect } from 'react'
import { useSettings } from './state/settings.ts'

/** Puts the chosen theme on the page; `system` follows the desktop as it changes. */
export function useTheme(): void {
  const theme = useSettings((state) => state.theme)
  useEffect(() => {
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
    }
    apply()
    dark.addEventListener('change', apply)
    return () => dark.removeEventListener('change', apply)
  }, [theme])
}
