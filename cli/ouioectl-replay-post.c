/* ouioectl-replay-post.c - a replay into a session: its events happen again, at their times
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The session says that it is a replay, and of what, in its title and its context. Events get new ids and times; what they say,
 * and the rhythm in which a step came, stays.
 */
#include "config.h"

#include "ouioectl-replay.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-player.h"
#include "ouioectl-session.h"

/* How the session ends when the recording does not tell. */
#define NO_OUTCOME "replayed"

typedef struct {
  OuioeClient *client;
  const char  *session;
  char        *outcome;    /* of the recording, NULL before it came */
  GError      *error;
} Post;

/* A member of a start or an end, or "". */
static char *
read_member (OuioeEvent *event, const char *name)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  json_t *object = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  const char *text = json_string_value (json_object_get (object, name));
  char *copy = g_strdup (text != NULL ? text : "");

  json_decref (object);
  return copy;
}

static OuioeThinkingContext *
make_context (const OuioectlReplay *replay)
{
  OuioeEvent *first = replay->events->pdata[0];
  gboolean has_start = ouioe_event_get_kind (first) == OUIOE_EVENT_SESSION_START;
  g_autofree char *request = has_start ? read_member (first, "user_request") : NULL;
  const char *what = request != NULL && *request != '\0' ? request : replay->source;
  g_autofree char *title = g_strdup_printf ("replay: %s", what);   /* stored: not translated */
  g_autofree char *valid = g_utf8_make_valid (title, -1);
  g_autofree char *source = g_utf8_make_valid (replay->source, -1);
  g_autoptr(GDateTime) begin = g_date_time_new_from_unix_utc (ouioe_event_get_time_us (first) / G_USEC_PER_SEC);
  g_autofree char *recorded = begin != NULL ? g_date_time_format_iso8601 (begin) : g_strdup ("");
  json_t *object = json_pack ("{s:s, s:s, s:s, s:f}", "source", "replay", "replay_of", source, "recorded", recorded, "speed",
                              replay->speed);
  char *dump = json_dumps (object, JSON_COMPACT);
  OuioeThinkingContext *context = ouioe_thinking_context_new (valid, dump);

  free (dump);
  json_decref (object);
  return context;
}

static gboolean
begin (Post *self, const OuioectlReplay *replay)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(OuioeThinkingContext) context = make_context (replay);

  config.debug_mode = TRUE;
  if (ouioe_client_create_session (self->client, self->session, g_get_user_name (), &config, context, NULL, &self->error))
    return TRUE;
  if (!g_error_matches (self->error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS))
    return FALSE;
  g_clear_error (&self->error);
  return TRUE;
}

static gboolean
on_event (OuioeEvent *event, gpointer user_data)
{
  Post *self = user_data;
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);

  if (ouioe_event_get_kind (event) == OUIOE_EVENT_SESSION_END)
    {
      g_free (self->outcome);
      self->outcome = read_member (event, "outcome");
    }
  if (step != NULL)
    return ouioe_client_append_thinking (self->client, self->session, step, NULL, &self->error);
  if (update != NULL)
    return ouioe_client_append_progress (self->client, self->session, update, NULL, &self->error);
  return TRUE;
}

static const OuioectlPlayerFuncs funcs = { .event = on_event };

static gboolean
is_one_session (GPtrArray *events)
{
  for (guint i = 1; i < events->len; i++)
    if (strcmp (ouioe_event_get_session_id (events->pdata[i]), ouioe_event_get_session_id (events->pdata[0])) != 0)
      return FALSE;
  return TRUE;
}

OuioectlExit
ouioectl_replay_post (const OuioectlReplay *replay, const char *session)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (replay->options->address);
  g_autoptr(OuioectlPlayer) player = NULL;
  Post self = { .client = client, .session = session };
  g_autofree char *recorded = NULL;
  g_autoptr(GError) error = NULL;
  const char *outcome;
  OuioectlExit status;

  if (!is_one_session (replay->events))
    {
      ouioectl_complain (_("--into: %s holds more than one session"), replay->source);
      return OUIOECTL_EXIT_FAILED;
    }
  if (strcmp (ouioe_event_get_session_id (replay->events->pdata[0]), session) == 0 && strcmp (replay->source, session) == 0)
    {
      ouioectl_complain (_("--into: a session cannot be replayed into itself"));
      return OUIOECTL_EXIT_USAGE;
    }
  if (!begin (&self, replay))
    {
      error = self.error;
      return ouioectl_fail (error);
    }

  player = ouioectl_player_new (replay->events, replay->speed, replay->shorten, &funcs, &self);
  ouioectl_session_print_id (replay->options, session);
  status = ouioectl_player_run (player);
  recorded = self.outcome;
  error = self.error;
  if (error != NULL)
    return ouioectl_fail (error);

  outcome = status != OUIOECTL_EXIT_DONE ? "cancelled" : recorded != NULL && *recorded != '\0' ? recorded : NO_OUTCOME;
  if (!ouioe_client_close_session (client, session, outcome, NULL, &error))
    return ouioectl_fail (error);
  return status;
}
