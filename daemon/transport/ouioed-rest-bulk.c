/* ouioed-rest-bulk.c - many steps and updates of many sessions in one body
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One JSON object per line. Every line is a request of its own: it is taken whole or not at all, and has its own
 * answer, in the order of the lines. All lines are submitted in one turn of the loop, so that they share a commit.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-rest-append.h"

/* Beyond, the body is refused as a whole: the answers wait in memory. */
#define MAX_LINES 10000

typedef struct _Bulk Bulk;

typedef struct {
  Bulk          *bulk;
  guint          number;         /* of the line, from 1 */
  OuioedReceipt  receipt;
  char          *error;          /* JSON of the problem, when there is one */
  guint          status;
} Line;

struct _Bulk
{
  OuioedExchange *exchange;
  GArray         *lines;         /* of Line; complete before the first is submitted */
  guint           n_waiting;
};

static void
line_clear (gpointer data)
{
  g_free (((Line *) data)->error);
}

static void
line_fail (Line *line, OuioeError code, const char *detail, OuioeProblems *problems, const char *members)
{
  GString *out = g_string_new (NULL);

  ouioed_problem_write (out, code, detail, problems, members);
  line->error = g_string_free (out, FALSE);
  line->status = ouioe_error_get_http_status (code);
}

static void
bulk_answer (Bulk *bulk)
{
  GString *body = g_string_sized_new (bulk->lines->len * 64);

  for (guint i = 0; i < bulk->lines->len; i++)
    {
      Line *line = &g_array_index (bulk->lines, Line, i);

      g_string_append_printf (body, "{\"line\":%u,\"status\":%u", line->number, line->status);
      if (line->error != NULL)
        g_string_append_printf (body, ",\"error\":%s", line->error);
      else
        {
          ouioed_rest_write_receipt (body, &line->receipt);
          if (line->receipt.replayed)
            g_string_append (body, ",\"replayed\":true");
        }
      g_string_append (body, "}\n");
    }
  ouioed_exchange_answer (bulk->exchange, SOUP_STATUS_OK, "application/x-ndjson", body);
  g_array_unref (bulk->lines);
  g_free (bulk);
}

static void
line_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Line *line = user_data;
  g_autoptr(GError) error = NULL;

  line->status = SOUP_STATUS_OK;
  if (!ouioed_hub_append_finish (OUIOED_HUB (source), result, &line->receipt, &error))
    line_fail (line, ouioed_problem_get_code (error), error->message, NULL, NULL);
  if (--line->bulk->n_waiting == 0)
    bulk_answer (line->bulk);
}

static void
line_submit (Line *line, const char *data, gsize len)
{
  OuioedExchange *exchange = line->bulk->exchange;
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = ouioe_codec_parse_object (data, len, problems, &error);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GRefString) session_id = NULL;
  g_autofree char *header_key = NULL;
  OuioeEventKind kind = body != NULL ? ouioe_codec_read_kind (body, problems) : 0;
  OuioedKey key = { .data = data, .len = len };

  if (kind == OUIOE_EVENT_THINKING_STEP)
    step = ouioe_codec_read_thinking (body, NULL, &session_id, problems, &error);
  else if (kind == OUIOE_EVENT_PROGRESS_UPDATE)
    update = ouioe_codec_read_progress (body, NULL, &session_id, problems, &error);
  if (body != NULL)
    key.key = ouioe_codec_read_key (body, problems);

  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNKNOWN_TYPE))
    {
      g_autofree char *known = ouioed_rest_dup_known_types (kind);
      g_autofree char *detail = ouioed_rest_dup_first_sentence (error->message);

      line_fail (line, OUIOE_ERROR_UNKNOWN_TYPE, detail, NULL, known);
      return;
    }
  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_BAD_ENCODING))
    {
      line_fail (line, OUIOE_ERROR_BAD_ENCODING, error->message, NULL, NULL);
      return;
    }
  if ((step == NULL && update == NULL) || ouioe_problems_get_n (problems) > 0)
    {
      line_fail (line, OUIOE_ERROR_INVALID_BODY, NULL, problems, NULL);
      return;
    }

  if (key.key == NULL && exchange->head.idempotency_key != NULL)
    key.key = header_key = g_strdup_printf ("%s:%u", exchange->head.idempotency_key, line->number);
  key.scope = step != NULL ? "thinking" : "progress";
  line->bulk->n_waiting++;
  ouioed_hub_append_async (exchange->parts->hub, session_id, step, update, key.key != NULL ? &key : NULL,
                           line_appended_cb, line);
}

/* The next line that is not blank. */
static gboolean
next_line (const char **data, const char *end, guint *number, const char **line, gsize *len)
{
  while (*data < end)
    {
      const char *start = *data;
      const char *stop = memchr (start, '\n', (gsize) (end - start));

      if (stop == NULL)
        stop = end;
      *data = stop < end ? stop + 1 : end;
      (*number)++;
      *line = start;
      *len = (gsize) (stop - start);
      for (const char *p = start; p < stop; p++)
        if (!g_ascii_isspace (*p))
          return TRUE;
    }
  return FALSE;
}

static gboolean
check_key (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioedKey key;

  return ouioed_rest_read_key (exchange, NULL, NULL, problems, &key);
}

void
ouioed_rest_post_events (OuioedExchange *exchange)
{
  const char *data, *end, *text;
  gsize len, text_len;
  guint number = 0;
  Bulk *bulk;

  if (!ouioed_rest_check_type (exchange, TRUE) || !check_key (exchange))
    return;

  bulk = g_new0 (Bulk, 1);
  bulk->exchange = exchange;
  bulk->lines = g_array_new (FALSE, TRUE, sizeof (Line));
  g_array_set_clear_func (bulk->lines, line_clear);
  data = ouioed_exchange_get_body (exchange, &len);
  end = data + len;
  while (next_line (&data, end, &number, &text, &text_len) && bulk->lines->len <= MAX_LINES)
    {
      Line line = { .bulk = bulk, .number = number };

      g_array_append_val (bulk->lines, line);
    }
  if (bulk->lines->len == 0 || bulk->lines->len > MAX_LINES)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

      ouioe_problems_add (problems, "body", NULL, -1, "lines", "The body must be 1 to %d lines, each a JSON object",
                          MAX_LINES);
      g_array_unref (bulk->lines);
      g_free (bulk);
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
      return;
    }

  /* Only now do lines have an address that stays; and one more is waited for, so that none answers too early. */
  bulk->n_waiting = 1;
  data = ouioed_exchange_get_body (exchange, &len);
  number = 0;
  for (guint i = 0; next_line (&data, end, &number, &text, &text_len); i++)
    {
      Line *line = &g_array_index (bulk->lines, Line, i);

      if (text_len > exchange->parts->config.max_body_bytes)
        line_fail (line, OUIOE_ERROR_BODY_TOO_LARGE, "The line is longer than a body may be", NULL, NULL);
      else
        line_submit (line, text, text_len);
    }
  if (--bulk->n_waiting == 0)
    bulk_answer (bulk);
}
