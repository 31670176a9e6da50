import { Menu, type MenuItemConstructorOptions } from 'electron'

/** Editing and window keys. Everything the app does itself is in the page's palette. */
export function appMenu(): Menu {
  const template: MenuItemConstructorOptions[] = [
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]
  const quit: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [{ label: 'Quit', accelerator: 'Ctrl+Q', role: 'quit' }],
  }
  return Menu.buildFromTemplate(
    process.platform === 'darwin' ? [{ role: 'appMenu' }, ...template] : [quit, ...template],
  )
}
