import { expect, test } from 'vitest'
import { rememberingNone } from './numbers-alone.ts'

const server = (accounts: Readonly<Record<string, string>>) => {
  const asked: string[][] = []
  const ask = async (numbers: string[]) => {
    asked.push(numbers)
    return numbers.flatMap((pn) => (accounts[pn] === undefined ? [] : [{ pn, lid: accounts[pn] }]))
  }
  return { ask, asked }
}

test('a number without an account is asked about once, and one with an account whenever somebody wants to know', async () => {
  const { ask, asked } = server({ b: '2@lid' })
  const remembering = rememberingNone(ask)
  expect(await remembering(['a', 'b'])).toEqual([{ pn: 'b', lid: '2@lid' }])
  expect(await remembering(['a'])).toEqual([])
  expect(await remembering(['a', 'b', 'c'])).toEqual([{ pn: 'b', lid: '2@lid' }])
  expect(asked).toEqual([
    ['a', 'b'],
    ['b', 'c'],
  ])
})

test('where there is no answer nothing is remembered', async () => {
  let answers = 0
  const remembering = rememberingNone(async () => {
    answers += 1
    if (answers === 1) throw new Error('the connection is gone')
    return answers === 2 ? undefined : []
  })
  await expect(remembering(['a'])).rejects.toThrow('gone')
  expect(await remembering(['a'])).toBeUndefined()
  await remembering(['a'])
  await remembering(['a'])
  expect(answers).toBe(3)
})

test('no more numbers are remembered than there may be', async () => {
  const { ask, asked } = server({})
  const remembering = rememberingNone(ask, 2)
  for (const number of ['a', 'b', 'c', 'b']) await remembering([number])
  expect(asked).toEqual([['a'], ['b'], ['c'], ['b']])
})
