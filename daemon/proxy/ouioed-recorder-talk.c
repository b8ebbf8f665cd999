/* ouioed-recorder-talk.c - a session that calls write to, and the numbers over them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-recorder-private.h"

#include <string.h>

#define SHOW_INTERVAL_US (250 * 1000)

/* ---- numbers ---- */

static void
add_count (gint64 *sum, gint64 n)
{
  if (n >= 0)
    *sum = MAX (*sum, 0) + n;
}

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const OuioePhaseSpan *left = a, *right = b;

  return left->begin_us < right->begin_us ? -1 : left->begin_us > right->begin_us;
}

static void
set_text (char **to, const char *from)
{
  if (from == NULL)
    return;
  g_free (*to);
  *to = g_strdup (from);
}

/* Adds what one call cost, and lets it speak for what only the newest one can tell. */
static void
add_call (OuioeGeneration *sum, const OuioeGeneration *call)
{
  gboolean must_sort = sum->spans->len > 0 && call->spans->len > 0;

  add_count (&sum->input_tokens, call->input_tokens);
  add_count (&sum->output_tokens, call->output_tokens);
  add_count (&sum->thinking_tokens, call->thinking_tokens);
  for (guint i = 0; i < G_N_ELEMENTS (sum->spent_us); i++)
    sum->spent_us[i] += call->spent_us[i];
  set_text (&sum->model, call->model);
  set_text (&sum->dialect, call->dialect);
  set_text (&sum->finish_reason, call->finish_reason);
  if (call->tokens_per_second >= 0)
    sum->tokens_per_second = call->tokens_per_second;
  if (call->time_to_first_token_us >= 0)
    sum->time_to_first_token_us = call->time_to_first_token_us;

  g_array_append_vals (sum->spans, call->spans->data, call->spans->len);
  if (must_sort)
    g_array_sort (sum->spans, compare_spans);
  if (sum->spans->len > OUIOE_GENERATION_MAX_SPANS)
    g_array_remove_range (sum->spans, 0, sum->spans->len - OUIOE_GENERATION_MAX_SPANS);
}

static void
add_estimate (OuioedTalk *self, OuioeGeneration *generation, OuioedTurn *turn)
{
  const char *model = generation->model != NULL ? generation->model : turn->request->model;

  if (model == NULL || !ouioed_request_is_model (turn->kind)
      || !ouioed_estimates_get (self->recorder->estimates, ouioed_call_get_upstream (turn->call)->name, model,
                                &generation->estimate_low_us, &generation->estimate_high_us, &generation->estimate_runs))
    {
      generation->estimate_low_us = generation->estimate_high_us = -1;
      generation->estimate_runs = 0;
    }
}

OuioeGeneration *
ouioed_talk_build (OuioedTalk *self)
{
  OuioeGeneration *generation = ouioe_generation_copy (self->sum);

  generation->n_calls = self->n_calls;
  generation->n_under_way = self->turns->len;
  for (guint i = 0; i < self->turns->len; i++)
    {
      OuioedTurn *turn = self->turns->pdata[i];
      const OuioeGeneration *call = ouioe_transcript_get_generation (turn->transcript);

      add_call (generation, call);
      generation->phase = call->phase;
      generation->phase_since_us = call->phase_since_us;
      generation->stalled_since_us = turn->stalled_us;
      generation->can_stop = TRUE;
      generation->can_answer_now |= ouioed_turn_can_answer_now (turn);
      set_text (&generation->upstream, ouioed_call_get_upstream (turn->call)->name);
      if (generation->model == NULL)
        set_text (&generation->model, turn->request->model);
    }
  if (self->turns->len > 0)
    add_estimate (self, generation, self->turns->pdata[self->turns->len - 1]);
  return generation;
}

void
ouioed_talk_show (OuioedTalk *self, gboolean now)
{
  gint64 now_us = g_get_monotonic_time ();
  OuioePhase phase = OUIOE_PHASE_NONE;

  if (!ouioed_recording_is_open (self->recording))
    return;
  if (self->turns->len > 0)
    phase = ouioe_transcript_get_generation (((OuioedTurn *) self->turns->pdata[self->turns->len - 1])->transcript)->phase;
  if (!now && phase == self->shown_phase && now_us - self->shown_us < SHOW_INTERVAL_US)
    return;

  self->is_dirty = FALSE;
  self->shown_us = now_us;
  self->shown_phase = phase;
  ouioed_hub_set_generation (self->recorder->hub, ouioed_recording_get_id (self->recording), ouioed_talk_build (self), FALSE);
}

/* ---- the session ---- */

/* What was written while the session was not open yet. */
static void
on_opened (OuioedRecording *recording, gpointer user_data)
{
  OuioedTalk *self = user_data;

  for (guint i = 0; i < self->turns->len; i++)
    {
      OuioedTurn *turn = self->turns->pdata[i];

      for (guint k = 0; k < turn->open_texts->len; k++)
        {
          OuioedOpenText *open = turn->open_texts->pdata[k];

          ouioed_hub_grow_step (self->recorder->hub, ouioed_recording_get_id (recording), open->id, open->text->str,
                                open->text->len);
        }
    }
  ouioed_talk_show (self, TRUE);
}

static void
on_idle (OuioedRecording *recording, gpointer user_data)
{
  OuioedRecorder *recorder = ((OuioedTalk *) user_data)->recorder;

  g_hash_table_remove (recorder->talks, ouioed_recording_get_id (recording));
  ouioed_recorder_check_written (recorder);
}

static const OuioedRecordingFuncs recording_funcs = { on_opened, on_idle };

/* What earlier calls of the session have cost. */
static OuioeGeneration *
load_sum (OuioedHub *hub, const char *session_id)
{
  OuioedChannel *channel = ouioed_hub_find (hub, session_id);
  const OuioedSessionRecord *record = channel != NULL ? ouioed_channel_get_record (channel) : NULL;

  return record != NULL && record->generation != NULL ? ouioe_generation_copy (record->generation) : ouioe_generation_new ();
}

OuioedTalk *
ouioed_talk_ensure (OuioedRecorder *recorder, const char *session_id)
{
  OuioedTalk *self = g_hash_table_lookup (recorder->talks, session_id);

  if (self != NULL)
    return self;
  self = g_new0 (OuioedTalk, 1);
  self->recorder = recorder;
  self->recording = ouioed_recording_new (recorder->hub, session_id, &recording_funcs, self);
  self->turns = g_ptr_array_new ();
  self->sum = load_sum (recorder->hub, session_id);
  self->n_calls = self->sum->n_calls;
  g_hash_table_insert (recorder->talks, (char *) ouioed_recording_get_id (self->recording), self);
  return self;
}

void
ouioed_talk_free (OuioedTalk *self)
{
  ouioed_recording_free (self->recording);
  ouioe_generation_unref (self->sum);
  g_ptr_array_unref (self->turns);
  g_free (self);
}

static OuioeThinkingContext *
make_context (OuioedTurn *turn)
{
  json_t *object = json_pack ("{s:s, s:s, s:s*, s:s}", "source", "proxy",
                              "upstream", ouioed_call_get_upstream (turn->call)->name,
                              "model", turn->request->model, "path", turn->path);
  char *dump = json_dumps (object, JSON_COMPACT);
  OuioeThinkingContext *context = ouioe_thinking_context_new (turn->request->title != NULL ? turn->request->title : "", dump);

  free (dump);
  json_decref (object);
  return context;
}

void
ouioed_talk_join (OuioedTalk *self, OuioedTurn *turn)
{
  g_autoptr(OuioeThinkingContext) context = make_context (turn);

  turn->talk = self;
  turn->number = ++self->n_calls;
  g_ptr_array_add (self->turns, turn);
  if (self->turns->len > 1 && turn->request->title != NULL && ouioed_recording_is_open (self->recording))
    ouioed_hub_set_user_request (self->recorder->hub, ouioed_recording_get_id (self->recording), turn->request->title);
  ouioed_recording_begin (self->recording, turn->user_id, context);
}

void
ouioed_talk_leave (OuioedTalk *self, OuioedTurn *turn, const char *outcome)
{
  OuioeGeneration *generation;

  add_call (self->sum, ouioe_transcript_get_generation (turn->transcript));
  set_text (&self->sum->upstream, ouioed_call_get_upstream (turn->call)->name);
  if (self->sum->model == NULL)
    set_text (&self->sum->model, turn->request->model);
  g_ptr_array_remove (self->turns, turn);
  turn->talk = NULL;

  generation = ouioed_talk_build (self);
  if (self->turns->len == 0)
    {
      generation->phase = OUIOE_PHASE_NONE;
      generation->phase_since_us = 0;
      generation->stalled_since_us = 0;
      generation->can_stop = generation->can_answer_now = FALSE;
    }
  ouioed_recording_end (self->recording, outcome, generation);   /* may free the talk */
}
