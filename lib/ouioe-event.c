/* ouioe-event.c - the envelope: one event of one session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event.h"

#include <string.h>

#include "ouioe-codec.h"
#include "ouioe-fields.h"
#include "ouioe-json.h"
#include "ouioe-vocabulary.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeEvent, ouioe_event, ouioe_event_ref, ouioe_event_unref)

OuioeEvent *
ouioe_event_new_encoded (char *session_id, OuioeEventId id, OuioeEventKind kind, const char *type_word,
                         gint64 time_us, GBytes *json)
{
  OuioeEvent *self = g_new0 (OuioeEvent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->kind = kind;
  self->session_id = g_ref_string_acquire (session_id);
  self->time_us = time_us;
  self->json = g_bytes_ref (json);

  if (type_word != NULL)
    {
      int known = ouioe_vocabulary_index (kind, type_word);

      if (known >= 0)
        self->type_word = ouioe_vocabulary_get_words (kind, NULL)[known];
      else
        self->type_word = self->own_type_word = g_ref_string_new_intern (type_word);
    }

  return self;
}

/**
 * ouioe_event_new_from_json:
 * @json: an event as it was stored, or exported
 * @len: its length in bytes, or -1 when a NUL ends it
 * @error: return location for an error
 *
 * Reads an event back. What it cannot be without is its id, session, kind and time.
 *
 * Returns: (transfer full): the event; %NULL with %OUIOE_ERROR_PROTOCOL when it is none
 */
OuioeEvent *
ouioe_event_new_from_json (const char *json, gssize len, GError **error)
{
  g_return_val_if_fail (json != NULL, NULL);

  return ouioe_codec_decode_event (json, len < 0 ? strlen (json) : (gsize) len, error);
}

/**
 * ouioe_event_ref:
 * @self: an event
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeEvent *
ouioe_event_ref (OuioeEvent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_event_unref:
 * @self: (transfer full): an event
 *
 * Drops a reference.
 */
void
ouioe_event_unref (OuioeEvent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ref_string_release (self->session_id);
  g_clear_pointer (&self->own_type_word, g_ref_string_release);
  g_bytes_unref (self->json);
  g_free (self);
}

/**
 * ouioe_event_get_id:
 * @self: an event
 *
 * Gets its id.
 *
 * Returns: (transfer none): its id
 */
const OuioeEventId *
ouioe_event_get_id (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->id;
}

/**
 * ouioe_event_get_session_id:
 * @self: an event
 *
 * Gets the id of its session.
 *
 * Returns: (transfer none): the id of its session
 */
const char *
ouioe_event_get_session_id (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->session_id;
}

/**
 * ouioe_event_get_kind:
 * @self: an event
 *
 * Gets what it tells.
 *
 * Returns: what it tells
 */
OuioeEventKind
ouioe_event_get_kind (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->kind;
}

/**
 * ouioe_event_get_type_word:
 * @self: an event
 *
 * Gets the thinking or progress type.
 *
 * Returns: (transfer none) (nullable): the thinking or progress type; %NULL for start and end of a session
 */
const char *
ouioe_event_get_type_word (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->type_word;
}

/**
 * ouioe_event_get_time_us:
 * @self: an event
 *
 * Tells when it was accepted.
 *
 * Returns: when it was accepted, in microseconds since 1970
 */
gint64
ouioe_event_get_time_us (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time_us;
}

/**
 * ouioe_event_get_json:
 * @self: an event
 *
 * Gets the event as one line of JSON.
 *
 * Returns: (transfer none): the event as one line of JSON, without a line end: the bytes that were stored
 */
GBytes *
ouioe_event_get_json (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->json;
}

/**
 * ouioe_event_dup_thinking_step:
 * @self: an event
 *
 * Gets the step it carries.
 *
 * Returns: (transfer full) (nullable): the step it carries; %NULL for events of another kind, and for one that cannot
 *   be read
 */
OuioeThinkingStep *
ouioe_event_dup_thinking_step (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->kind == OUIOE_EVENT_THINKING_STEP ? ouioe_codec_decode_step (self, NULL) : NULL;
}

/**
 * ouioe_event_dup_progress_update:
 * @self: an event
 *
 * Gets the update it carries.
 *
 * Returns: (transfer full) (nullable): the update it carries; %NULL for events of another kind, and for one that cannot
 *   be read
 */
OuioeProgressUpdate *
ouioe_event_dup_progress_update (OuioeEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->kind == OUIOE_EVENT_PROGRESS_UPDATE ? ouioe_codec_decode_update (self, NULL) : NULL;
}

/**
 * ouioe_event_dup_step_id:
 * @self: an event
 *
 * Gets what a step was called while it was written: this event takes the place of what #OuioeSubscription::delta told
 * under that id.
 *
 * Returns: (transfer full) (nullable): the member `step_id` of its `context_used`; %NULL when there is none
 */
char *
ouioe_event_dup_step_id (OuioeEvent *self)
{
  static const char *const outer_names[] = { F_CONTEXT_USED };
  static const char *const inner_names[] = { "step_id" };
  OuioeJsonSlice context, step_id;
  OuioeText text;
  gsize len;
  const char *json;
  char *copy;

  g_return_val_if_fail (self != NULL, NULL);

  json = g_bytes_get_data (self->json, &len);
  if (self->kind != OUIOE_EVENT_THINKING_STEP || memmem (json, len, "\"step_id\"", strlen ("\"step_id\"")) == NULL)
    return NULL;
  if (!ouioe_json_scan_object (json, len, outer_names, &context, 1) || context.str == NULL || *context.str != '{' ||
      !ouioe_json_scan_object (context.str, context.len, inner_names, &step_id, 1))
    return NULL;
  text = ouioe_json_slice_text (&step_id);
  copy = ouioe_text_to_c (&text);
  ouioe_text_clear (&text);
  return copy;
}
