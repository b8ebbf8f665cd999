/* collector.h - feeds a dialect and keeps what it told, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe-dialect.h"

typedef struct {
  GString *thinking;        /* all choices, joined */
  GString *content;
  GString *arguments;       /* of all tool calls, joined */
  GString *refusal;
  GString *log;             /* one line per event: what came in which order; pieces of arguments and counts are not in it */
  guint    n_thinking;
  guint    n_content;
  guint    n_tool_calls;
  guint    n_garbled;
  guint    n_finish;
  guint    n_prompt;
  guint    n_tokens;
  guint    n_progress;
  char    *model;
  char    *response_id;
  char    *finish;          /* the first one */
  char    *error;           /* the first one */
  json_t  *usage;           /* the last one */
  OuioeDialectUsage counts; /* the last one, without its json */
  gint64   first_us;
  gint64   last_us;
  gboolean terminated;
  guint64  n_records;
  guint64  n_comments;
  guint64  n_opaque;
  OuioeDialectFormat format;
} Collector;

/* Instead of a number of bytes: a piece ends behind each blank line, or, where there are none, behind each line. */
#define COLLECTOR_AS_RECORDED 0

/* Feeds @data in pieces of @chunk bytes and ends. */
Collector *collector_run  (OuioeDialectFormat format, OuioeDialectFlags flags, const char *data, gsize len, gsize chunk);
void       collector_free (Collector *self);

/* A stream and the collector's log of it. */
typedef struct {
  const char         *name;
  OuioeDialectFormat  format;
  const char         *stream;
  const char         *expected;
} CollectorCase;

/* Adds /@group/NAME for each of them: the log is the same whatever the pieces are. */
void       collector_add_cases (const char *group, const CollectorCase *cases, guint n_cases, OuioeDialectFlags flags);

/* The same with streams that are written with ' for ", so that JSON can be read in C. */
void       collector_add_quoted_cases (const char *group, const CollectorCase *cases, guint n_cases, OuioeDialectFlags flags);
/* @text: written so; (transfer full) */
char      *collector_unquote   (const char *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Collector, collector_free)
