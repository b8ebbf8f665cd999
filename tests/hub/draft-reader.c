/* draft-reader.c - a reader that wants what grows, and puts it together as a program would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "draft-reader.h"

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
wake_cb (OuioedSubscriber *subscriber, gpointer user_data)
{
  DraftReader *self = user_data;

  self->awake = TRUE;
}

DraftReader *
draft_reader_new (Fixture *f, const char *session_id, OuioeStreams streams)
{
  DraftReader *self = g_new0 (DraftReader, 1);

  self->got = g_string_new (NULL);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text);
  self->awake = TRUE;
  self->subscriber = ouioed_subscriber_new (f->hub, session_id, streams, FALSE, OUIOE_EVENT_ID_MAX, wake_cb, self);
  ouioed_subscriber_set_drafts (self->subscriber);

  return self;
}

void
draft_reader_free (DraftReader *self)
{
  ouioed_subscriber_free (self->subscriber);
  g_string_free (self->got, TRUE);
  g_hash_table_unref (self->open);
  g_free (self);
}

static void note (DraftReader *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (DraftReader *self, const char *format, ...)
{
  va_list args;

  if (self->got->len > 0)
    g_string_append_c (self->got, ' ');
  va_start (args, format);
  g_string_append_vprintf (self->got, format, args);
  va_end (args);
}

/* What has been put together must be the beginning of the final text. */
static void
take_step (DraftReader *self, OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  OuioeText step_id = ouioe_codec_get_step_id (step);

  if (step_id.str != NULL)
    {
      g_autofree char *key = g_strdup_printf ("%s/%s", event->session_id, step_id.str);
      const GString *text = g_hash_table_lookup (self->open, key);

      g_assert_true (text == NULL || g_str_has_prefix (step->content.str, text->str));
      g_hash_table_remove (self->open, key);
    }
  note (self, "[%s]", step->content.str);
  ouioe_text_clear (&step_id);
}

static gboolean
is_of_session (gpointer key, gpointer value, gpointer user_data)
{
  return g_str_has_prefix (key, user_data);
}

static void
take_event (DraftReader *self, OuioeEvent *event)
{
  g_autofree char *prefix = g_strconcat (event->session_id, "/", NULL);

  if (event->kind == OUIOE_EVENT_THINKING_STEP)
    take_step (self, event);
  else if (event->kind == OUIOE_EVENT_SESSION_START)
    note (self, "start");
  else if (event->kind == OUIOE_EVENT_SESSION_END)
    {
      note (self, "end");
      self->n_ends++;
      g_hash_table_foreach_remove (self->open, is_of_session, prefix);
    }
}

static void
take_text (DraftReader *self, const OuioedDraftPiece *piece)
{
  g_autofree char *key = g_strdup_printf ("%s/%s", piece->draft->session_id, piece->draft->step_id);
  g_autofree char *text = g_strndup (piece->draft->text->str + piece->from, (gsize) piece->to - piece->from);
  GString *open = g_hash_table_lookup (self->open, key);

  g_assert_cmpuint (piece->to, >, piece->from);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (piece->offset, ==, open != NULL ? g_utf8_strlen (open->str, -1) : 0);
  if (open == NULL)
    {
      open = g_string_new (NULL);
      g_hash_table_insert (self->open, g_steal_pointer (&key), open);
    }
  g_string_append (open, text);
  note (self, "%s@%" G_GUINT64_FORMAT ":%s", piece->draft->step_id, piece->offset, text);
  self->n_pieces++;
}

static void
take_piece (DraftReader *self, const OuioedDraftPiece *piece)
{
  g_autofree char *key = g_strdup_printf ("%s/%s", piece->draft->session_id, piece->draft->step_id);

  switch (piece->kind)
    {
    case OUIOED_PIECE_GREW:
      take_text (self, piece);
      break;
    case OUIOED_PIECE_DROPPED:
      g_assert_true (g_hash_table_remove (self->open, key) || self->n_ends > 0);   /* the end took it with it */
      note (self, "-%s", piece->draft->step_id);
      break;
    case OUIOED_PIECE_GENERATION:
      note (self, "gen:%s", ouioe_phase_to_string (piece->draft->generation->phase));
      self->n_generations++;
      break;
    default:
      g_assert_not_reached ();
    }
}

guint
draft_reader_take (DraftReader *self, guint max)
{
  OuioedEntry *entries[64];
  OuioedDraftPiece pieces[64];
  guint n, n_taken = 0;

  while (self->awake && n_taken < max)
    {
      n = ouioed_subscriber_peek (self->subscriber, entries, MIN (max - n_taken, G_N_ELEMENTS (entries)));
      if (n > 0)
        {
          for (guint i = 0; i < n; i++)
            take_event (self, entries[i]->event);
          ouioed_subscriber_advance (self->subscriber, n);
          n_taken += n;
          continue;
        }

      n = ouioed_subscriber_peek_drafts (self->subscriber, pieces, MIN (max - n_taken, G_N_ELEMENTS (pieces)));
      for (guint i = 0; i < n; i++)
        take_piece (self, &pieces[i]);
      if (n > 0)
        ouioed_subscriber_advance_drafts (self->subscriber, n);
      n_taken += n;
      self->awake = n > 0;
    }

  return n_taken;
}

const char *
draft_reader_read (DraftReader *self)
{
  static char text[4096];

  while (draft_reader_take (self, 64) > 0)
    ;
  g_strlcpy (text, self->got->str, sizeof text);
  g_string_truncate (self->got, 0);
  return text;
}

/* ---- what a producer does ---- */

static void
append_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->ok = ouioed_hub_append_finish (OUIOED_HUB (source), result, &call->receipt, &call->error);
  call->done = TRUE;
}

Call *
call_finish_step (Fixture *f, const char *id, const char *step_id, const char *content)
{
  g_autofree char *context = step_id != NULL ? g_strdup_printf ("{\"step_id\":\"%s\",\"border\":\"end\"}", step_id)
                                             : g_strdup ("{\"border\":\"end\"}");
  g_autoptr(OuioeThinkingStep) step = new_step (content);
  Call *call = g_new0 (Call, 1);

  step->context_used = ouioe_text_new (context, -1);
  ouioed_hub_append_async (f->hub, id, step, NULL, NULL, append_cb, call);

  return call;
}

void
finish_step (Fixture *f, const char *id, const char *step_id, const char *content)
{
  g_autoptr(Call) call = call_finish_step (f, id, step_id, content);

  call_wait (call);
  g_assert_no_error (call->error);
}

static void
close_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->ok = ouioed_hub_close_finish (OUIOED_HUB (source), result, &call->receipt, &call->error);
  call->done = TRUE;
}

Call *
call_close (Fixture *f, const char *id)
{
  Call *call = g_new0 (Call, 1);

  ouioed_hub_close_async (f->hub, id, "done", NULL, close_cb, call);
  return call;
}

void
grow (Fixture *f, const char *id, const char *step_id, const char *text)
{
  ouioed_hub_grow_step (f->hub, id, step_id, text, strlen (text));
}

OuioeGeneration *
new_generation (OuioePhase phase, guint n_calls)
{
  OuioeGeneration *generation = ouioe_generation_new ();

  generation->n_calls = n_calls;
  generation->n_under_way = phase != OUIOE_PHASE_NONE;
  generation->can_stop = phase != OUIOE_PHASE_NONE;
  ouioe_generation_enter (generation, phase, 1000);
  return generation;
}
