// ask.mjs - asks a model server in every way of its usual clients, and prints what they gave, a line of JSON each
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: node ask.mjs BASE-URL
//
// A line: {name, recording, gave, thinking, answer, ending}. `gave` is everything that the client gave to its program; thinking
// and answer are what that program would show of it. What is asked for ends with the name of the way, so that its session can be
// found. X-Fake holds words to the fake server, see fake_model.py.
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

const base = process.argv[2];
const openai = new OpenAI({ baseURL: base + '/v1', apiKey: 'sk-test', maxRetries: 0, timeout: 30000 });
const anthropic = new Anthropic({ baseURL: base, apiKey: 'sk-ant-test', maxRetries: 0, timeout: 30000 });
const ollamaWith = headers => new Ollama({ host: base, headers });

// ---- what a request holds

const tool = { name: 'get_weather', description: 'of a city', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const ask = name => [{ role: 'user', content: 'Which one is newer? ' + name }];
const chat = name => ({ model: 'qwen3:8b', messages: ask(name), tools: [{ type: 'function', function: tool }] });
const claude = name => ({
  model: 'claude-opus-5', max_tokens: 1000, messages: ask(name),
  tools: [{ name: tool.name, description: tool.description, input_schema: tool.parameters }],
});

// ---- how an answer is taken

const collect = async stream => {
  const all = [];
  for await (const item of stream)
    all.push(item);
  return all;
};

// Leaves after a few pieces, as an impatient user does. What was on its way then may or may not come.
const leave = async (stream, n, how) => {
  const all = [];
  for await (const item of stream) {
    if (all.length < n)
      all.push(item);
    if (all.length === n)
      how(stream);
    if (all.length === n && how === stop)
      break;
  }
  return all;
};
const stop = () => {};
const abort = stream => (stream.abort ? stream.abort() : stream.controller.abort());

// The first pieces of an answer that breaks off, and the error: how much more is given depends on what had been read.
const collectBroken = async stream => {
  const all = [];
  try {
    for await (const item of stream)
      all.push(item);
  } catch (error) {
    return { begin: all.slice(0, 3), error: error.constructor.name, message: error.message };
  }
  return { unbroken: all };
};

const withHeaders = async promise => {
  const { data, response } = await promise.withResponse();
  const between = ['connection', 'keep-alive', 'transfer-encoding'];
  return { data, status: response.status, headers: [...response.headers].filter(([name]) => !between.includes(name)) };
};

// ---- what a program shows

const join = parts => parts.filter(part => part).join('');
const show = {
  ollama: gave => {
    const all = [gave].flat().map(piece => piece.message ?? piece);
    return [join(all.map(piece => piece.thinking)), join(all.map(piece => piece.content ?? piece.response))];
  },
  openai: gave => {
    const all = [gave].flat().flatMap(piece => piece.choices ?? []).map(choice => choice.delta ?? choice.message);
    return [join(all.map(piece => piece.reasoning_content)), join(all.map(piece => piece.content))];
  },
  responses: gave => {
    if (!Array.isArray(gave))
      return [join(gave.output.flatMap(item => item.summary ?? []).map(part => part.text)), gave.output_text];
    const texts = type => join(gave.filter(event => event.type === type).map(event => event.delta));
    return [texts('response.reasoning_summary_text.delta'), texts('response.output_text.delta')];
  },
  anthropic: gave => {
    const all = Array.isArray(gave) ? gave.map(event => event.delta ?? {}) : gave.content;
    return [join(all.map(piece => piece.thinking)), join(all.map(piece => piece.text))];
  },
};

// ---- the ways: name, recording, words to the server, how the session ends (none: not a call of a model), what is shown, how

const ways = [];
const way = (name, recording, words, ending, shown, run) => ways.push({ name, recording, words, ending, shown, run });

for (const recording of ['demo-ollama-chat.ndjson', 'made-ollama-tool.ndjson']) {
  way('ollama chat, streaming', recording, '', 'done', show.ollama,
    async (name, headers) => collect(await ollamaWith(headers).chat({ ...chat(name), think: true, stream: true })));
  way('ollama chat', recording, '', 'done', show.ollama, (name, headers) => ollamaWith(headers).chat({ ...chat(name), think: true }));
}
way('ollama chat, compressed', 'demo-ollama-chat.ndjson', 'gzip=yes chunk=7', 'done', show.ollama,
  async (name, headers) => collect(await ollamaWith(headers).chat({ ...chat(name), stream: true })));
way('ollama generate, streaming', 'demo-ollama-generate.ndjson', '', 'done', show.ollama,
  async (name, headers) => collect(await ollamaWith(headers).generate({ model: 'm', prompt: 'Which? ' + name, think: true, stream: true })));
way('ollama generate', 'demo-ollama-generate.ndjson', '', 'done', show.ollama,
  (name, headers) => ollamaWith(headers).generate({ model: 'm', prompt: 'Which? ' + name, think: true }));
way('ollama pull, streaming', 'made-ollama-pull.ndjson', '', null, null,
  async (name, headers) => collect(await ollamaWith(headers).pull({ model: 'qwen3:8b', stream: true })));
way('ollama list', null, '', null, null, (name, headers) => ollamaWith(headers).list());
way('ollama chat, error within', 'made-ollama-error.ndjson', '', 'error', null,
  async (name, headers) => collect(await ollamaWith(headers).chat({ ...chat(name), stream: true })));
way('ollama chat, aborted', 'demo-ollama-chat.ndjson', 'pace=30', 'cancelled', null,
  async (name, headers) => leave(await ollamaWith(headers).chat({ ...chat(name), stream: true }), 3, abort));
way('ollama chat, broken off', 'demo-ollama-chat.ndjson', 'die=3000 framing=length pace=1', 'truncated', null,
  async (name, headers) => collectBroken(await ollamaWith(headers).chat({ ...chat(name), stream: true })));

for (const recording of ['demo-openai-chat.sse', 'made-openai-tool.sse']) {
  way('openai chat, streaming', recording, '', 'done', show.openai,
    async (name, headers) => collect(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers })));
  way('openai chat', recording, '', 'done', show.openai, (name, headers) => openai.chat.completions.create(chat(name), { headers }));
  way('openai chat, its own reader of streams', recording, '', 'done', null,
    (name, headers) => openai.chat.completions.stream(chat(name), { headers }).finalChatCompletion());
}
way('openai chat, with its head', 'demo-openai-chat.sse', '', 'done', null,
  (name, headers) => withHeaders(openai.chat.completions.create(chat(name), { headers })));
way('openai chat, compressed', 'demo-openai-chat.sse', 'gzip=yes chunk=7', 'done', show.openai,
  async (name, headers) => collect(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers })));
way('openai models', null, '', null, null, async () => collect(await openai.models.list()));
way('openai chat, error within', 'made-openai-error.sse', '', 'error', null,
  async (name, headers) => collect(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers })));
for (const how of [stop, abort])
  way('openai chat, left by ' + how.name, 'demo-openai-chat.sse', 'pace=30', 'cancelled', null,
    async (name, headers) => leave(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers }), 4, how));
for (const framing of ['length', 'chunked'])
  way('openai chat, broken off, ' + framing, 'demo-openai-chat.sse', 'die=3000 pace=1 framing=' + framing, 'truncated', null,
    async (name, headers) => collectBroken(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers })));

for (const recording of ['demo-openai-responses.sse', 'made-responses-summary-tool.sse']) {
  const request = name => ({ model: 'm', input: 'Which? ' + name });
  way('openai responses, streaming', recording, '', 'done', show.responses,
    async (name, headers) => collect(await openai.responses.create({ ...request(name), stream: true }, { headers })));
  way('openai responses', recording, '', 'done', show.responses,
    (name, headers) => openai.responses.create(request(name), { headers }));
}
way('openai responses, its limit', 'made-responses-incomplete.sse', '', 'length', null,
  async (name, headers) => collect(await openai.responses.create({ model: 'm', input: 'Which? ' + name, stream: true }, { headers })));

for (const recording of ['demo-anthropic-messages.sse', 'made-anthropic-blocks.sse']) {
  way('anthropic messages, streaming', recording, '', 'done', show.anthropic,
    async (name, headers) => collect(await anthropic.messages.create({ ...claude(name), stream: true }, { headers })));
  way('anthropic messages', recording, '', 'done', show.anthropic,
    (name, headers) => anthropic.messages.create(claude(name), { headers }));
  way('anthropic messages, its own reader of streams', recording, '', 'done', show.anthropic,
    (name, headers) => anthropic.messages.stream(claude(name), { headers }).finalMessage());
}
way('anthropic messages, error within', 'made-anthropic-error.sse', '', 'error', null,
  async (name, headers) => collect(await anthropic.messages.create({ ...claude(name), stream: true }, { headers })));
way('anthropic messages, aborted', 'demo-anthropic-messages.sse', 'pace=30', 'cancelled', null,
  async (name, headers) => leave(await anthropic.messages.create({ ...claude(name), stream: true }, { headers }), 5, abort));

for (const status of [400, 404, 500])
  for (const stream of [false, true]) {
    const name = ' refused with ' + status + (stream ? ', streaming' : '');
    const words = 'status=' + status;
    way('ollama' + name, null, words, 'error', null, (what, headers) => ollamaWith(headers).chat({ ...chat(what), stream }));
    way('openai' + name, null, words, 'error', null,
      (what, headers) => openai.chat.completions.create({ ...chat(what), stream }, { headers }));
    way('responses' + name, null, words, 'error', null,
      (what, headers) => openai.responses.create({ model: 'm', input: what, stream }, { headers }));
    way('anthropic' + name, null, words, 'error', null,
      (what, headers) => anthropic.messages.create({ ...claude(what), stream }, { headers }));
  }
way('ten at once', 'demo-openai-chat.sse', 'pace=5', 'done', gave => show.openai(gave[0]), (name, headers) =>
  Promise.all([...Array(10)].map(async () =>
    collect(await openai.chat.completions.create({ ...chat(name), stream: true }, { headers })))));

for (const [index, { name: what, recording, words, ending, shown, run }] of ways.entries()) {
  const name = `(${index}: ${what}${recording ? ', ' + recording : ''})`;
  const headers = { 'X-Fake': [recording && 'recording=' + recording, words].filter(word => word).join(' ') };
  const line = { name, recording, ending };
  try {
    line.gave = await run(name, headers);
    if (shown)
      [line.thinking, line.answer] = shown(line.gave);
  } catch (error) {
    line.gave = {
      error: error.constructor.name, status: error.status ?? error.status_code, message: error.message, body: error.error,
      type: error.type, code: error.code, request: error.requestID,
    };
  }
  console.log(JSON.stringify(line));
}

// A stream that was left may keep its connection, and with it this program.
process.stdout.write('', () => process.exit(0));
