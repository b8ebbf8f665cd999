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
  GString *log;             /* one line per event: what came in which order */
  guint    n_thinking;
  guint    n_content;
  guint    n_tool_calls;
  guint    n_garbled;
  guint    n_finish;
  guint    n_prompt;
  char    *model;
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

/* Feeds @data in pieces of @chunk bytes and ends. */
Collector *collector_run  (OuioeDialectFormat format, OuioeDialectFlags flags, const char *data, gsize len, gsize chunk);
void       collector_free (Collector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Collector, collector_free)
