/* ouioe-dialect.h - what model servers send, as one kind of events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. A parser is fed the bytes of a response body in pieces of any size and calls back
 * for everything they tell. It does no input or output, never fails as a whole, and keeps a bounded amount: at most
 * one record of OUIOE_DIALECT_MAX_RECORD bytes and a little state per choice.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

#define OUIOE_DIALECT_MAX_RECORD  (8 * 1024 * 1024)   /* bytes of a line, or of an SSE event; a longer one is skipped */
#define OUIOE_DIALECT_MAX_CHOICES 64                  /* parallel answers that are told apart; more are skipped */

typedef enum {
  OUIOE_DIALECT_AUTO,         /* by the first line when it begins with a bracket, else SSE: which one, by its first events */
  OUIOE_DIALECT_OLLAMA,       /* NDJSON of /api/generate, /api/chat, /api/pull, /api/create, /api/push */
  OUIOE_DIALECT_OPENAI,       /* SSE of /v1/chat/completions and its many dialects, and of /v1/completions */
  OUIOE_DIALECT_RESPONSES,    /* SSE of /v1/responses */
  OUIOE_DIALECT_ANTHROPIC,    /* SSE of /v1/messages */
  OUIOE_DIALECT_MCP,          /* JSON-RPC over SSE, or as JSON: the Model Context Protocol's streamable HTTP */
} OuioeDialectFormat;

typedef enum {
  OUIOE_DIALECT_FLAGS_NONE = 0,
  OUIOE_DIALECT_SPLIT_TAGS = 1 << 0,   /* thinking between inline tags of the content becomes thinking (see below) */
  OUIOE_DIALECT_WHOLE      = 1 << 1,   /* the body is one JSON document, of any layout: an answer that was not streamed */
} OuioeDialectFlags;

typedef enum {
  OUIOE_DIALECT_EVENT_META,             /* name: the model; once, with the first record that names it */
  OUIOE_DIALECT_EVENT_THINKING,         /* text: a piece of thinking, never empty */
  OUIOE_DIALECT_EVENT_CONTENT,          /* text: a piece of the answer, never empty */
  OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING, /* content of this choice so far was thinking: its closing tag came, no opening one */
  OUIOE_DIALECT_EVENT_PART,             /* text: what begins, as the server calls it (may be NULL); what came so far is complete */
  OUIOE_DIALECT_EVENT_OPAQUE,           /* text: the type of a block of thinking that is there but cannot be read (encrypted, redacted) */
  OUIOE_DIALECT_EVENT_REFUSAL,          /* text: a piece of what the model said instead of an answer */
  OUIOE_DIALECT_EVENT_TOKEN,            /* token: how likely a token of the thinking or content that follows next was */
  OUIOE_DIALECT_EVENT_RESPONSE_ID,      /* id: what the server calls this answer; once */
  OUIOE_DIALECT_EVENT_TOOL_CALL,        /* name: the function (may be NULL), id: of the call (may be NULL); a call begins */
  OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS,   /* text: a piece of the JSON arguments of the call that began last */
  OUIOE_DIALECT_EVENT_PROMPT_PROGRESS,  /* processed of total: the server is reading the prompt and says how far it is */
  OUIOE_DIALECT_EVENT_PROGRESS,         /* progress: of a download, of a tool; text: what is done (may be NULL) */
  OUIOE_DIALECT_EVENT_USAGE,            /* usage: counts and durations; may come again, the last one is right */
  OUIOE_DIALECT_EVENT_FINISH,           /* text: the reason as the server put it, NULL when it gave none; once a choice */
  OUIOE_DIALECT_EVENT_ERROR,            /* text: what the server said */
  OUIOE_DIALECT_EVENT_GARBLED,          /* text: what is wrong with a record that is not of this dialect; it was skipped */
} OuioeDialectEventKind;

/* What a generation cost; -1 where the server did not say. */
typedef struct {
  gint64  prompt_tokens;
  gint64  completion_tokens;    /* thinking included */
  gint64  thinking_tokens;
  gint64  total_us;             /* durations in microseconds */
  gint64  load_us;
  gint64  prompt_us;
  gint64  completion_us;
  json_t *json;                 /* the object as it came: `usage`, or the count and duration members of Ollama; borrowed */
} OuioeDialectUsage;

/* How likely the server said a token was. Natural logarithms of probabilities: 0 is certain. */
typedef struct {
  const char *text;                /* valid UTF-8; what is not is replaced */
  gsize       len;
  double      logprob;
} OuioeDialectLogprob;

typedef struct {
  gboolean                   thinking;         /* a token of the thinking, not of the content */
  OuioeDialectLogprob        chosen;
  const OuioeDialectLogprob *alternatives;     /* what else could have stood there, as the server sent it */
  guint                      n_alternatives;
} OuioeDialectToken;

/* What a server said of a long work. Not a number that it did not say. */
typedef struct {
  const char *id;                  /* of the thing that advances: a digest, a progress token; NULL for the whole */
  double      done;                /* -1: not said */
  double      total;               /* -1: not said */
} OuioeDialectProgress;

/* Valid during the callback only. Text is valid UTF-8 of `len` bytes with a NUL behind it; it may hold U+0000. */
typedef struct {
  OuioeDialectEventKind    kind;
  gint64                   time_us;    /* when the server sent the record, since 1970; 0 when the recording has no times */
  guint64                  record;     /* number of the record, from 1: what a rhythm can be made of where times are missing */
  guint                    choice;     /* which of several parallel answers, from 0 */
  const char              *text;
  gsize                    len;
  const char              *name;
  const char              *id;
  gint64                   processed;
  gint64                   total;
  gint64                   cached;      /* of the prompt: tokens among `processed` that needed no reading; -1: not said */
  gint64                   elapsed_us;  /* of the prompt: how long the server has been reading; -1: not said */
  const OuioeDialectUsage *usage;
  const OuioeDialectToken *token;
  const OuioeDialectProgress *progress;
} OuioeDialectEvent;

typedef struct _OuioeDialect OuioeDialect;
typedef void (*OuioeDialectFunc) (const OuioeDialectEvent *event, gpointer user_data);

OuioeDialect       *ouioe_dialect_new      (OuioeDialectFormat format, OuioeDialectFlags flags, OuioeDialectFunc func,
                                            gpointer user_data);
void                ouioe_dialect_free     (OuioeDialect *self);
void                ouioe_dialect_feed     (OuioeDialect *self, const char *data, gsize len);
/* The body ended: gives out what was held back to be sure of it. Nothing may be fed after this. */
void                ouioe_dialect_end      (OuioeDialect *self);

/* AUTO until it is known. */
OuioeDialectFormat  ouioe_dialect_get_format          (OuioeDialect *self);
guint64             ouioe_dialect_get_n_records       (OuioeDialect *self);   /* lines or SSE events, `[DONE]` included */
guint64             ouioe_dialect_get_n_comments      (OuioeDialect *self);
guint64             ouioe_dialect_get_n_opaque        (OuioeDialect *self);   /* blocks of encrypted thinking */
/* The dialect's own end was seen: `"done": true`, `[DONE]`, … */
gboolean            ouioe_dialect_get_terminated      (OuioeDialect *self);

/* "ollama", "openai", "responses", "anthropic", "mcp", "auto" */
const char         *ouioe_dialect_format_to_string    (OuioeDialectFormat format);
gboolean            ouioe_dialect_format_from_string  (const char *word, OuioeDialectFormat *format);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeDialect, ouioe_dialect_free)

/* Inline tags (OUIOE_DIALECT_SPLIT_TAGS), as models write them when the server does not separate their thinking: <think>,
 * <thinking>, <thought>, <reasoning>, [THINK], <seed:think> and others, the table is in ouioe-tag-splitter.c. Where a model
 * writes marks around its answer as well, those are dropped.
 *
 * - An opening tag counts only as the first thing of the content, white space aside; its thinking lasts to the matching
 *   closing tag, or, when that never comes, to the end. A tag that is mentioned later in an answer is text.
 * - White space right behind either tag, and before the opening one, is dropped.
 * - A closing tag without an opening one (the opening one stood in the prompt) counts when it begins or ends a line, and
 *   only the first one: what came before it is then told to have been thinking. gpt-oss and Gemma close with what stands
 *   behind answers as well: there it needs the opening one.
 * - Content of a choice whose thinking the server separated itself is never looked at.
 */

G_END_DECLS
