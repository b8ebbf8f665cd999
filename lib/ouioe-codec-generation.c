/* ouioe-codec-generation.c - what is known of the model's work <-> JSON
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <math.h>

#include "ouioe-codec-private.h"
#include "ouioe-generation-private.h"

#define MAX_SECONDS 1e12 /* what still is an exact number of microseconds */

/* ---- writing ---- */

static void
write_key (GString *out, const char *key)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  g_string_append (out, key);
}

static void
write_text (GString *out, const char *key, const char *text)
{
  if (text == NULL)
    return;

  write_key (out, key);
  ouioe_json_write_string (out, text, -1);
}

static void
write_time (GString *out, const char *key, gint64 time_us)
{
  if (time_us == 0)
    return;

  write_key (out, key);
  ouioe_json_write_time (out, time_us);
}

static void
write_count (GString *out, const char *key, gint64 count)
{
  if (count < 0)
    return;

  write_key (out, key);
  ouioe_json_write_uint (out, (guint64) count);
}

static void
write_number (GString *out, const char *key, double number)
{
  if (!isfinite (number) || number < 0)
    return;

  write_key (out, key);
  ouioe_json_write_double (out, number);
}

static void
write_flag (GString *out, const char *key, gboolean flag)
{
  if (!flag)
    return;

  write_key (out, key);
  ouioe_json_write_bool (out, TRUE);
}

static void
write_phase_seconds (GString *out, const OuioeGeneration *self)
{
  gboolean is_first = TRUE;

  for (guint i = OUIOE_PHASE_WAITING; i < G_N_ELEMENTS (self->spent_us); i++)
    if (self->spent_us[i] > 0)
      {
        if (is_first)
          write_key (out, OUIOE_KEY (F_PHASE_SECONDS) "{");
        is_first = FALSE;
        write_key (out, "\"");
        g_string_append (out, ouioe_phase_to_string ((OuioePhase) i));
        g_string_append (out, "\":");
        ouioe_json_write_double (out, ouioe_codec_seconds (self->spent_us[i]));
      }

  if (!is_first)
    g_string_append_c (out, '}');
}

static void
write_estimate (GString *out, const OuioeGeneration *self)
{
  double low, high;
  guint runs;

  if (!ouioe_generation_get_estimate ((OuioeGeneration *) self, &low, &high, &runs))
    return;

  write_key (out, OUIOE_KEY (F_ESTIMATE) "{");
  write_number (out, OUIOE_KEY (F_LOW), low);
  write_number (out, OUIOE_KEY (F_HIGH), high);
  write_count (out, OUIOE_KEY (F_RUNS), runs);
  g_string_append_c (out, '}');
}

static void
write_spans (GString *out, const OuioeGeneration *self)
{
  if (self->spans->len == 0)
    return;

  write_key (out, OUIOE_KEY (F_PHASES) "[");
  for (guint i = 0; i < self->spans->len; i++)
    {
      const OuioePhaseSpan *span = &g_array_index (self->spans, OuioePhaseSpan, i);

      g_string_append (out, i == 0 ? "{" : ",{");
      write_text (out, OUIOE_KEY (F_PHASE), ouioe_phase_to_string (span->phase));
      write_key (out, OUIOE_KEY (F_BEGIN));
      ouioe_json_write_time (out, span->begin_us);
      write_time (out, OUIOE_KEY (F_END), span->end_us);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
}

void
ouioe_generation_write (const OuioeGeneration *self, GString *out)
{
  g_string_append_c (out, '{');
  write_text (out, OUIOE_KEY (F_MODEL), self->model);
  write_text (out, OUIOE_KEY (F_UPSTREAM), self->upstream);
  write_text (out, OUIOE_KEY (F_DIALECT), self->dialect);
  write_text (out, OUIOE_KEY (F_PHASE), ouioe_phase_to_string (self->phase));
  write_time (out, OUIOE_KEY (F_PHASE_SINCE), self->phase_since_us);
  write_time (out, OUIOE_KEY (F_STALLED_SINCE), self->stalled_since_us);
  write_count (out, OUIOE_KEY (F_CALLS), self->n_calls);
  if (self->n_under_way > 0)
    write_count (out, OUIOE_KEY (F_CALLS_UNDER_WAY), self->n_under_way);
  write_count (out, OUIOE_KEY (F_INPUT_TOKENS), self->input_tokens);
  write_count (out, OUIOE_KEY (F_OUTPUT_TOKENS), self->output_tokens);
  write_count (out, OUIOE_KEY (F_THINKING_TOKENS), self->thinking_tokens);
  write_number (out, OUIOE_KEY (F_TOKENS_PER_SECOND), self->tokens_per_second);
  write_number (out, OUIOE_KEY (F_TIME_TO_FIRST_TOKEN), ouioe_generation_get_time_to_first_token ((OuioeGeneration *) self));
  write_number (out, OUIOE_KEY (F_THINKING_SHARE), ouioe_generation_get_thinking_share ((OuioeGeneration *) self));
  write_phase_seconds (out, self);
  write_text (out, OUIOE_KEY (F_FINISH_REASON), self->finish_reason);
  write_flag (out, OUIOE_KEY (F_CAN_STOP), self->can_stop);
  write_flag (out, OUIOE_KEY (F_CAN_ANSWER_NOW), self->can_answer_now);
  write_estimate (out, self);
  write_spans (out, self);
  g_string_append_c (out, '}');
}

/* ---- reading: what is absent stays unknown ---- */

static void
read_text (OuioeReader *reader, const char *field, char **value)
{
  OuioeText text;

  if (!ouioe_read_text (reader, field, OUIOE_READ_NULLABLE, &text))
    return;

  *value = ouioe_text_to_c (&text);
  ouioe_text_clear (&text);
}

static void
read_time (OuioeReader *reader, const char *field, gint64 *time_us)
{
  const json_t *text = ouioe_read_string (reader, field, OUIOE_READ_NULLABLE);

  if (text != NULL && !ouioe_json_parse_time (json_string_value (text), time_us))
    ouioe_reader_fail (reader, field, "datetime_parsing", "must be a time");
}

static void
read_duration (OuioeReader *reader, const char *field, gint64 *us)
{
  double seconds;

  if (ouioe_read_number (reader, field, OUIOE_READ_NULLABLE, 0, MAX_SECONDS, &seconds))
    *us = llround (seconds * G_USEC_PER_SEC);
}

static void
read_guint (OuioeReader *reader, const char *field, guint *value)
{
  gint64 number;

  if (ouioe_read_integer (reader, field, OUIOE_READ_NULLABLE, 0, G_MAXUINT, &number))
    *value = (guint) number;
}

static void
read_phase (OuioeReader *reader, OuioePhase *phase)
{
  const json_t *word = ouioe_read_string (reader, F_PHASE, OUIOE_READ_REQUIRED);

  if (word != NULL && !ouioe_phase_from_string (json_string_value (word), phase))
    *phase = OUIOE_PHASE_NONE; /* of a newer service */
}

/* A reader for an object inside; NULL as its body when there is none. */
static OuioeReader
reader_inside (OuioeReader *outer, const char *field, gboolean (*is_good) (const json_t *value))
{
  const json_t *value = json_object_get (outer->body, field);

  if (value != NULL && !is_good (value))
    ouioe_reader_fail (outer, field, "type", "has the wrong type");
  return (OuioeReader) { outer->failed ? NULL : value, outer->problems, outer->failed };
}

static gboolean
is_object (const json_t *value)
{
  return json_is_object (value);
}

static void
read_estimate (OuioeReader *outer, OuioeGeneration *self)
{
  OuioeReader reader = reader_inside (outer, F_ESTIMATE, is_object);

  if (reader.body == NULL)
    return;

  read_duration (&reader, F_LOW, &self->estimate_low_us);
  read_duration (&reader, F_HIGH, &self->estimate_high_us);
  read_guint (&reader, F_RUNS, &self->estimate_runs);
  outer->failed |= reader.failed;
}

static void
read_phase_seconds (OuioeReader *outer, OuioeGeneration *self)
{
  OuioeReader reader = reader_inside (outer, F_PHASE_SECONDS, is_object);

  for (guint i = OUIOE_PHASE_WAITING; reader.body != NULL && i < G_N_ELEMENTS (self->spent_us); i++)
    read_duration (&reader, ouioe_phase_to_string ((OuioePhase) i), &self->spent_us[i]);
  outer->failed |= reader.failed;
}

static void
read_spans (OuioeReader *outer, OuioeGeneration *self)
{
  const json_t *list = json_object_get (outer->body, F_PHASES);
  gsize n = json_array_size (list);

  if (list != NULL && !json_is_array (list))
    ouioe_reader_fail (outer, F_PHASES, "list_type", "must be a list");

  for (gsize i = n > OUIOE_GENERATION_MAX_SPANS ? n - OUIOE_GENERATION_MAX_SPANS : 0; i < n && !outer->failed; i++)
    {
      OuioeReader reader = { json_array_get (list, i), outer->problems, FALSE };
      OuioePhaseSpan span = { OUIOE_PHASE_NONE, 0, 0 };

      read_phase (&reader, &span.phase);
      read_time (&reader, F_BEGIN, &span.begin_us);
      read_time (&reader, F_END, &span.end_us);
      g_array_append_val (self->spans, span);
      outer->failed |= reader.failed;
    }
}

OuioeGeneration *
ouioe_generation_read (const char *json, gsize len)
{
  g_autoptr(OuioeGeneration) self = ouioe_generation_new ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = ouioe_codec_parse_object (json, len, problems, NULL);
  OuioeReader reader = { root, problems, FALSE };

  if (root == NULL)
    return NULL;

  read_text (&reader, F_MODEL, &self->model);
  read_text (&reader, F_UPSTREAM, &self->upstream);
  read_text (&reader, F_DIALECT, &self->dialect);
  read_phase (&reader, &self->phase);
  read_time (&reader, F_PHASE_SINCE, &self->phase_since_us);
  read_time (&reader, F_STALLED_SINCE, &self->stalled_since_us);
  read_guint (&reader, F_CALLS, &self->n_calls);
  read_guint (&reader, F_CALLS_UNDER_WAY, &self->n_under_way);
  ouioe_read_integer (&reader, F_INPUT_TOKENS, OUIOE_READ_NULLABLE, 0, G_MAXINT64, &self->input_tokens);
  ouioe_read_integer (&reader, F_OUTPUT_TOKENS, OUIOE_READ_NULLABLE, 0, G_MAXINT64, &self->output_tokens);
  ouioe_read_integer (&reader, F_THINKING_TOKENS, OUIOE_READ_NULLABLE, 0, G_MAXINT64, &self->thinking_tokens);
  ouioe_read_number (&reader, F_TOKENS_PER_SECOND, OUIOE_READ_NULLABLE, 0, G_MAXDOUBLE, &self->tokens_per_second);
  read_duration (&reader, F_TIME_TO_FIRST_TOKEN, &self->time_to_first_token_us);
  read_phase_seconds (&reader, self);
  read_text (&reader, F_FINISH_REASON, &self->finish_reason);
  ouioe_read_bool (&reader, F_CAN_STOP, OUIOE_READ_NULLABLE, &self->can_stop);
  ouioe_read_bool (&reader, F_CAN_ANSWER_NOW, OUIOE_READ_NULLABLE, &self->can_answer_now);
  read_estimate (&reader, self);
  read_spans (&reader, self);
  return reader.failed ? NULL : g_steal_pointer (&self);
}
