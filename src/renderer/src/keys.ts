// Every key of the window in one table: the help overlay prints it, use-keys.ts obeys it.

export interface KeyRow {
  readonly keys: string
  readonly does: string
}

export const KEY_ROWS: readonly { readonly title: string; readonly rows: readonly KeyRow[] }[] = [
  {
    title: 'Everywhere',
    rows: [
      { keys: 'Space', does: 'Start, pause or resume the run' }, { keys: 'Ctrl K', does: 'Commands' }, { keys: '/', does: 'Search' },
      { keys: 'Ctrl 1 – 5', does: 'Home, Runs, Live, Studies, Samples' }, { keys: 'Ctrl N', does: 'New run' }, { keys: 'Ctrl ,', does: 'Settings' },
      { keys: '?', does: 'This list' }, { keys: 'Esc', does: 'Close what is open' }
    ]
  },
  {
    title: 'Charts and board',
    rows: [
      { keys: 'Arrow keys', does: 'Walk cards, lanes and changes' }, { keys: 'Enter', does: 'Choose the card or lane' },
      { keys: 'Wheel', does: 'Zoom all charts' }, { keys: 'Drag', does: 'Zoom to a range' }, { keys: '+  −  0', does: 'Zoom in, out, show all' }
    ]
  },
  {
    title: 'Studies',
    rows: [{ keys: 'Ctrl E', does: 'Copy the table as LaTeX' }]
  },
  {
    title: 'Samples',
    rows: [{ keys: 'J  K', does: 'Next, previous' }, { keys: 'H', does: 'Hide or show boxes' }, { keys: '←  →', does: 'Flipped samples: the other way' }]
  },
  { title: 'New run', rows: [{ keys: 'Ctrl Enter', does: 'Start it' }] }
]
