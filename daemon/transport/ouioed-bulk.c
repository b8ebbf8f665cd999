/* ouioed-bulk.c - many steps and updates of many sessions at once, for HTTP and for the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-bulk.h"
#include "ouioed-http-private.h"
#include "ouioed-rest-append.h"

typedef struct {
  OuioedBulk    *bulk;
  guint          number;         /* of the line, as the answer calls it */
  const char    *data;           /* borrowed, until the lines are submitted */
  gsize          len;
  OuioedReceipt  receipt;
  char          *error;          /* JSON of the problem, when there is one */
  guint          status;
} Line;

struct _OuioedBulk
{
  OuioedHub          *hub;
  gsize               max_line_bytes;
  GArray             *lines;         /* of Line; complete before the first is submitted */
  OuioedGrant        *grant;         /* what the caller's token covers; NULL: no limit */
  guint               n_waiting;
  OuioedBulkDoneFunc  done;
  gpointer            user_data;
};

static void
line_clear (gpointer data)
{
  g_free (((Line *) data)->error);
}

OuioedBulk *
ouioed_bulk_new (OuioedHub *hub, gsize max_line_bytes)
{
  OuioedBulk *self = g_new0 (OuioedBulk, 1);

  self->hub = g_object_ref (hub);
  self->max_line_bytes = max_line_bytes;
  self->lines = g_array_new (FALSE, TRUE, sizeof (Line));
  g_array_set_clear_func (self->lines, line_clear);
  return self;
}

void
ouioed_bulk_free (OuioedBulk *self)
{
  g_array_unref (self->lines);
  g_clear_pointer (&self->grant, ouioed_grant_unref);
  g_object_unref (self->hub);
  g_free (self);
}

void
ouioed_bulk_add (OuioedBulk *self, guint number, const char *data, gsize len)
{
  Line line = { .bulk = self, .number = number, .data = data, .len = len };

  g_array_append_val (self->lines, line);
}

void
ouioed_bulk_set_grant (OuioedBulk *self, OuioedGrant *grant)
{
  g_clear_pointer (&self->grant, ouioed_grant_unref);
  self->grant = ouioed_grant_ref (grant);
}

guint
ouioed_bulk_get_n (OuioedBulk *self)
{
  return self->lines->len;
}

void
ouioed_bulk_write_answer (OuioedBulk *self, guint i, GString *out)
{
  Line *line = &g_array_index (self->lines, Line, i);

  g_string_append_printf (out, "{\"line\":%u,\"status\":%u", line->number, line->status);
  if (line->error != NULL)
    g_string_append_printf (out, ",\"error\":%s", line->error);
  else
    {
      ouioed_rest_write_receipt (out, &line->receipt);
      if (line->receipt.replayed)
        g_string_append (out, ",\"replayed\":true");
    }
  g_string_append_c (out, '}');
}

/* ---- submit ---- */

static void
bulk_one_less (OuioedBulk *self)
{
  if (--self->n_waiting == 0)
    self->done (self, self->user_data);
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
line_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Line *line = user_data;
  g_autoptr(GError) error = NULL;

  line->status = SOUP_STATUS_OK;
  if (!ouioed_hub_append_finish (OUIOED_HUB (source), result, &line->receipt, &error))
    line_fail (line, ouioed_problem_get_code (error), error->message, NULL, NULL);
  bulk_one_less (line->bulk);
}

static void
line_submit (Line *line, const char *common_key)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = ouioe_codec_parse_object (line->data, line->len, problems, &error);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GRefString) session_id = NULL;
  g_autofree char *made_key = NULL;
  OuioeEventKind kind = body != NULL ? ouioe_codec_read_kind (body, problems) : 0;
  OuioedKey key = { .data = line->data, .len = line->len };

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

  if (!ouioed_grant_covers (line->bulk->grant, session_id))
    {
      line_fail (line, OUIOE_ERROR_FORBIDDEN, OUIOED_NOT_COVERED, NULL, NULL);
      return;
    }

  if (key.key == NULL && common_key != NULL)
    key.key = made_key = g_strdup_printf ("%s:%u", common_key, line->number);
  key.scope = step != NULL ? "thinking" : "progress";
  line->bulk->n_waiting++;
  ouioed_hub_append_async (line->bulk->hub, session_id, step, update, key.key != NULL ? &key : NULL, line_appended_cb,
                           line);
}

void
ouioed_bulk_submit (OuioedBulk *self, const char *key, OuioedBulkDoneFunc done, gpointer user_data)
{
  self->done = done;
  self->user_data = user_data;

  /* Only now do lines have an address that stays; and one more is waited for, so that none answers too early. */
  self->n_waiting = 1;
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = &g_array_index (self->lines, Line, i);

      if (line->len > self->max_line_bytes)
        line_fail (line, OUIOE_ERROR_BODY_TOO_LARGE, "The line is longer than a body may be", NULL, NULL);
      else
        line_submit (line, key);
    }
  bulk_one_less (self);
}
