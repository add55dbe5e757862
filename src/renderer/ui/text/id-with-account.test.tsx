import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { IdWithAccount } from './id-with-account.tsx'

const textOf = (id: string, account: string): string =>
  renderToStaticMarkup(<IdWithAccount id={id} account={account} />).replaceAll(/<[^>]*>/g, '')

it('reads a number and its account as two things, not as one long number', () => {
  expect(textOf('+15550001111', '77712345@lid')).toBe('+15550001111, account 77712345@lid')
  expect(textOf('77712345@lid', '')).toBe('77712345@lid')
})
