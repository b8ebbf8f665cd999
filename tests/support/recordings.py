# recordings.py - recorded answers of model servers: what they are, where their records end, the same answer unstreamed
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A recording is the body of one answer, byte for byte; most were streamed. Its dialect is told by its content.
import datetime
import json
import os
import re

PATHS = {"ollama": "/api/", "openai": "/v1/chat/completions", "responses": "/v1/responses", "anthropic": "/v1/messages",
         "mcp": "/mcp"}
# Thinking within the text of an answer: tags, and the channels of gpt-oss.
INLINE = (r"\s*<think>(.*?)</think>(.*)",
          r"<\|channel\|>analysis<\|message\|>(.*?)<\|end\|><\|start\|>assistant<\|channel\|>final<\|message\|>(.*?)(?:<\|return\|>)?$")
PACE = 0.024    # seconds between records where the recording has no times


class Recording:
    def __init__(self, data, name="recording"):
        self.name = name
        self.data = data
        self.streamed = document_of(data) is None
        self.records = split(data) if self.streamed else [data]
        self.values = [value for value in map(value_of, self.records) if value is not None]
        self.dialect, self.api = dialect_of(self.values)
        if self.streamed and data.lstrip()[:1] == b"{" and self.dialect == "mcp":    # a dialogue, one message a line: what the server said of it
            self.values = [value for value in self.values if not str(value.get("method")).startswith("tools/")]
            self.records = [b"event: message\ndata: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
                            for value in self.values]
            self.data = b"".join(self.records)
        self.content_type = ("application/json" if not self.streamed else
                             "application/x-ndjson" if self.dialect == "ollama" else "text/event-stream")
        self.times = times_of(self.records)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as file:
            return cls(file.read(), os.path.basename(path))

    @property
    def path(self):
        """Where a server of this dialect serves it."""
        return PATHS[self.dialect] + self.api

    def request(self, prompt, stream=True):
        """What a client sends to get this answer."""
        model = next((value["model"] for value in self.values if isinstance(value.get("model"), str)), "demo")
        return request_of(self.dialect, self.api, model, prompt, stream)

    def whole(self):
        """The answer that a server gives when it is not asked to stream."""
        return WHOLE[self.dialect](self.values) if self.streamed else self.values[0]

    def texts(self):
        """(thinking, answer) of the first choice, as a correct reading has them; inline tags are parsed."""
        read = deltas if self.streamed else parts
        thinking, answer = ("".join(text for kind, text in read(self.dialect, self.values) if kind == wanted)
                            for wanted in ("thinking", "answer"))
        found = next(filter(None, (re.match(pattern, answer, re.DOTALL) for pattern in INLINE)), None)
        return (found.group(1).lstrip(), found.group(2).lstrip()) if found and not thinking else (thinking, answer)


def request_of(dialect, api, model, prompt, stream=True):
    messages = [{"role": "user", "content": prompt}]
    if dialect == "mcp":
        return {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {"name": "demo", "arguments": {"prompt": prompt}, "_meta": {"progressToken": 1}}}
    members = {"ollama/chat": {"messages": messages, "think": True}, "ollama/generate": {"prompt": prompt, "think": True},
               "ollama/pull": {}, "openai/": {"messages": messages}, "responses/": {"input": prompt},
               "anthropic/": {"messages": messages, "max_tokens": 4096}}
    return {"model": model, "stream": stream, **members[dialect + "/" + api]}


def document_of(data):
    """What an answer says that was not streamed, else None."""
    try:
        value = json.loads(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def split(data):
    """The records with what ends them; together they are the data."""
    if data.lstrip()[:1] == b"{":
        return data.splitlines(keepends=True)
    return [part for part in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", data) if part]


def value_of(record):
    """The JSON of a record, None when it has none (a comment, [DONE])."""
    text = record.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        text = "\n".join(line[5:] for line in text.splitlines() if line.startswith("data:"))
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def dialect_of(values):
    first = values[0] if values else {}
    kind = str(first.get("type", ""))
    if "jsonrpc" in first:
        return "mcp", ""
    if kind.startswith("response.") or first.get("object") == "response":
        return "responses", ""
    if kind.startswith("message"):
        return "anthropic", ""
    if "choices" in first or "object" in first:
        return "openai", ""
    return "ollama", "pull" if "status" in first else "chat" if "message" in first else "generate"


def times_of(records):
    """Seconds since the first record, as recorded, else at an even pace."""
    stamps = []
    for record in records:
        found = re.search(rb'"created_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?', record[:200])
        if found is None:
            return [n * PACE for n in range(len(records))]
        whole = datetime.datetime.fromisoformat(found.group(1).decode())
        stamps.append((whole - datetime.datetime(2020, 1, 1)).total_seconds() + float(found.group(2) or 0))
    return [max(0.0, stamp - stamps[0]) for stamp in stamps]


def deltas(dialect, values):
    """("thinking" or "answer", text) in order. Copies of one text in other members are left out."""
    for value in values:
        if dialect == "ollama":
            message = value.get("message", value)
            yield "thinking", message.get("thinking") or ""
            yield "answer", message.get("content") or message.get("response") or ""
        elif dialect == "openai":
            for choice in value.get("choices", []):
                delta = choice.get("delta", {})
                yield "thinking", delta.get("reasoning_content") or delta.get("reasoning") or ""
                content = delta.get("content") or ""
                for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                    inner = part.get("thinking", part.get("text"))
                    kind = "thinking" if part["type"] == "thinking" else "answer"
                    yield kind, inner if isinstance(inner, str) else "".join(piece["text"] for piece in inner)
        elif dialect == "responses":
            if value["type"] in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
                yield "thinking", value["delta"]
            elif value["type"] == "response.output_text.delta":
                yield "answer", value["delta"]
        elif dialect == "anthropic" and value["type"] == "content_block_delta":
            yield "thinking", value["delta"].get("thinking", "")
            yield "answer", value["delta"].get("text", "")


def parts(dialect, values):
    """The same of an answer that was not streamed."""
    for value in values:
        if dialect == "ollama":
            yield from deltas(dialect, values)
        elif dialect == "openai":
            yield from deltas(dialect, [{"choices": [{"delta": choice["message"]} for choice in value["choices"]]}])
        elif dialect == "responses":
            for item in value["output"]:
                for kind, member in (("thinking", "summary"), ("answer", "content")):
                    for part in item.get(member, []):
                        yield kind, part.get("text", "")
        elif dialect == "anthropic":
            for block in value["content"]:
                yield "thinking", block.get("thinking", "")
                yield "answer", block.get("text", "")


# ---------------------------------------------------------------- the same answer, unstreamed

def whole_ollama(values):
    answer = dict(values[-1])
    for member in ("thinking", "response"):
        if any(member in value for value in values):
            answer[member] = "".join(value.get(member) or "" for value in values)
    if "message" in answer:
        messages = [value["message"] for value in values]
        message = {"role": "assistant", "content": "".join(m.get("content") or "" for m in messages)}
        thinking = "".join(m.get("thinking") or "" for m in messages)
        calls = [call for m in messages for call in m.get("tool_calls") or []]
        if thinking:
            message["thinking"] = thinking
        if calls:
            message["tool_calls"] = calls
        answer["message"] = message
    return answer


def joined(message, delta):
    """Adds a delta of chat completions to a message."""
    for member, value in delta.items():
        if member == "tool_calls":
            calls = message.setdefault(member, [])
            for piece in value:
                if not calls or (piece.get("id") and piece["id"] != calls[-1].get("id")):
                    calls.append({"id": piece.get("id"), "type": "function", "function": {"name": "", "arguments": ""}})
                for part in ("name", "arguments"):
                    calls[-1]["function"][part] += piece.get("function", {}).get(part) or ""
        elif isinstance(value, list):
            before = message.get(member) or []
            message[member] = ([{"type": "text", "text": before}] if isinstance(before, str) else before) + value
        elif isinstance(value, str) and member != "role":
            before = message.get(member)
            message[member] = before + [{"type": "text", "text": value}] if isinstance(before, list) else (before or "") + value
        elif value is not None or member not in message:
            message[member] = value


def whole_openai(values):
    message, finish, usage = {"role": "assistant", "content": None}, None, None
    for value in values:
        usage = value.get("usage") or usage
        for choice in value.get("choices", []):
            joined(message, choice.get("delta", {}))
            finish = choice.get("finish_reason") or finish
    answer = {key: values[0][key] for key in ("id", "created", "model") if key in values[0]}
    answer.update(object="chat.completion", choices=[{"index": 0, "message": message, "finish_reason": finish}])
    if usage:
        answer["usage"] = usage
    return answer


def whole_responses(values):
    return values[-1].get("response", {})


def whole_anthropic(values):
    answer, blocks = {}, {}
    for value in values:
        if value["type"] == "message_start":
            answer = dict(value["message"])
        elif value["type"] == "content_block_start":
            blocks[value["index"]] = dict(value["content_block"])
        elif value["type"] == "content_block_delta":
            for member, text in value["delta"].items():
                if member == "partial_json":
                    blocks[value["index"]]["json"] = blocks[value["index"]].get("json", "") + text
                elif member != "type":
                    block = blocks[value["index"]]
                    block[member] = block.get(member, "") + text if isinstance(text, str) else text
        elif value["type"] == "message_delta":
            answer.update(value["delta"])
            answer["usage"] = {**answer.get("usage", {}), **value.get("usage", {})}
    for block in blocks.values():
        if "json" in block:
            block["input"] = json.loads(block.pop("json") or "{}")
    answer["content"] = [blocks[index] for index in sorted(blocks)]
    return answer


WHOLE = {"ollama": whole_ollama, "openai": whole_openai, "responses": whole_responses, "anthropic": whole_anthropic,
         "mcp": lambda values: values[-1]}
