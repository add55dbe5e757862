import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { archivePids, untilArchive } from '../../e2e/support/archive.ts'
import { launchApp } from '../../e2e/support/launch.ts'
import { withDisplay } from '../../scripts/system/virtual-display.ts'
import { logFileAt } from '../../src/supervisor/logs/log-location.ts'
import { type Benchmark, percentile, rounded } from '../figure.ts'
import { residentBytes } from '../support/workbench.ts'
import { generateState } from './generate-state.ts'
import { writeLog } from './write-log.ts'

const TURNS = 100_000
/** What the log has before it grows. */
const LOG_LINES = 1_000_000
const LINES_PER_S = 20_000
const SECONDS = 15

/** The window over one transcript of 100,000 turns, then over a log that grows by 20,000 lines a second. */
export const screens: Benchmark = {
  name: 'screens',
  run: () =>
    withDisplay(async (env) => {
      for (const name of ['DISPLAY', 'XAUTHORITY']) process.env[name] = env[name]
      const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
      const { logFile } = generateState(stateDir, {
        sessions: 1,
        messages: TURNS,
        logLines: LOG_LINES,
        seed: 2,
      })
      await writeFile(join(stateDir, 'clawdbot.json'), JSON.stringify({ logging: { file: logFile } }))
      const { app, page } = await launchApp({ stateDir, env: { CLAWDBOT_TEST: '1' } })
      try {
        await untilArchive(page, 'ready')
        await page.evaluate("window.clawdbot.call('gateway.stop')")
        await page.getByRole('link', { name: /^Sessions/ }).click()
        const opened: number[] = []
        for (let run = 0; run < 5; run += 1) {
          await page.evaluate("location.hash = '#/sessions'")
          await page.locator('a[href^="#/sessions/"]').first().waitFor()
          opened.push(await firstPaint(page))
        }
        const scrolled = await framesWhile(page, SCROLL)
        await page.getByRole('link', { name: /^Logs/ }).click()
        await page.getByRole('log').waitFor()
        const [archive = 0] = archivePids(stateDir)
        const rss = async (): Promise<number> => (await residentBytes(archive)) + (await rendererBytes(page))
        const before = await rss()
        const writing = writeLog(logFileAt(logFile, Date.now()), LINES_PER_S, SECONDS)
        const logged = await framesWhile(page, `new Promise((done) => setTimeout(done, ${SECONDS * 1000}))`)
        await writing
        const after = await rss()
        return [
          {
            name: 'archive.open_100k_ms',
            value: rounded(Math.max(...opened), 0),
            unit: 'ms',
            goal: 'under 300',
          },
          {
            name: 'archive.scroll_p95_frame_ms',
            value: rounded(percentile(scrolled, 0.95)),
            unit: 'ms',
            goal: 'under 20',
          },
          {
            name: 'logs.p95_frame_ms',
            value: rounded(percentile(logged, 0.95)),
            unit: 'ms',
            goal: 'under 25',
          },
          {
            name: 'logs.rss_growth_mb',
            value: rounded((after - before) / 1024 / 1024),
            unit: 'MB',
            goal: 'none given',
          },
        ]
      } finally {
        await app.close()
        await rm(stateDir, { recursive: true, force: true })
      }
    }),
}

/** The slowest of five counts. From the click on the session to the frame after its first turn is in the page. */
const firstPaint = (page: Page): Promise<number> =>
  page.evaluate<number>(`new Promise((done) => {
    const row = document.querySelector('a[href^="#/sessions/"]')
    const began = performance.now()
    const look = () => document.querySelector('[data-turn]')
      ? requestAnimationFrame(() => done(performance.now() - began))
      : requestAnimationFrame(look)
    row.click()
    look()
  })`)

/** Wheels through the transcript, upwards and down again, for some seconds. */
const SCROLL = `new Promise((done) => {
  const scroller = document.querySelector('[data-transcript-scroller]')
  let step = 0
  const move = () => {
    scroller.scrollBy({ top: step < 200 ? -240 : 240, behavior: 'instant' })
    step += 1
    if (step < 400) requestAnimationFrame(move)
    else done()
  }
  move()
})`

/** Times between frames while something goes on. Milliseconds. */
const framesWhile = (page: Page, script: string): Promise<readonly number[]> =>
  page.evaluate<readonly number[]>(`(async () => {
    const times = []
    let last = performance.now()
    let going = true
    const frame = (now) => {
      times.push(now - last)
      last = now
      if (going) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    await ${script}
    going = false
    return times.slice(1)
  })()`)

/** JavaScript's heap is what a window that keeps lines would grow by. */
const rendererBytes = async (page: Page): Promise<number> =>
  page.evaluate<number>('performance.memory.usedJSHeapSize')
