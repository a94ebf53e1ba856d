// Development only: the real window on a bridge that replays a synthetic run. Build with replay.vite.config.mts.

import { replayBridge } from './replay-bridge'

const query = new URLSearchParams(window.location.search)
const look = { theme: query.get('theme') ?? 'system', contrast: query.get('contrast') ?? 'system' }
window.localStorage.setItem('workbench-look', JSON.stringify(look))
Object.defineProperty(window, 'workbench', { value: replayBridge(window.location.search) })
void import('../../../src/renderer/src/main')
