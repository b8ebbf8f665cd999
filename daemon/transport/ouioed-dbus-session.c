/* ouioed-dbus-session.c - one session on the bus: its properties and its signals
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <string.h>

#define NOT_REPORTED (-1.0)

/* ---- properties ---- */

static char *
repair (const char *text)
{
  return ouioed_dbus_repair_text (text != NULL ? text : "", text != NULL ? strlen (text) : 0);
}

static void
session_set_percentage (OuioedDbusSession *self)
{
  g_autoptr(OuioeEvent) event = g_steal_pointer (&self->percentage);
  g_autoptr(OuioeProgressUpdate) update = event != NULL ? ouioe_codec_decode_update (event, NULL) : NULL;

  if (update != NULL && update->has_percentage)
    ouioed_bus_iface_session_set_percentage (self->iface, update->percentage);
}

static void
session_set_activity (OuioedDbusSession *self)
{
  g_autoptr(OuioeEvent) event = g_steal_pointer (&self->activity);
  g_autoptr(OuioeProgressUpdate) update = event != NULL ? ouioe_codec_decode_update (event, NULL) : NULL;
  g_autofree char *text = NULL;

  if (update == NULL || update->current_activity.str == NULL)
    return;
  text = ouioed_dbus_repair_text (update->current_activity.str, update->current_activity.len);
  ouioed_bus_iface_session_set_current_activity (self->iface, text);
}

static void
session_set_generation (OuioedDbusSession *self)
{
  OuioeGeneration *generation = ouioed_channel_get_generation (self->channel);
  OuioePhase phase = generation != NULL ? ouioe_generation_get_phase (generation) : OUIOE_PHASE_NONE;

  ouioed_bus_iface_session_set_generation (self->iface, ouioed_dbus_generation_to_variant (generation));
  ouioed_bus_iface_session_set_phase (self->iface, ouioe_phase_to_string (phase));
}

static gboolean
has_member (OuioeEvent *event, const char *member)
{
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);

  return memmem (json, len, member, strlen (member)) != NULL;
}

/* An update is read when the counters are told, not for each that came: here it is only looked for the name of the
 * member, which cannot stand in a string, where its quotes would be escaped. */
void
ouioed_dbus_session_note (OuioedDbusSession *self, OuioeEvent *event)
{
  if (event->kind == OUIOE_EVENT_SESSION_START)
    {
      g_clear_pointer (&self->percentage, ouioe_event_unref);
      g_clear_pointer (&self->activity, ouioe_event_unref);
      ouioed_bus_iface_session_set_percentage (self->iface, NOT_REPORTED);
      ouioed_bus_iface_session_set_current_activity (self->iface, "");
      return;
    }
  if (event->kind != OUIOE_EVENT_PROGRESS_UPDATE)
    return;
  if (has_member (event, ",\"progress_percentage\":"))
    {
      g_clear_pointer (&self->percentage, ouioe_event_unref);
      self->percentage = ouioe_event_ref (event);
    }
  if (has_member (event, ",\"current_activity\":"))
    {
      g_clear_pointer (&self->activity, ouioe_event_unref);
      self->activity = ouioe_event_ref (event);
    }
}

void
ouioed_dbus_session_update (OuioedDbusSession *self)
{
  OuioeSessionInfo info;
  double average;
  char last_id[OUIOE_EVENT_ID_TEXT_MAX];
  g_autofree char *user = NULL;
  g_autofree char *request = NULL;
  g_autofree char *outcome = NULL;

  if (!ouioed_channel_get_info (self->channel, &info))
    return;

  user = repair (info.user_id);
  outcome = repair (info.outcome);
  request = ouioed_dbus_repair_text (info.context->user_request.str, info.context->user_request.len);
  ouioe_event_id_format (info.last_id, last_id);
  ouioed_bus_iface_session_set_user (self->iface, user);
  ouioed_bus_iface_session_set_request (self->iface, request);
  ouioed_bus_iface_session_set_state (self->iface, ouioe_session_state_to_string (info.state));
  ouioed_bus_iface_session_set_outcome (self->iface, outcome);
  ouioed_bus_iface_session_set_created_at (self->iface, (guint64) info.created_us);
  ouioed_bus_iface_session_set_ended_at (self->iface, (guint64) info.ended_us);
  ouioed_bus_iface_session_set_debug_mode (self->iface, info.config.debug_mode);
  ouioed_bus_iface_session_set_last_activity (self->iface, (guint64) info.last_activity_us);
  ouioed_bus_iface_session_set_last_event_id (self->iface, last_id);
  ouioed_bus_iface_session_set_thinking_steps (self->iface, info.stats->n_thinking);
  ouioed_bus_iface_session_set_progress_updates (self->iface, info.stats->n_progress);
  ouioed_bus_iface_session_set_average_confidence (
    self->iface, ouioe_stream_stats_get_average_confidence (info.stats, &average) ? average : NOT_REPORTED);
  session_set_percentage (self);
  session_set_activity (self);
  session_set_generation (self);
}

gboolean
ouioed_dbus_session_is_stale (OuioedDbusSession *self)
{
  const OuioedSessionRecord *record = ouioed_channel_get_record (self->channel);

  return record != NULL
         && (!g_str_equal (ouioed_bus_iface_session_get_state (self->iface),
                           ouioe_session_state_to_string (record->state))
             || ouioed_bus_iface_session_get_created_at (self->iface) != (guint64) record->created_us);
}

/* ---- signals ---- */

static void
add_text (GVariantDict *details, const char *key, const OuioeText *text)
{
  g_autofree char *repaired = NULL;

  if (text->str == NULL)
    return;
  repaired = ouioed_dbus_repair_text (text->str, text->len);
  g_variant_dict_insert (details, key, "s", repaired);
}

static void
add_list (GVariantDict *details, const char *key, const OuioeTextList *list)
{
  g_auto(GStrv) texts = NULL;

  if (list->n == 0)
    return;
  texts = g_new0 (char *, list->n + 1);
  for (guint i = 0; i < list->n; i++)
    texts[i] = ouioed_dbus_repair_text (list->items[i].str, list->items[i].len);
  g_variant_dict_insert (details, key, "^as", texts);
}

static void
session_tell_step (OuioedDbusSession *self, OuioeEvent *event, const OuioeThinkingStep *step)
{
  GVariantDict details;
  char id[OUIOE_EVENT_ID_TEXT_MAX];
  g_autofree char *content = ouioed_dbus_repair_text (step->content.str, step->content.len);

  ouioe_event_id_format (event->id, id);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "time", "t", (guint64) event->time_us);
  if (step->has_confidence)
    g_variant_dict_insert (&details, "confidence", "d", step->confidence);
  add_list (&details, "reasoning_chain", &step->reasoning_chain);
  add_list (&details, "alternatives", &step->alternatives);
  add_list (&details, "decision_factors", &step->decision_factors);
  add_text (&details, "context_used", &step->context_used);
  if (step->has_estimated_duration)
    g_variant_dict_insert (&details, "estimated_duration", "d", step->estimated_duration);

  ouioed_bus_iface_session_emit_step_added (self->iface, id, step->thinking_type, content,
                                            step->has_confidence ? step->confidence : NOT_REPORTED,
                                            g_variant_dict_end (&details));
}

static void
session_tell_update (OuioedDbusSession *self, OuioeEvent *event, const OuioeProgressUpdate *update)
{
  GVariantDict details;
  char id[OUIOE_EVENT_ID_TEXT_MAX];
  g_autofree char *message = ouioed_dbus_repair_text (update->message.str, update->message.len);

  ouioe_event_id_format (event->id, id);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "time", "t", (guint64) event->time_us);
  if (update->has_percentage)
    g_variant_dict_insert (&details, "percentage", "d", update->percentage);
  add_text (&details, "current_step", &update->current_step);
  if (update->has_total_steps)
    g_variant_dict_insert (&details, "total_steps", "t", (guint64) update->total_steps);
  add_text (&details, "estimated_remaining", &update->estimated_remaining);
  add_text (&details, "intermediate_findings", &update->intermediate_findings);
  add_text (&details, "current_activity", &update->current_activity);
  if (update->has_confidence)
    g_variant_dict_insert (&details, "confidence", "d", update->confidence);

  ouioed_bus_iface_session_emit_progress_changed (self->iface, id, update->progress_type, message,
                                                  update->has_percentage ? update->percentage : NOT_REPORTED,
                                                  g_variant_dict_end (&details));
}

void
ouioed_dbus_session_tell (OuioedDbusSession *self, OuioeEvent *event)
{
  g_autoptr(GError) error = NULL;

  if (event->kind == OUIOE_EVENT_THINKING_STEP)
    {
      g_autoptr(OuioeThinkingStep) step = ouioe_codec_decode_step (event, &error);

      if (step != NULL)
        session_tell_step (self, event, step);
    }
  else if (event->kind == OUIOE_EVENT_PROGRESS_UPDATE)
    {
      g_autoptr(OuioeProgressUpdate) update = ouioe_codec_decode_update (event, &error);

      if (update != NULL)
        session_tell_update (self, event, update);
    }
  if (error != NULL)
    g_critical ("An event that was just committed cannot be read: %s", error->message);
}

void
ouioed_dbus_session_tell_lag (OuioedDbusSession *self)
{
  char from[OUIOE_EVENT_ID_TEXT_MAX];
  char to[OUIOE_EVENT_ID_TEXT_MAX];

  ouioe_event_id_format (self->lag_from, from);
  ouioe_event_id_format (self->lag_to, to);
  self->lagging = FALSE;
  ouioed_bus_iface_session_emit_lagged (self->iface, from, to);
}

void
ouioed_dbus_session_tell_end (OuioedDbusSession *self)
{
  ouioed_dbus_session_update (self);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->iface));
  ouioed_bus_iface_session_emit_finished (self->iface, ouioed_bus_iface_session_get_outcome (self->iface));
}

/* ---- life ---- */

OuioedDbusSession *
ouioed_dbus_session_new (OuioedHub *hub, OuioedDbusStreams *streams, const OuioedDbusConfig *config,
                         OuioedChannel *channel)
{
  OuioedDbusSession *self = g_new0 (OuioedDbusSession, 1);
  const char *id = ouioed_channel_get_id (channel);

  self->hub = hub;
  self->streams = streams;
  self->config = config;
  self->channel = g_object_ref (channel);
  self->path = ouioed_dbus_session_path (id);
  self->object = ouioed_bus_iface_object_skeleton_new (self->path);
  self->iface = ouioed_bus_iface_session_skeleton_new ();
  ouioed_bus_iface_session_set_id (self->iface, id);
  ouioed_bus_iface_session_set_percentage (self->iface, NOT_REPORTED);
  ouioed_bus_iface_session_set_current_activity (self->iface, "");
  ouioed_dbus_session_update (self);
  ouioed_dbus_session_connect_appends (self);
  ouioed_dbus_session_connect_calls (self);
  ouioed_dbus_session_connect_live (self);
  ouioed_bus_iface_object_skeleton_set_session (self->object, self->iface);

  return self;
}

void
ouioed_dbus_session_free (OuioedDbusSession *self)
{
  g_signal_handlers_disconnect_by_data (self->iface, self);
  g_clear_object (&self->iface);
  g_clear_object (&self->object);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->percentage, ouioe_event_unref);
  g_clear_pointer (&self->activity, ouioe_event_unref);
  g_free (self->path);
  g_free (self);
}
