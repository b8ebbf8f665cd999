/* collector.c - feeds a dialect and keeps what it told, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "collector.h"

#include <math.h>
#include <string.h>

static void
log_token (Collector *self, const OuioeDialectEvent *event)
{
  const OuioeDialectToken *token = event->token;

  g_assert_cmpfloat (token->chosen.logprob, <=, 0);
  g_string_append_printf (self->log, "%u token of %s: %s %.2f", event->choice, token->thinking ? "thinking" : "content",
                          token->chosen.text, token->chosen.logprob);
  for (guint i = 0; i < token->n_alternatives; i++)
    {
      g_assert_true (isfinite (token->alternatives[i].logprob));
      g_string_append_printf (self->log, " | %s %.2f", token->alternatives[i].text, token->alternatives[i].logprob);
    }
  g_string_append_c (self->log, '\n');
  self->n_tokens++;
}

static void
log_prompt (Collector *self, const OuioeDialectEvent *event)
{
  g_string_append_printf (self->log, "prompt %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, event->processed, event->total);
  if (event->cached >= 0)
    g_string_append_printf (self->log, " cached %" G_GINT64_FORMAT, event->cached);
  if (event->elapsed_us >= 0)
    g_string_append_printf (self->log, " after %" G_GINT64_FORMAT " us", event->elapsed_us);
  g_string_append_c (self->log, '\n');
  self->n_prompt++;
}

static void
log_progress (Collector *self, const OuioeDialectEvent *event)
{
  const OuioeDialectProgress *progress = event->progress;

  g_string_append_printf (self->log, "progress %s %g/%g %s\n", progress->id != NULL ? progress->id : "-", progress->done,
                          progress->total, event->text != NULL ? event->text : "-");
  self->n_progress++;
}

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  Collector *self = user_data;

  if (event->time_us != 0 && self->first_us == 0)
    self->first_us = event->time_us;
  if (event->time_us != 0)
    self->last_us = event->time_us;
  if (event->text != NULL)
    g_assert_cmpint (event->text[event->len], ==, '\0');

  switch (event->kind)
    {
    case OUIOE_DIALECT_EVENT_META:
      g_assert_null (self->model);
      self->model = g_strdup (event->name);
      g_string_append_printf (self->log, "model %s\n", event->name);
      return;
    case OUIOE_DIALECT_EVENT_THINKING:
      g_assert_cmpuint (event->len, >, 0);
      self->n_thinking++;
      g_string_append_len (self->thinking, event->text, (gssize) event->len);
      g_string_append_printf (self->log, "%u thinking %s\n", event->choice, event->text);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT:
      g_assert_cmpuint (event->len, >, 0);
      self->n_content++;
      g_string_append_len (self->content, event->text, (gssize) event->len);
      g_string_append_printf (self->log, "%u content %s\n", event->choice, event->text);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING:
      g_string_append_len (self->thinking, self->content->str, (gssize) self->content->len);
      g_string_truncate (self->content, 0);
      g_string_append (self->log, "was-thinking\n");
      return;
    case OUIOE_DIALECT_EVENT_TOOL_CALL:
      self->n_tool_calls++;
      g_string_append_printf (self->log, "%u call %s %s\n", event->choice, event->name != NULL ? event->name : "-",
                              event->id != NULL ? event->id : "-");
      return;
    case OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS:
      g_string_append_len (self->arguments, event->text, (gssize) event->len);
      return;
    case OUIOE_DIALECT_EVENT_PART:
      g_string_append_printf (self->log, "%u part %s\n", event->choice, event->text != NULL ? event->text : "-");
      return;
    case OUIOE_DIALECT_EVENT_OPAQUE:
      g_string_append_printf (self->log, "%u opaque %s\n", event->choice, event->text);
      return;
    case OUIOE_DIALECT_EVENT_REFUSAL:
      g_assert_cmpuint (event->len, >, 0);
      g_string_append_len (self->refusal, event->text, (gssize) event->len);
      g_string_append_printf (self->log, "%u refusal %s\n", event->choice, event->text);
      return;
    case OUIOE_DIALECT_EVENT_RESPONSE_ID:
      g_assert_null (self->response_id);
      self->response_id = g_strdup (event->id);
      g_string_append_printf (self->log, "id %s\n", event->id);
      return;
    case OUIOE_DIALECT_EVENT_TOKEN:
      log_token (self, event);
      return;
    case OUIOE_DIALECT_EVENT_PROMPT_PROGRESS:
      log_prompt (self, event);
      return;
    case OUIOE_DIALECT_EVENT_PROGRESS:
      log_progress (self, event);
      return;
    case OUIOE_DIALECT_EVENT_USAGE:
      g_clear_pointer (&self->usage, json_decref);
      self->usage = json_deep_copy (event->usage->json);
      self->counts = *event->usage;
      self->counts.json = NULL;
      return;
    case OUIOE_DIALECT_EVENT_FINISH:
      self->n_finish++;
      if (self->finish == NULL)
        self->finish = g_strdup (event->text);
      g_string_append_printf (self->log, "%u finish %s\n", event->choice, event->text != NULL ? event->text : "-");
      return;
    case OUIOE_DIALECT_EVENT_ERROR:
      if (self->error == NULL)
        self->error = g_strdup (event->text);
      g_string_append_printf (self->log, "error %s\n", event->text);
      return;
    case OUIOE_DIALECT_EVENT_GARBLED:
      self->n_garbled++;
      g_string_append_printf (self->log, "garbled %s\n", event->text);
      return;
    default:
      g_assert_not_reached ();
    }
}

/* Bytes of the next piece. */
static gsize
piece_len (const char *data, gsize len, gsize chunk)
{
  const char *end;

  if (chunk != COLLECTOR_AS_RECORDED)
    return MIN (chunk, len);
  g_assert (data != NULL);    /* the sanitizers of gcc see a case where it is, and then warn of the next lines */
  end = memmem (data, len, "\n\n", 2);
  if (end != NULL)
    return (gsize) (end + 2 - data);
  end = memchr (data, '\n', len);
  return end != NULL ? (gsize) (end + 1 - data) : len;
}

Collector *
collector_run (OuioeDialectFormat format, OuioeDialectFlags flags, const char *data, gsize len, gsize chunk)
{
  Collector *self = g_new0 (Collector, 1);
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (format, flags, on_event, self);

  self->thinking = g_string_new (NULL);
  self->content = g_string_new (NULL);
  self->arguments = g_string_new (NULL);
  self->refusal = g_string_new (NULL);
  self->log = g_string_new (NULL);

  for (gsize at = 0; at < len; )
    {
      gsize n = piece_len (data + at, len - at, chunk);
      g_autofree char *piece = g_memdup2 (data + at, n);   /* its own block: reading past a piece is seen */

      ouioe_dialect_feed (dialect, piece, n);
      at += n;
    }
  ouioe_dialect_end (dialect);

  self->terminated = ouioe_dialect_get_terminated (dialect);
  self->n_records = ouioe_dialect_get_n_records (dialect);
  self->n_comments = ouioe_dialect_get_n_comments (dialect);
  self->n_opaque = ouioe_dialect_get_n_opaque (dialect);
  self->format = ouioe_dialect_get_format (dialect);
  return self;
}

void
collector_free (Collector *self)
{
  g_string_free (self->thinking, TRUE);
  g_string_free (self->content, TRUE);
  g_string_free (self->arguments, TRUE);
  g_string_free (self->refusal, TRUE);
  g_string_free (self->log, TRUE);
  g_clear_pointer (&self->usage, json_decref);
  g_free (self->model);
  g_free (self->response_id);
  g_free (self->finish);
  g_free (self->error);
  g_free (self);
}

typedef struct {
  const CollectorCase *row;
  OuioeDialectFlags    flags;
  gboolean             quoted;   /* ' stands for " in the stream */
} CaseRun;

char *
collector_unquote (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static void
test_case (gconstpointer user_data)
{
  const CaseRun *run = user_data;
  g_autofree char *stream = run->quoted ? collector_unquote (run->row->stream) : g_strdup (run->row->stream);
  gsize len = strlen (stream);

  for (gsize chunk = 1; chunk <= len; chunk = chunk < 8 ? chunk + 1 : chunk * 3)
    {
      g_autoptr(Collector) got = collector_run (run->row->format, run->flags, stream, len, chunk);

      g_assert_cmpstr (got->log->str, ==, run->row->expected);
    }
}

static void
add_cases (const char *group, const CollectorCase *cases, guint n_cases, OuioeDialectFlags flags, gboolean quoted)
{
  for (guint i = 0; i < n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/", group, "/", cases[i].name, NULL);
      CaseRun *run = g_new (CaseRun, 1);

      *run = (CaseRun) { &cases[i], flags, quoted };
      g_test_add_data_func_full (path, run, test_case, g_free);
    }
}

void
collector_add_cases (const char *group, const CollectorCase *cases, guint n_cases, OuioeDialectFlags flags)
{
  add_cases (group, cases, n_cases, flags, FALSE);
}

void
collector_add_quoted_cases (const char *group, const CollectorCase *cases, guint n_cases, OuioeDialectFlags flags)
{
  add_cases (group, cases, n_cases, flags, TRUE);
}
