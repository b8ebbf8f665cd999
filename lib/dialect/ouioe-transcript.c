/* ouioe-transcript.c - one answer of a model, as steps, updates, phases and numbers
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-transcript-private.h"

#include <string.h>

#define MAX_REFUSAL  OUIOE_TRANSCRIPT_MAX_MESSAGE
#define SHOWN_ARGUMENTS 2000   /* bytes of arguments in a message */

gsize
ouioe_transcript_cut (const char *text, gsize len, gsize max)
{
  if (len <= max)
    return len;
  while (max > 0 && ((guint8) text[max] & 0xc0) == 0x80)
    max--;
  return max;
}

static char *
cut_name (const char *name)
{
  return name != NULL ? g_strndup (name, ouioe_transcript_cut (name, strlen (name), OUIOE_TRANSCRIPT_MAX_NAME)) : NULL;
}

void
ouioe_transcript_changed (OuioeTranscript *self)
{
  if (self->funcs->changed != NULL)
    self->funcs->changed (self->user_data);
}

/* ---- choices ---- */

OuioeTranscriptChoice *
ouioe_transcript_get_choice (OuioeTranscript *self, guint index)
{
  if (self->choices[index] == NULL)
    {
      OuioeTranscriptChoice *choice = g_new0 (OuioeTranscriptChoice, 1);

      choice->transcript = self;
      choice->index = index;
      choice->builder = ouioe_step_builder_new (ouioe_transcript_on_step, ouioe_transcript_on_grow, choice);
      choice->answer = g_string_new (NULL);
      choice->answer_pieces = g_array_new (FALSE, FALSE, sizeof (OuioeTranscriptPiece));
      self->choices[index] = choice;
    }
  return self->choices[index];
}

void
ouioe_transcript_choice_free (OuioeTranscriptChoice *choice)
{
  ouioe_step_builder_free (choice->builder);
  g_clear_pointer (&choice->pending, g_array_unref);
  g_clear_pointer (&choice->tokens, g_array_unref);
  g_string_free (choice->answer, TRUE);
  g_array_unref (choice->answer_pieces);
  if (choice->refusal != NULL)
    g_string_free (choice->refusal, TRUE);
  if (choice->arguments != NULL)
    g_string_free (choice->arguments, TRUE);
  g_free (choice->step_id);
  g_free (choice->tool);
  g_free (choice->tool_id);
  g_free (choice);
}

/* Ends the open step. */
static void
flush (OuioeTranscriptChoice *choice, OuioeStepBorder border)
{
  ouioe_step_builder_flush (choice->builder, border, choice->transcript->now_us);
}

/* ---- calls of tools ---- */

static void
end_call (OuioeTranscriptChoice *choice)
{
  const char *name = choice->tool != NULL ? choice->tool : "a function";
  g_autoptr(GString) message = NULL;
  json_t *update, *call;
  gsize n;

  if (!choice->in_call)
    return;
  choice->in_call = FALSE;
  if (choice->arguments == NULL || choice->arguments->len == 0)
    return;

  n = ouioe_transcript_cut (choice->arguments->str, choice->arguments->len, SHOWN_ARGUMENTS);
  message = g_string_new (name);
  g_string_append_c (message, ' ');
  g_string_append_len (message, choice->arguments->str, (gssize) n);
  if (n < choice->arguments->len)
    g_string_append (message, "…");

  call = json_object ();
  json_object_set_new (call, "tool", choice->tool != NULL ? json_string (choice->tool) : NULL);
  json_object_set_new (call, "call_id", choice->tool_id != NULL ? json_string (choice->tool_id) : NULL);
  json_object_set_new (call, "arguments", json_stringn (choice->arguments->str, choice->arguments->len));
  if (choice->arguments_cut)
    json_object_set_new (call, "arguments_cut", json_true ());
  update = ouioe_transcript_make_update ("progress", message->str, message->len, "tool call",
                                         ouioe_phase_to_string (OUIOE_PHASE_TOOL));
  json_object_set_new (update, "intermediate_findings", json_pack ("[o]", call));
  ouioe_transcript_send_update (choice->transcript, update);
}

static void
take_tool_call (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  g_autofree char *name = cut_name (event->name);
  g_autofree char *verb = g_strdup_printf ("calling %s", name != NULL ? name : "a function");

  end_call (choice);
  flush (choice, OUIOE_STEP_BORDER_TOOL_CALL);
  choice->phase = OUIOE_PHASE_NONE;   /* each call is told */
  ouioe_transcript_enter (choice->transcript, choice, OUIOE_PHASE_TOOL, "progress", verb, "tool call");
  choice->in_call = TRUE;
  choice->arguments_cut = FALSE;
  g_free (choice->tool);
  g_free (choice->tool_id);
  choice->tool = g_steal_pointer (&name);
  choice->tool_id = cut_name (event->id);
  if (choice->arguments != NULL)
    g_string_truncate (choice->arguments, 0);
}

static void
take_arguments (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  gsize n;

  if (choice->arguments == NULL)
    choice->arguments = g_string_new (NULL);
  n = choice->arguments_cut ? 0
    : ouioe_transcript_cut (event->text, event->len, OUIOE_TRANSCRIPT_MAX_DETAIL - choice->arguments->len);
  g_string_append_len (choice->arguments, event->text, (gssize) n);
  choice->arguments_cut |= n < event->len;
}

/* ---- thinking and answer ---- */

static void
note_text (OuioeTranscript *self)
{
  gboolean first = self->first_text_us == 0;

  if (first)
    self->first_text_us = self->now_us;
  self->last_text_us = self->now_us;
  if (!first || self->begin_us == 0 || ouioe_transcript_is_counted (self) || (self->flags & OUIOE_DIALECT_WHOLE) != 0)
    return;
  self->generation->time_to_first_token_us = MAX (self->now_us - self->begin_us, 0);
  ouioe_transcript_changed (self);
}

static void
take_thinking (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  end_call (choice);
  choice->transcript->thought = TRUE;
  ouioe_transcript_enter (choice->transcript, choice, OUIOE_PHASE_THINKING, "thinking_aloud", "thinking", "thinking");
  ouioe_transcript_place_tokens (choice, event->len);
  ouioe_step_builder_add (choice->builder, event->text, event->len, choice->transcript->now_us);
}

static void
note_answer_piece (OuioeTranscriptChoice *choice)
{
  OuioeTranscriptPiece piece = { choice->answer->len, choice->transcript->now_us };
  guint n = choice->answer_pieces->len;

  if (n >= OUIOE_TRANSCRIPT_MAX_PIECES
      || (n > 0 && piece.time_us - g_array_index (choice->answer_pieces, OuioeTranscriptPiece, n - 1).time_us
          < OUIOE_STEP_JOIN_MS * 1000))
    return;
  g_array_append_val (choice->answer_pieces, piece);
}

static void
take_content (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  OuioeTranscript *self = choice->transcript;
  gsize n = choice->answer_cut ? 0
    : ouioe_transcript_cut (event->text, event->len, OUIOE_TRANSCRIPT_MAX_ANSWER - self->answer_bytes);

  end_call (choice);
  flush (choice, OUIOE_STEP_BORDER_END);
  ouioe_transcript_place_tokens (choice, 0);
  ouioe_transcript_enter (self, choice, OUIOE_PHASE_ANSWER, "progress", "answering", "answering");
  if (n > 0)
    note_answer_piece (choice);
  g_string_append_len (choice->answer, event->text, (gssize) n);
  self->answer_bytes += n;
  choice->answer_cut |= n < event->len;
}

/* Its span was told as the answer; with one choice it is known to have been thinking. */
static void
rename_answer (OuioeTranscript *self)
{
  OuioeGeneration *generation = self->generation;

  for (guint i = 1; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL)
      return;
  for (guint i = 0; i < generation->spans->len; i++)
    {
      OuioePhaseSpan *span = &g_array_index (generation->spans, OuioePhaseSpan, i);

      if (span->phase == OUIOE_PHASE_ANSWER)
        span->phase = OUIOE_PHASE_THINKING;
    }
  generation->spent_us[OUIOE_PHASE_THINKING] += generation->spent_us[OUIOE_PHASE_ANSWER];
  generation->spent_us[OUIOE_PHASE_ANSWER] = 0;
  if (generation->phase == OUIOE_PHASE_ANSWER)
    generation->phase = OUIOE_PHASE_THINKING;
  ouioe_transcript_changed (self);
}

static void
take_content_as_thinking (OuioeTranscriptChoice *choice)
{
  OuioeTranscript *self = choice->transcript;

  self->thought = TRUE;
  rename_answer (self);
  for (guint i = 0; i < choice->answer_pieces->len; i++)
    {
      const OuioeTranscriptPiece *piece = &g_array_index (choice->answer_pieces, OuioeTranscriptPiece, i);
      gsize end = i + 1 < choice->answer_pieces->len ? piece[1].at : choice->answer->len;

      ouioe_step_builder_add (choice->builder, choice->answer->str + piece->at, end - piece->at, piece->time_us);
    }
  flush (choice, OUIOE_STEP_BORDER_END);
  if (choice->answer_cut)
    ouioe_transcript_tell (self, "warning", "some thinking is left out: it came as an answer, and was too long to be kept",
                           "thinking", OUIOE_PHASE_THINKING);
  self->answer_bytes -= choice->answer->len;
  g_string_truncate (choice->answer, 0);
  g_array_set_size (choice->answer_pieces, 0);
  choice->answer_cut = FALSE;
  choice->phase = OUIOE_PHASE_THINKING;   /* so that the answer, when it comes, is told */
}

static void
take_refusal (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  OuioeTranscript *self = choice->transcript;
  gsize n = ouioe_transcript_cut (event->text, event->len, MAX_REFUSAL - MIN (self->refusal_bytes, MAX_REFUSAL));

  end_call (choice);
  flush (choice, OUIOE_STEP_BORDER_END);
  ouioe_transcript_enter (self, choice, OUIOE_PHASE_ANSWER, "progress", "refusing", "refusing");
  if (choice->refusal == NULL)
    choice->refusal = g_string_new (NULL);
  g_string_append_len (choice->refusal, event->text, (gssize) n);
  self->refusal_bytes += n;
}

/* A block of thinking that is there, but nobody can read it. */
static void
take_opaque (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  OuioeTranscript *self = choice->transcript;
  g_autofree char *type = g_strndup (event->text, ouioe_transcript_cut (event->text, event->len, OUIOE_TRANSCRIPT_MAX_NAME));
  g_autofree char *message = type != NULL && *type != '\0' ? g_strdup_printf ("thinking that cannot be read (%s)", type)
    : g_strdup ("thinking that cannot be read");

  if (choice->opaque)
    return;
  if (choice->phase == OUIOE_PHASE_NONE)
    ouioe_transcript_enter (self, choice, OUIOE_PHASE_THINKING, "thinking_aloud", "thinking", "thinking");
  choice->opaque = TRUE;
  ouioe_transcript_tell (self, "thinking_aloud", message, "thinking", OUIOE_PHASE_THINKING);
}

static void
take_finish (OuioeTranscriptChoice *choice, const OuioeDialectEvent *event)
{
  OuioeTranscript *self = choice->transcript;

  end_call (choice);
  flush (choice, OUIOE_STEP_BORDER_END);
  choice->finished = TRUE;
  if (self->finish != NULL)
    return;
  self->finish = event->text != NULL ? cut_name (event->text) : g_strdup ("");
  self->generation->finish_reason = event->text != NULL ? g_strdup (self->finish) : NULL;
  ouioe_transcript_changed (self);
}

/* C strings end at U+0000, which a model hardly sends: it is shown as what it is. */
static char *
without_nul (const char *text, gsize len)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < len; i++)
    if (text[i] == '\0')
      g_string_append (out, "\xef\xbf\xbd");
    else
      g_string_append_c (out, text[i]);
  return g_string_free (out, FALSE);
}

/* ---- events ---- */

gboolean
ouioe_transcript_is_counted (OuioeTranscript *self)
{
  return self->interval_us != 0 && !self->timed;
}

static void
take_time (OuioeTranscript *self, const OuioeDialectEvent *event)
{
  gint64 time_us = self->fed_us;

  if (self->n_events == 0)
    {
      self->first_record = event->record;
      self->timed = self->recorded_times && event->time_us != 0;
    }
  if (self->timed)
    time_us = event->time_us;
  else if (self->interval_us != 0)
    time_us = 1 + (gint64) (event->record - self->first_record) * self->interval_us;
  /* A clock that steps back does not, and a record without a time has the last one. */
  self->now_us = MAX (self->now_us, time_us);
  if (self->n_events++ == 0)
    self->first_us = self->now_us;
  if (self->generation->dialect == NULL && ouioe_dialect_get_format (self->dialect) != OUIOE_DIALECT_AUTO)
    self->generation->dialect = g_strdup (ouioe_dialect_format_to_string (ouioe_dialect_get_format (self->dialect)));
}

/* Those of a choice. */
static void
take_choice_event (OuioeTranscript *self, const OuioeDialectEvent *event)
{
  OuioeTranscriptChoice *choice;

  g_return_if_fail (event->choice < OUIOE_DIALECT_MAX_CHOICES);

  choice = ouioe_transcript_get_choice (self, event->choice);
  if (event->kind != OUIOE_DIALECT_EVENT_OPAQUE && event->kind != OUIOE_DIALECT_EVENT_PART)
    choice->opaque = FALSE;
  if (event->kind == OUIOE_DIALECT_EVENT_THINKING || event->kind == OUIOE_DIALECT_EVENT_CONTENT)
    note_text (self);

  switch (event->kind)
    {
    case OUIOE_DIALECT_EVENT_THINKING:
      take_thinking (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT:
      take_content (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING:
      take_content_as_thinking (choice);
      return;
    case OUIOE_DIALECT_EVENT_PART:
      flush (choice, OUIOE_STEP_BORDER_PART);
      return;
    case OUIOE_DIALECT_EVENT_OPAQUE:
      take_opaque (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_REFUSAL:
      take_refusal (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_TOKEN:
      ouioe_transcript_take_token (choice, event->token);
      return;
    case OUIOE_DIALECT_EVENT_TOOL_CALL:
      take_tool_call (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS:
      take_arguments (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_FINISH:
      take_finish (choice, event);
      return;
    case OUIOE_DIALECT_EVENT_META:
    case OUIOE_DIALECT_EVENT_RESPONSE_ID:
    case OUIOE_DIALECT_EVENT_PROMPT_PROGRESS:
    case OUIOE_DIALECT_EVENT_PROGRESS:
    case OUIOE_DIALECT_EVENT_USAGE:
    case OUIOE_DIALECT_EVENT_ERROR:
    case OUIOE_DIALECT_EVENT_GARBLED:
    default:
      return;
    }
}

void
ouioe_transcript_take (OuioeTranscript *self, const OuioeDialectEvent *event)
{
  if (event->kind == OUIOE_DIALECT_EVENT_GARBLED)
    {
      self->n_garbled++;
      return;
    }
  take_time (self, event);
  self->recognized |= event->kind != OUIOE_DIALECT_EVENT_USAGE && event->kind != OUIOE_DIALECT_EVENT_RESPONSE_ID;

  switch (event->kind)
    {
    case OUIOE_DIALECT_EVENT_META:
      g_free (self->generation->model);
      self->generation->model = cut_name (event->name);
      ouioe_transcript_changed (self);
      return;
    case OUIOE_DIALECT_EVENT_RESPONSE_ID:
      if (self->response_id == NULL)
        self->response_id = cut_name (event->id);
      return;
    case OUIOE_DIALECT_EVENT_PROMPT_PROGRESS:
      ouioe_transcript_take_prompt_progress (self, event);
      return;
    case OUIOE_DIALECT_EVENT_PROGRESS:
      ouioe_transcript_take_progress (self, event);
      return;
    case OUIOE_DIALECT_EVENT_USAGE:
      ouioe_transcript_take_usage (self, event->usage);
      return;
    case OUIOE_DIALECT_EVENT_ERROR:
      if (self->error == NULL)
        self->error = without_nul (event->text, ouioe_transcript_cut (event->text, event->len, OUIOE_TRANSCRIPT_MAX_DETAIL));
      return;
    case OUIOE_DIALECT_EVENT_THINKING:
    case OUIOE_DIALECT_EVENT_CONTENT:
    case OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING:
    case OUIOE_DIALECT_EVENT_PART:
    case OUIOE_DIALECT_EVENT_OPAQUE:
    case OUIOE_DIALECT_EVENT_REFUSAL:
    case OUIOE_DIALECT_EVENT_TOKEN:
    case OUIOE_DIALECT_EVENT_TOOL_CALL:
    case OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS:
    case OUIOE_DIALECT_EVENT_FINISH:
      take_choice_event (self, event);
      return;
    case OUIOE_DIALECT_EVENT_GARBLED:
    default:
      return;
    }
}

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  ouioe_transcript_take (user_data, event);
}

/* ---- the transcript ---- */

OuioeTranscript *
ouioe_transcript_new (OuioeDialectFormat format, OuioeDialectFlags flags, const char *id_prefix, gint64 begin_us,
                      const OuioeTranscriptFuncs *funcs, gpointer user_data)
{
  OuioeTranscript *self = g_new0 (OuioeTranscript, 1);

  self->dialect = ouioe_dialect_new (format, flags, on_event, self);
  self->flags = flags;
  self->funcs = funcs;
  self->user_data = user_data;
  self->id_prefix = g_strdup (id_prefix);
  self->begin_us = begin_us;
  self->now_us = begin_us;
  self->fed_us = begin_us;
  self->usage = (OuioeDialectUsage) { -1, -1, -1, -1, -1, -1, -1, NULL };
  self->generation = ouioe_generation_new ();
  self->generation->n_calls = 1;
  self->generation->n_under_way = 1;
  if (begin_us != 0)
    ouioe_generation_enter (self->generation, OUIOE_PHASE_WAITING, begin_us);
  return self;
}

void
ouioe_transcript_free (OuioeTranscript *self)
{
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    {
      if (self->choices[i] != NULL && self->choices[i]->step_id != NULL && self->funcs->drop != NULL)
        self->funcs->drop (self->choices[i]->step_id, self->user_data);
      g_clear_pointer (&self->choices[i], ouioe_transcript_choice_free);
    }
  for (guint i = 0; i < self->n_works; i++)
    ouioe_transcript_work_clear (&self->works[i]);
  ouioe_dialect_free (self->dialect);
  ouioe_generation_unref (self->generation);
  g_free (self->id_prefix);
  g_free (self->error);
  g_free (self->finish);
  g_free (self->response_id);
  g_free (self);
}

void
ouioe_transcript_begin (OuioeTranscript *self)
{
  if (self->generation->phase != OUIOE_PHASE_WAITING)
    return;
  ouioe_transcript_tell (self, "progress", "waiting for the model", "waiting", OUIOE_PHASE_WAITING);
  ouioe_transcript_changed (self);
}

void
ouioe_transcript_set_recorded_times (OuioeTranscript *self, gboolean recorded_times, gint64 interval_us)
{
  g_return_if_fail (self->n_events == 0 && self->begin_us == 0);

  self->recorded_times = recorded_times;
  self->interval_us = interval_us;
}

void
ouioe_transcript_feed (OuioeTranscript *self, const char *data, gsize len, gint64 time_us)
{
  g_return_if_fail (!self->ended);

  self->fed_us = time_us;
  ouioe_dialect_feed (self->dialect, data, len);
}

void
ouioe_transcript_end (OuioeTranscript *self, OuioeTranscriptEnd how, const char *detail, gint64 time_us)
{
  g_autofree char *words = detail != NULL ? g_utf8_make_valid (detail, -1) : NULL;

  g_return_if_fail (!self->ended);

  self->fed_us = time_us;
  ouioe_dialect_end (self->dialect);
  if (!self->timed && self->interval_us == 0)
    self->now_us = MAX (self->now_us, time_us);
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL)
      {
        flush (self->choices[i], OUIOE_STEP_BORDER_END);
        end_call (self->choices[i]);
      }
  ouioe_transcript_end_works (self);
  ouioe_transcript_tell_end (self, how, words);

  self->ended = TRUE;
  self->generation->n_under_way = 0;
  if (!ouioe_transcript_is_counted (self))
    ouioe_generation_enter (self->generation, OUIOE_PHASE_NONE, self->now_us);
  self->generation->phase = OUIOE_PHASE_NONE;
  ouioe_transcript_changed (self);
}

const char *
ouioe_transcript_get_outcome (OuioeTranscript *self)
{
  return self->outcome;
}

const OuioeGeneration *
ouioe_transcript_get_generation (OuioeTranscript *self)
{
  return self->generation;
}

gint64
ouioe_transcript_get_begin_us (OuioeTranscript *self)
{
  return self->begin_us != 0 ? self->begin_us : self->first_us;
}

gboolean
ouioe_transcript_get_timed (OuioeTranscript *self)
{
  return self->timed;
}

OuioeDialect *
ouioe_transcript_get_dialect (OuioeTranscript *self)
{
  return self->dialect;
}

const char *
ouioe_transcript_get_response_id (OuioeTranscript *self)
{
  return self->response_id;
}

guint64
ouioe_transcript_get_n_garbled (OuioeTranscript *self)
{
  return self->n_garbled;
}
