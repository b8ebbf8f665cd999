/* ouioe-dialect-private.h - what the dialects share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-dialect.h"
#include "ouioe-json-reader.h"
#include "ouioe-line-reader.h"
#include "ouioe-sse-parser.h"
#include "ouioe-tag-splitter.h"

G_BEGIN_DECLS

/* One of several parallel answers. */
typedef struct {
  OuioeTagSplitter *splitter;          /* NULL until content comes, and when tags are not split */
  gboolean          native_thinking;   /* the server separates thinking itself */
  gboolean          plain_thinking;    /* it came as a plain string; structured copies of it are skipped */
  gboolean          finished;          /* its end was told */
  GHashTable       *calls;             /* tool calls that began: index -> id (char *, may be "", cut short when long); NULL while none */
} OuioeDialectChoice;

struct _OuioeDialect
{
  OuioeDialectFormat  format;
  OuioeDialectFlags   flags;
  OuioeDialectFunc    func;
  gpointer            user_data;
  GString            *head;            /* first bytes, until the reader is known; NULL from then on */
  gsize               head_seen;       /* bytes of it that were searched for the end of the first line */
  OuioeLineReader    *lines;           /* one of these three is in use once the head is gone */
  OuioeSseParser     *sse;
  OuioeJsonReader    *documents;
  GPtrArray          *held;            /* AUTO: SSE events (HeldEvent) of no known format so far; NULL when none are */
  gsize               held_bytes;
  guint64             n_records;
  guint64             n_comments;
  guint64             n_opaque;
  gint64              time_us;         /* of the record being read, 0 when it has none */
  gboolean            terminated;
  gboolean            named;           /* the model was told */
  gboolean            identified;      /* the id of the answer was told */
  gboolean            ended;
  gpointer            state;           /* what the format in use remembers, or NULL */
  GDestroyNotify      free_state;
  OuioeDialectChoice *choices[OUIOE_DIALECT_MAX_CHOICES];
};

/* One record each: a line, the data of an SSE event of type @type, or a document (@type is "" then). */
void ouioe_dialect_ollama_record    (OuioeDialect *self, const char *type, json_t *record);
void ouioe_dialect_openai_record    (OuioeDialect *self, const char *type, json_t *record);
void ouioe_dialect_responses_record (OuioeDialect *self, const char *type, json_t *record);
void ouioe_dialect_anthropic_record (OuioeDialect *self, const char *type, json_t *record);
/* @record: an object, or an array of them */
void ouioe_dialect_mcp_record       (OuioeDialect *self, const char *type, json_t *record);

/* Of what format an SSE event, or a document, is; AUTO when it does not tell. */
OuioeDialectFormat ouioe_dialect_detect_event    (const char *type, const char *data, gsize len);
OuioeDialectFormat ouioe_dialect_detect_document (json_t *document);

/* (nullable): NULL, and a garbled event, when there are too many of them */
OuioeDialectChoice *ouioe_dialect_get_choice (OuioeDialect *self, gint64 index);

/* The text of a JSON string; NULL when @value is not one, or is empty. */
const char *ouioe_dialect_text       (json_t *value, gsize *len);
/* The same of a member that is a short word. */
const char *ouioe_dialect_word       (json_t *object, const char *key);
gboolean    ouioe_dialect_is         (json_t *value, const char *text);
/* An integer member, or -1. */
gint64      ouioe_dialect_integer    (json_t *object, const char *key);
/* A member that is a number of units of @unit_us microseconds, or -1. */
gint64      ouioe_dialect_duration   (json_t *object, const char *key, double unit_us);

/* Texts: nothing is told when @value is not a string, or is empty. */
void ouioe_dialect_emit_meta         (OuioeDialect *self, json_t *model);
void ouioe_dialect_emit_response_id  (OuioeDialect *self, json_t *id);
gboolean ouioe_dialect_emit_thinking (OuioeDialect *self, guint choice, json_t *value);
gboolean ouioe_dialect_emit_content  (OuioeDialect *self, guint choice, json_t *value);
gboolean ouioe_dialect_emit_refusal  (OuioeDialect *self, guint choice, json_t *value);
/* @value: a string, a piece of them; or an object, the whole of them */
gboolean ouioe_dialect_emit_arguments (OuioeDialect *self, guint choice, json_t *value);
void ouioe_dialect_emit_part         (OuioeDialect *self, guint choice, const char *what);
void ouioe_dialect_emit_opaque       (OuioeDialect *self, guint choice, const char *what);
void ouioe_dialect_emit_tool_call    (OuioeDialect *self, guint choice, const char *name, const char *id);
void ouioe_dialect_emit_prompt       (OuioeDialect *self, json_t *progress);
void ouioe_dialect_emit_progress     (OuioeDialect *self, const OuioeDialectProgress *progress, json_t *text);
void ouioe_dialect_emit_token        (OuioeDialect *self, guint choice, const OuioeDialectToken *token);
void ouioe_dialect_emit_usage        (OuioeDialect *self, const OuioeDialectUsage *usage);
void ouioe_dialect_emit_finish       (OuioeDialect *self, guint choice, const char *reason);
void ouioe_dialect_emit_error        (OuioeDialect *self, json_t *error);
void ouioe_dialect_emit_garbled      (OuioeDialect *self, const char *problem);

/* Gives out what may still have become an inline tag. */
void ouioe_dialect_flush_choice      (OuioeDialect *self, guint choice);
void ouioe_dialect_choice_free       (OuioeDialectChoice *choice);

/* Tokens of content that are to come: thinking, when an inline tag is open. */
typedef enum {
  OUIOE_DIALECT_TOKENS_THINKING,
  OUIOE_DIALECT_TOKENS_CONTENT,
} OuioeDialectTokens;

/* @list: [{"token", "logprob", "top_logprobs": [{"token", "logprob"}]}], as OpenAI has it, Ollama, and llama.cpp in its older and
 * newer ways */
void ouioe_dialect_read_logprobs     (OuioeDialect *self, guint choice, OuioeDialectTokens what, json_t *list);
/* @lists: {"tokens": [], "token_logprobs": [], "top_logprobs": [{TOKEN: LOGPROB}]}, as /v1/completions has it */
void ouioe_dialect_read_old_logprobs (OuioeDialect *self, guint choice, OuioeDialectTokens what, json_t *lists);

#define OUIOE_DIALECT_USAGE_UNKNOWN ((OuioeDialectUsage) { -1, -1, -1, -1, -1, -1, -1, NULL })

G_END_DECLS
