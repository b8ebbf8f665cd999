/* ouioe-dialect-private.h - what the dialects share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-dialect.h"
#include "ouioe-line-reader.h"
#include "ouioe-sse-parser.h"
#include "ouioe-tag-splitter.h"

G_BEGIN_DECLS

/* One of several parallel answers. */
typedef struct {
  OuioeTagSplitter *splitter;          /* NULL until content comes, and when tags are not split */
  gboolean          native_thinking;   /* the server separates thinking itself */
  gboolean          plain_thinking;    /* it came as a plain string; structured copies of it are skipped */
  char             *finish;            /* reason that was told, "" for none given, NULL before the end */
  GHashTable       *calls;             /* tool calls that began: index -> id (char *, may be ""); NULL while none */
} OuioeDialectChoice;

struct _OuioeDialect
{
  OuioeDialectFormat  format;
  OuioeDialectFlags   flags;
  OuioeDialectFunc    func;
  gpointer            user_data;
  GString            *head;            /* first bytes, while the format is not known */
  OuioeLineReader    *lines;           /* Ollama */
  OuioeSseParser     *sse;             /* OpenAI */
  guint64             n_records;
  guint64             n_comments;
  guint64             n_opaque;
  gint64              time_us;         /* of the record being read, 0 when it has none */
  gboolean            terminated;
  gboolean            named;           /* the model was told */
  gboolean            ended;
  OuioeDialectChoice *choices[OUIOE_DIALECT_MAX_CHOICES];
};

/* One line of NDJSON. */
void ouioe_dialect_ollama_record (OuioeDialect *self, const char *data, gsize len);
/* The data of one SSE event of type @type; and a line `error: …`, which is no SSE but is sent. */
void ouioe_dialect_openai_event  (OuioeDialect *self, const char *type, const char *data, gsize len);
void ouioe_dialect_openai_field  (OuioeDialect *self, const char *name, const char *value, gsize len);

/* (nullable): NULL, and a garbled event, when there are too many of them */
OuioeDialectChoice *ouioe_dialect_get_choice (OuioeDialect *self, gint64 index);
/* (transfer full) (nullable): the JSON object in @data; otherwise a garbled event was sent */
json_t *ouioe_dialect_parse_object   (OuioeDialect *self, const char *data, gsize len);
/* The text of a JSON string; NULL when @value is not one, or is empty. */
const char *ouioe_dialect_text       (json_t *value, gsize *len);
/* An integer member, or -1. */
gint64 ouioe_dialect_integer         (json_t *object, const char *key);

void ouioe_dialect_emit_meta         (OuioeDialect *self, json_t *model);
void ouioe_dialect_emit_thinking     (OuioeDialect *self, guint choice, const char *text, gsize len);
void ouioe_dialect_emit_content      (OuioeDialect *self, guint choice, const char *text, gsize len);
void ouioe_dialect_emit_tool_call    (OuioeDialect *self, guint choice, const char *name, const char *id);
void ouioe_dialect_emit_arguments    (OuioeDialect *self, guint choice, const char *text, gsize len);
void ouioe_dialect_emit_prompt       (OuioeDialect *self, gint64 processed, gint64 total);
void ouioe_dialect_emit_usage        (OuioeDialect *self, const OuioeDialectUsage *usage);
void ouioe_dialect_emit_finish       (OuioeDialect *self, guint choice, const char *reason);
void ouioe_dialect_emit_error        (OuioeDialect *self, json_t *error);
void ouioe_dialect_emit_garbled      (OuioeDialect *self, const char *problem);

#define OUIOE_DIALECT_USAGE_UNKNOWN ((OuioeDialectUsage) { -1, -1, -1, -1, -1, -1, -1, NULL })

G_END_DECLS
