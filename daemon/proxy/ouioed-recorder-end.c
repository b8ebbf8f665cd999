/* ouioed-recorder-end.c - how a call ended, and what is remembered of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-recorder-private.h"

#include <string.h>

#define MAX_FAILURE_TEXT 1000   /* bytes of what a server says of a failure */

static const char *
find_text (json_t *object, const char *key)
{
  json_t *value = json_object_get (object, key);

  return json_is_object (value) ? json_string_value (json_object_get (value, "message")) : json_string_value (value);
}

/* What a server says of a failure, in the shapes that are in use; else the begin of its text. */
static char *
describe_failure (OuioedTurn *turn)
{
  json_t *root = json_loadb (turn->failure->str, turn->failure->len, 0, NULL);
  const char *text = find_text (root, "error");
  g_autofree char *valid = NULL;
  g_autofree char *brief = NULL;
  char *detail;

  if (text == NULL)
    text = find_text (root, "message");
  if (text == NULL)
    text = find_text (root, "detail");
  if (text == NULL && root == NULL)
    text = valid = g_utf8_make_valid (turn->failure->str, (gssize) turn->failure->len);
  if (text != NULL)
    brief = g_strstrip (ouioed_request_shorten (text, strlen (text), MAX_FAILURE_TEXT));
  if (brief != NULL && *brief != '\0')
    detail = g_strdup_printf ("The model server answered with status %u: %s", turn->status, brief);
  else
    detail = g_strdup_printf ("The model server answered with status %u", turn->status);
  json_decref (root);
  return detail;
}

static OuioeTranscriptEnd
translate_end (OuioedTurn *turn, OuioedCallEnd how)
{
  switch (how)
    {
    case OUIOED_CALL_COMPLETE:
      return turn->failure != NULL ? OUIOE_TRANSCRIPT_FAILED : OUIOE_TRANSCRIPT_COMPLETE;
    case OUIOED_CALL_TRUNCATED:
    case OUIOED_CALL_UPSTREAM_TIMEOUT:
      return turn->status == 0 || turn->failure != NULL ? OUIOE_TRANSCRIPT_FAILED : OUIOE_TRANSCRIPT_BROKEN;
    case OUIOED_CALL_NO_UPSTREAM:
      return OUIOE_TRANSCRIPT_FAILED;
    case OUIOED_CALL_CLIENT_GONE:
    case OUIOED_CALL_STOPPED:
    case OUIOED_CALL_DRAINED:
    default:
      return OUIOE_TRANSCRIPT_CANCELLED;
    }
}

/* What the copy does not let one know is not said. Without the model's own end, an answer that looks whole is not. */
static const char *
find_outcome (OuioedTurn *turn, OuioedCallEnd how)
{
  const char *outcome = ouioe_transcript_get_outcome (turn->transcript);
  gboolean is_unsure = outcome == NULL || g_str_equal (outcome, "truncated");

  if (how == OUIOED_CALL_COMPLETE && is_unsure
      && (turn->decoder == NULL || turn->has_lost || turn->is_strange
          || ouioed_body_decoder_get_problem (turn->decoder) != NULL))
    return "unreadable";
  if (outcome == NULL)   /* not one whole record: nothing says that this is all */
    return how == OUIOED_CALL_COMPLETE ? "truncated" : "cancelled";
  return outcome;
}

static void
end_transcript (OuioedTurn *turn, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  OuioeTranscriptEnd end = translate_end (turn, how);
  g_autofree char *failure = NULL;
  const char *problem = NULL;

  if (turn->decoder != NULL)
    {
      turn->now_us = MAX (turn->now_us, time_us);
      ouioed_body_decoder_end (turn->decoder);
      problem = ouioed_body_decoder_get_problem (turn->decoder);
    }
  if (turn->failure != NULL)
    detail = failure = describe_failure (turn);
  if (problem != NULL && how == OUIOED_CALL_COMPLETE)
    {
      g_autofree char *message = g_strdup_printf ("The answer %s.", problem);

      ouioed_turn_warn (turn, message);
    }
  if (how == OUIOED_CALL_COMPLETE && turn->decoder == NULL && !turn->has_lost)
    ouioed_turn_warn (turn, "The model server switched to another protocol, which is not read.");
  if (turn->has_lost)
    ouioed_turn_warn (turn, "Part of the answer is missing here: it came faster than it could be recorded.");
  ouioe_transcript_end (turn->transcript, end, detail, MAX (turn->now_us, time_us));
}

static void
remember_context (OuioedTurn *turn)
{
  json_t *record = json_loadb (turn->last_line->str, turn->last_line->len, 0, NULL);
  g_autofree char *name = ouioed_request_name_context (record);

  if (name != NULL)
    ouioed_conversations_add_name (turn->recorder->conversations, &turn->scope, name,
                                   ouioed_recording_get_id (turn->talk->recording));
  json_decref (record);
}

/* Later calls may name the answer, and the next estimate knows how long it took. */
static void
remember (OuioedTurn *turn, const char *outcome)
{
  OuioedRecorder *self = turn->recorder;
  const char *response_id = ouioe_transcript_get_response_id (turn->transcript);
  const OuioeGeneration *generation = ouioe_transcript_get_generation (turn->transcript);
  const char *model = generation->model != NULL ? generation->model : turn->request->model;

  if (response_id != NULL)
    ouioed_conversations_add_name (self->conversations, &turn->scope, response_id,
                                   ouioed_recording_get_id (turn->talk->recording));
  if (turn->last_line != NULL)
    remember_context (turn);
  if (model != NULL && ouioed_request_is_model (turn->kind) && g_str_equal (outcome, "done")
      && turn->last_us > 0 && turn->now_us > turn->begin_us)
    ouioed_estimates_add (self->estimates, ouioed_call_get_upstream (turn->call)->name, model, turn->now_us - turn->begin_us);
}

const char *
ouioed_turn_end (OuioedTurn *turn, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  const char *outcome;

  end_transcript (turn, turn->is_stopped ? OUIOED_CALL_STOPPED : how, detail, time_us);
  outcome = find_outcome (turn, how);
  remember (turn, outcome);
  return outcome;
}
