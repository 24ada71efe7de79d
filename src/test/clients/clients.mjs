// Drives a running server with the npm clients of Ollama and OpenAI, unmodified.
// Usage: node clients.mjs http://127.0.0.1:11434 mneme-tiny
import assert from 'node:assert/strict'
import { Ollama } from 'ollama'
import OpenAI from 'openai'

const [url, model] = process.argv.slice(2)
const ollama = new Ollama({ host: url })
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, timeout: 60_000 })

const question = [{ role: 'user', content: 'Tell me a story about Anna and a red kite.' }]
const greedy = { temperature: 0, num_predict: 24 }
const scenarios = []
const scenario = (name, run) => scenarios.push({ name, run })

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function running() {
  const text = await (await fetch(`${url}/metrics`)).text()
  return [...text.matchAll(/^mneme_sequences_(?:running|waiting)\{.*\} (.*)$/gm)]
    .reduce((sum, match) => sum + Number(match[1]), 0)
}

async function becomesIdle() {
  for (let i = 0; i < 200; i++) {
    if ((await running()) === 0) return true
    await sleep(25)
  }
  return false
}

scenario('ollama lists, shows and names its version', async () => {
  const { models } = await ollama.list()
  assert.ok(models.some((m) => m.name === `${model}:latest`))
  const shown = await ollama.show({ model })
  assert.ok(shown.template.length > 0)
  assert.ok(shown.capabilities.includes('completion'))
  assert.match((await ollama.version()).version, /^\d+\.\d+\.\d+/)
})

scenario('ollama chats', async () => {
  const answer = await ollama.chat({ model, messages: question, options: greedy })
  assert.equal(answer.message.role, 'assistant')
  assert.ok(answer.message.content.length > 20)
  assert.equal(answer.done, true)
  assert.equal(answer.done_reason, 'length')
  assert.equal(answer.eval_count, 24)
  assert.ok(answer.prompt_eval_count > 5 && answer.total_duration > 0 && answer.eval_duration > 0)
})

scenario('ollama streams what it would answer whole', async () => {
  const whole = await ollama.chat({ model, messages: question, options: greedy })
  let text = ''
  let last
  let pieces = 0
  for await (const part of await ollama.chat({ model, messages: question, options: greedy, stream: true })) {
    text += part.message.content
    pieces++
    last = part
  }
  assert.equal(text, whole.message.content)
  assert.ok(pieces > 5)
  assert.equal(last.done, true)
  assert.equal(last.eval_count, 24)
})

scenario('ollama generates, raw and with context', async () => {
  const first = await ollama.generate({ model, prompt: 'My name is Otto.', options: greedy })
  assert.ok(first.response.length > 0 && first.context.length > 0)
  const second = await ollama.generate({ model, prompt: 'And now?', context: first.context, options: greedy })
  assert.ok(second.prompt_eval_count > first.context.length)
  const raw = await ollama.generate({ model, prompt: 'Once upon', raw: true, options: greedy })
  assert.equal(raw.context, undefined)
})

scenario('ollama: the same seed says the same, another seed something else', async () => {
  const drawn = (seed) =>
    ollama
      .chat({ model, messages: question, options: { temperature: 1.5, top_k: 0, top_p: 1, num_predict: 24, seed } })
      .then((answer) => answer.message.content)
  const [a, b, c] = [await drawn(1), await drawn(1), await drawn(2)]
  assert.equal(a, b)
  assert.notEqual(a, c)
})

scenario('ollama stops at a stop text and does not show it', async () => {
  const whole = await ollama.chat({ model, messages: question, options: greedy })
  const word = whole.message.content.trim().split(/\s+/)[3]
  const cut = await ollama.chat({ model, messages: question, options: { ...greedy, stop: [word] } })
  assert.equal(cut.done_reason, 'stop')
  assert.equal(cut.message.content, whole.message.content.slice(0, whole.message.content.indexOf(word)))
})

scenario('ollama loads and unloads', async () => {
  const load = await ollama.generate({ model, prompt: '', keep_alive: '10m' })
  assert.equal(load.done_reason, 'load')
  const { models } = await ollama.ps()
  assert.ok(models.some((m) => m.name === `${model}:latest` && m.size_vram >= 0))
  assert.ok(new Date(models[0].expires_at).getTime() > Date.now())
})

scenario('ollama names mistakes', async () => {
  await assert.rejects(ollama.chat({ model: 'no-such-model', messages: question }), {
    status_code: 404,
    error: "model 'no-such-model' not found",
  })
  await assert.rejects(ollama.chat({ model, messages: question, format: 'json' }), /format is not supported/)
  await assert.rejects(ollama.chat({ model, messages: question, options: { temperature: 'hot' } }),
    /option "temperature" must be of type float32/)
  await assert.rejects(ollama.generate({ model, prompt: 'x', images: ['AAAA'] }), /images are not supported/)
})

scenario('ollama: an aborted stream frees its sequence', async () => {
  const stream = await ollama.chat({ model, messages: question, options: { num_predict: 900 }, stream: true })
  let pieces = 0
  await assert.rejects(async () => {
    for await (const part of stream) {
      assert.ok(part)
      if (++pieces === 3) stream.abort()
    }
  }, { name: 'AbortError' })
  assert.ok(await becomesIdle())
})

scenario('openai lists and finds models', async () => {
  const { data } = await openai.models.list()
  assert.ok(data.some((m) => m.id === model))
  assert.equal((await openai.models.retrieve(model)).object, 'model')
})

scenario('openai chats', async () => {
  const answer = await openai.chat.completions.create({ model, messages: question, temperature: 0, max_completion_tokens: 24 })
  assert.equal(answer.object, 'chat.completion')
  assert.equal(answer.choices[0].message.role, 'assistant')
  assert.equal(answer.choices[0].finish_reason, 'length')
  assert.equal(answer.usage.completion_tokens, 24)
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + 24)
  assert.equal(typeof answer.usage.prompt_tokens_details.cached_tokens, 'number')
})

scenario('openai streams what it would answer whole, with usage', async () => {
  const ask = { model, messages: question, temperature: 0, max_tokens: 24 }
  const whole = await openai.chat.completions.create(ask)
  const stream = await openai.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })
  let text = ''
  let reason
  let usage
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? ''
    reason = chunk.choices[0]?.finish_reason ?? reason
    usage = chunk.usage ?? usage
  }
  assert.equal(text, whole.choices[0].message.content)
  assert.equal(reason, 'length')
  assert.deepEqual(usage.completion_tokens, whole.usage.completion_tokens)
})

scenario("openai's stream helper puts the message together", async () => {
  const runner = openai.chat.completions.stream({ model, messages: question, temperature: 0, max_tokens: 16 })
  const message = await runner.finalMessage()
  assert.equal(message.role, 'assistant')
  assert.ok(message.content.length > 0)
})

scenario('openai: both dialects say the same', async () => {
  const one = await openai.chat.completions.create({ model, messages: question, temperature: 0, max_tokens: 24 })
  const other = await ollama.chat({ model, messages: question, options: greedy })
  assert.equal(one.choices[0].message.content, other.message.content)
})

scenario('openai draws several choices', async () => {
  const answer = await openai.chat.completions.create({ model, messages: question, n: 3, seed: 5, temperature: 1.5, max_tokens: 12 })
  assert.deepEqual(answer.choices.map((c) => c.index), [0, 1, 2])
  assert.ok(new Set(answer.choices.map((c) => c.message.content)).size > 1)
  assert.equal(answer.usage.completion_tokens, 36)
})

scenario('openai gives log probabilities', async () => {
  const answer = await openai.chat.completions.create({
    model, messages: question, temperature: 0, max_tokens: 5, logprobs: true, top_logprobs: 3,
  })
  const { content } = answer.choices[0].logprobs
  assert.equal(content.length, 5)
  for (const token of content) {
    assert.ok(token.logprob <= 0)
    assert.equal(token.top_logprobs.length, 3)
    assert.ok(token.top_logprobs[0].logprob >= token.top_logprobs[1].logprob)
    assert.ok(token.logprob <= token.top_logprobs[0].logprob + 1e-6)
  }
})

scenario('openai: a bias bans a token', async () => {
  const ask = { model, prompt: 'Once upon a time', temperature: 0, max_tokens: 1, logprobs: 1 }
  const free = await openai.completions.create(ask)
  const { content } = await (await fetch(`${url}/tokenize`, {
    method: 'POST',
    body: JSON.stringify({ model, content: free.choices[0].text, add_special: false }),
  })).json().then((body) => ({ content: body.tokens }))
  const bound = await openai.completions.create({ ...ask, logit_bias: { [content[0]]: -100 } })
  assert.notEqual(bound.choices[0].text, free.choices[0].text)
})

scenario('openai completes text, whole and streamed', async () => {
  const ask = { model, prompt: 'Once upon a time', temperature: 0, max_tokens: 16 }
  const whole = await openai.completions.create(ask)
  let text = ''
  for await (const chunk of await openai.completions.create({ ...ask, stream: true })) {
    text += chunk.choices[0]?.text ?? ''
  }
  assert.equal(text, whole.choices[0].text)
  assert.equal(whole.object, 'text_completion')
})

scenario('openai names mistakes', async () => {
  const ask = { model, messages: question }
  const create = (more) => openai.chat.completions.create({ ...ask, ...more })
  await assert.rejects(create({ model: 'no-such-model' }), OpenAI.NotFoundError)
  await assert.rejects(create({ temperature: 9 }), (error) =>
    error instanceof OpenAI.BadRequestError && error.param === 'temperature')
  await assert.rejects(create({ frobnicate: 1 }), { status: 400, param: 'frobnicate' })
  await assert.rejects(create({ response_format: { type: 'json_object' } }), { status: 400, param: 'response_format' })
  await assert.rejects(
    create({ messages: [{ role: 'user', content: 'word '.repeat(50_000) }] }),
    { status: 400, type: 'exceed_context_size_error' })
})

scenario('openai: an aborted stream frees its sequence', async () => {
  const stream = await openai.chat.completions.create({ model, messages: question, max_tokens: 900, stream: true })
  let pieces = 0
  for await (const chunk of stream) {
    assert.ok(chunk)
    if (++pieces === 3) stream.controller.abort()
  }
  assert.ok(await becomesIdle())
})

scenario('eight at once say what each says alone', async () => {
  const names = ['Anna', 'Otto', 'Mia', 'Paul', 'Lena', 'Emil', 'Ida', 'Max']
  const ask = (name) =>
    openai.chat.completions
      .create({ model, messages: [{ role: 'user', content: `Tell me a story about ${name}.` }], temperature: 0, max_tokens: 24 })
      .then((answer) => answer.choices[0].message.content)
  const together = await Promise.all(names.map(ask))
  for (const [i, name] of names.entries()) {
    assert.equal(together[i], await ask(name))
  }
})

let failed = 0
for (const { name, run } of scenarios) {
  const start = performance.now()
  try {
    await run()
    console.log(`passed: ${name} (${Math.round(performance.now() - start)} ms)`)
  } catch (error) {
    failed++
    console.log(`FAILED: ${name}\n${error?.stack ?? error}`)
  }
}
console.log(`${scenarios.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
