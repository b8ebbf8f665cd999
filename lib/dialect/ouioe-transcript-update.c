/* ouioe-transcript-update.c - phases and progress as updates, and not too many of them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-transcript-private.h"

#include <stdlib.h>
#include <string.h>

/* Whatever happens: of all works together. */
#define MAX_TOLD_A_SECOND 20

/* ---- updates ---- */

json_t *
ouioe_transcript_make_update (const char *type, const char *message, gsize len, const char *step, const char *activity)
{
  json_t *update = json_object ();

  json_object_set_new (update, "progress_type", json_string (type));
  json_object_set_new (update, "message", json_stringn (message, len));
  if (step != NULL)
    json_object_set_new (update, "current_step", json_string (step));
  if (activity != NULL)
    json_object_set_new (update, "current_activity", json_string (activity));
  return update;
}

void
ouioe_transcript_send_update (OuioeTranscript *self, json_t *update)
{
  char *dump = json_dumps (update, JSON_COMPACT);
  g_autoptr(OuioeProgressUpdate) progress = ouioe_progress_update_new_from_json (dump, -1, NULL);

  free (dump);
  json_decref (update);
  g_return_if_fail (progress != NULL);
  self->funcs->update (progress, self->now_us, self->user_data);
}

void
ouioe_transcript_tell (OuioeTranscript *self, const char *type, const char *message, const char *step, OuioePhase phase)
{
  const char *activity = phase != OUIOE_PHASE_NONE ? ouioe_phase_to_string (phase) : NULL;

  ouioe_transcript_send_update (self, ouioe_transcript_make_update (type, message, strlen (message), step, activity));
}

/* ---- phases ---- */

static void
set_phase (OuioeTranscript *self, OuioePhase phase)
{
  if (self->generation->phase == phase)
    return;
  if (phase != OUIOE_PHASE_PROMPT && phase != OUIOE_PHASE_PROGRESS)
    ouioe_transcript_end_works (self);
  if (ouioe_transcript_is_counted (self))
    self->generation->phase = phase;
  else
    ouioe_generation_enter (self->generation, phase, self->now_us);
  ouioe_transcript_changed (self);
}

void
ouioe_transcript_enter (OuioeTranscript *self, OuioeTranscriptChoice *choice, OuioePhase phase, const char *type,
                        const char *verb, const char *step)
{
  const char *model = self->generation->model;
  g_autofree char *which = choice->index > 0 ? g_strdup_printf (" (answer %u)", choice->index + 1) : g_strdup ("");
  g_autofree char *message = NULL;

  if (choice->phase == phase)
    {
      if (self->generation->phase == OUIOE_PHASE_PROMPT || self->generation->phase == OUIOE_PHASE_PROGRESS)
        set_phase (self, phase);   /* it goes on behind a work */
      return;
    }
  choice->phase = phase;
  set_phase (self, phase);
  message = model != NULL ? g_strdup_printf ("%s is %s%s", model, verb, which)
    : g_strdup_printf ("%c%s%s", g_ascii_toupper (verb[0]), verb + 1, which);
  ouioe_transcript_tell (self, type, message, step, phase);
}

/* ---- works ---- */

void
ouioe_transcript_work_clear (OuioeTranscriptWork *work)
{
  g_free (work->id);
  g_free (work->status);
  json_decref (work->pending);
  *work = (OuioeTranscriptWork) { 0 };
}

static gboolean
has_room (OuioeTranscript *self)
{
  if (self->n_told == 0 || self->now_us - self->second_us >= G_USEC_PER_SEC)
    {
      self->second_us = self->now_us;
      self->n_told = 0;
    }
  return self->n_told++ < MAX_TOLD_A_SECOND;
}

/* The newest of a work that was not told goes out now. */
static void
tell_pending (OuioeTranscript *self, OuioeTranscriptWork *work)
{
  if (work->pending != NULL)
    ouioe_transcript_send_update (self, g_steal_pointer (&work->pending));
}

void
ouioe_transcript_end_works (OuioeTranscript *self)
{
  for (guint i = 0; i < self->n_works; i++)
    {
      tell_pending (self, &self->works[i]);
      ouioe_transcript_work_clear (&self->works[i]);
    }
  self->n_works = 0;
}

/* The work of this id; when there are too many, instead of the one that was told longest ago. */
static OuioeTranscriptWork *
get_work (OuioeTranscript *self, const char *id)
{
  OuioeTranscriptWork *oldest = &self->works[0];

  for (guint i = 0; i < self->n_works; i++)
    {
      if (strcmp (self->works[i].id, id) == 0)
        return &self->works[i];
      if (self->works[i].told_us < oldest->told_us)
        oldest = &self->works[i];
    }
  if (self->n_works < OUIOE_TRANSCRIPT_MAX_WORKS)
    oldest = &self->works[self->n_works++];
  else if (has_room (self))
    tell_pending (self, oldest);
  ouioe_transcript_work_clear (oldest);
  oldest->id = g_strdup (id);
  return oldest;
}

/* @update (transfer full) says how far @id is; @done and @total are what the server told, negative where it did not. */
static void
advance (OuioeTranscript *self, const char *id, const char *status, double done, double total, json_t *update)
{
  OuioeTranscriptWork *work = get_work (self, id);
  gboolean counted = done >= 0 && total > 0 && done <= total;
  gboolean complete = counted && done == total;
  gboolean due = !work->told || self->now_us - work->told_us >= OUIOE_TRANSCRIPT_PROGRESS_US || (complete && !work->complete)
    || (done < 0 && strcmp (work->status, status) != 0);

  if (counted)
    json_object_set_new (update, "progress_percentage", json_real (100.0 * done / total));
  json_decref (work->pending);
  work->pending = update;
  g_free (work->status);
  work->status = g_strdup (status);
  if (!due || !has_room (self))
    return;
  work->told = TRUE;
  work->complete = complete;
  work->told_us = self->now_us;
  tell_pending (self, work);
}

void
ouioe_transcript_take_prompt_progress (OuioeTranscript *self, const OuioeDialectEvent *event)
{
  g_autofree char *message = g_strdup_printf ("reading the prompt: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " tokens",
                                              event->processed, event->total);

  set_phase (self, OUIOE_PHASE_PROMPT);
  advance (self, "", "", (double) event->processed, (double) event->total,
    ouioe_transcript_make_update ("progress", message, strlen (message), "reading the prompt",
                                  ouioe_phase_to_string (OUIOE_PHASE_PROMPT)));
}

/* An amount as people read it. Ollama counts bytes; what others count they do not say. */
static char *
describe_amount (OuioeTranscript *self, double amount)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (ouioe_dialect_get_format (self->dialect) == OUIOE_DIALECT_OLLAMA && amount < 1e18)
    return g_format_size ((guint64) amount);
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.15g", amount));
}

void
ouioe_transcript_take_progress (OuioeTranscript *self, const OuioeDialectEvent *event)
{
  const OuioeDialectProgress *progress = event->progress;
  const char *id = progress->id != NULL ? progress->id : "";
  g_autofree char *key = g_strndup (id, ouioe_transcript_cut (id, strlen (id), OUIOE_TRANSCRIPT_MAX_NAME));
  g_autofree char *status = g_strndup (event->text, ouioe_transcript_cut (event->text, event->len, OUIOE_TRANSCRIPT_MAX_NAME));
  const char *what = status != NULL && *status != '\0' ? status : "working";
  g_autoptr(GString) message = g_string_new (what);

  if (progress->done >= 0)
    {
      g_autofree char *done = describe_amount (self, progress->done);

      g_string_append_printf (message, ": %s", done);
      if (progress->total > 0)
        {
          g_autofree char *total = describe_amount (self, progress->total);

          g_string_append_printf (message, " of %s", total);
        }
    }
  set_phase (self, OUIOE_PHASE_PROGRESS);
  advance (self, key, what, progress->done, progress->total,
    ouioe_transcript_make_update ("progress", message->str, message->len, what, ouioe_phase_to_string (OUIOE_PHASE_PROGRESS)));
}
