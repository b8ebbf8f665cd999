/* ouioe-session.c - one session as every program sees it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-session-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-codec.h"
#include "ouioe-enum-types.h"
#include "ouioe-generation-private.h"

/**
 * OuioeSession:
 *
 * A session as it was when the daemon answered. It never changes.
 */
struct _OuioeSession
{
  GObject           parent_instance;
  char             *id;
  char             *user_id;
  OuioeSessionState state;
  char             *outcome;            /* NULL while open */
  char             *user_request;
  gint64            created_us;
  gint64            last_activity_us;
  gint64            ended_us;           /* 0 while open */
  guint64           n_thinking;
  guint64           n_progress;
  OuioeEventId      last_id;            /* newest event, 0-0 when none */
  OuioeGeneration  *generation;         /* NULL when the daemon knows of no model behind it */
  char             *json;               /* as the daemon sent it */
};

typedef enum { PROP_ID = 1, PROP_USER_ID, PROP_STATE, PROP_OUTCOME, PROP_USER_REQUEST, PROP_CREATED_US,
               PROP_LAST_ACTIVITY_US, PROP_ENDED_US, PROP_THINKING_STEPS, PROP_PROGRESS_UPDATES,
               PROP_GENERATION } SessionProperty;
static GParamSpec *props[PROP_GENERATION + 1];

G_DEFINE_FINAL_TYPE (OuioeSession, ouioe_session, G_TYPE_OBJECT)

static char *
dup_member (json_t *json, const char *name)
{
  return g_strdup (json_string_value (json_object_get (json, name)));
}

static gint64
time_member (json_t *json, const char *name)
{
  const char *text = json_string_value (json_object_get (json, name));
  gint64 time_us;

  return text != NULL && ouioe_json_parse_time (text, &time_us) ? time_us : 0;
}

static guint64
count_member (json_t *json, const char *name)
{
  json_int_t value = json_integer_value (json_object_get (json, name));

  return value > 0 ? (guint64) value : 0;
}

static OuioeGeneration *
generation_member (json_t *json)
{
  json_t *value = json_object_get (json, "generation");
  char *text = json_is_object (value) ? json_dumps (value, JSON_COMPACT) : NULL;
  OuioeGeneration *generation = text != NULL ? ouioe_generation_read (text, strlen (text)) : NULL;

  free (text);
  return generation;
}

static void
ouioe_session_finalize (GObject *object)
{
  OuioeSession *self = OUIOE_SESSION (object);

  g_free (self->id);
  g_free (self->user_id);
  g_free (self->outcome);
  g_free (self->user_request);
  g_clear_pointer (&self->generation, ouioe_generation_unref);
  free (self->json);
  G_OBJECT_CLASS (ouioe_session_parent_class)->finalize (object);
}

static void
ouioe_session_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  OuioeSession *self = OUIOE_SESSION (object);

  switch ((SessionProperty) prop_id)
    {
    case PROP_ID: g_value_set_string (value, self->id); break;
    case PROP_USER_ID: g_value_set_string (value, self->user_id); break;
    case PROP_STATE: g_value_set_enum (value, (int) self->state); break;
    case PROP_OUTCOME: g_value_set_string (value, self->outcome); break;
    case PROP_USER_REQUEST: g_value_set_string (value, self->user_request); break;
    case PROP_CREATED_US: g_value_set_int64 (value, self->created_us); break;
    case PROP_LAST_ACTIVITY_US: g_value_set_int64 (value, self->last_activity_us); break;
    case PROP_ENDED_US: g_value_set_int64 (value, self->ended_us); break;
    case PROP_THINKING_STEPS: g_value_set_uint64 (value, self->n_thinking); break;
    case PROP_PROGRESS_UPDATES: g_value_set_uint64 (value, self->n_progress); break;
    case PROP_GENERATION: g_value_set_boxed (value, self->generation); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_session_class_init (OuioeSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = ouioe_session_get_property;
  object_class->finalize = ouioe_session_finalize;

  /**
   * OuioeSession:id:
   *
   * Its id.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * OuioeSession:user-id:
   *
   * Whose it is.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * OuioeSession:state:
   *
   * Where it was when the daemon answered.
   */
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, OUIOE_TYPE_SESSION_STATE, OUIOE_SESSION_ANY, flags);
  /**
   * OuioeSession:outcome:
   *
   * The word it was closed with; %NULL while it is open.
   */
  props[PROP_OUTCOME] = g_param_spec_string ("outcome", NULL, NULL, NULL, flags);
  /**
   * OuioeSession:user-request:
   *
   * What was asked for.
   */
  props[PROP_USER_REQUEST] = g_param_spec_string ("user-request", NULL, NULL, NULL, flags);
  /**
   * OuioeSession:created-us:
   *
   * When it was created, microseconds since 1970.
   */
  props[PROP_CREATED_US] = g_param_spec_int64 ("created-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * OuioeSession:last-activity-us:
   *
   * When its last event came, microseconds since 1970.
   */
  props[PROP_LAST_ACTIVITY_US] = g_param_spec_int64 ("last-activity-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * OuioeSession:ended-us:
   *
   * When it was closed, microseconds since 1970; 0 while it is open.
   */
  props[PROP_ENDED_US] = g_param_spec_int64 ("ended-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * OuioeSession:thinking-steps:
   *
   * How many steps it took.
   */
  props[PROP_THINKING_STEPS] = g_param_spec_uint64 ("thinking-steps", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * OuioeSession:progress-updates:
   *
   * How many updates it took.
   */
  props[PROP_PROGRESS_UPDATES] = g_param_spec_uint64 ("progress-updates", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * OuioeSession:generation:
   *
   * What is known of the work of the model behind it; %NULL when nothing is.
   */
  props[PROP_GENERATION] = g_param_spec_boxed ("generation", NULL, NULL, OUIOE_TYPE_GENERATION, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
ouioe_session_init (OuioeSession *self)
{
}

OuioeSession *
ouioe_session_new_from_json (json_t *json, GError **error)
{
  const char *id = json_string_value (json_object_get (json, "session_id"));
  const char *state_word = json_string_value (json_object_get (json, "state"));
  const char *last_id = json_string_value (json_object_get (json, "last_event_id"));
  OuioeSessionState state = state_word != NULL ? ouioe_session_state_from_string (state_word) : 0;
  json_t *stats = json_object_get (json, "stats");
  OuioeSession *self;

  if (id == NULL || state == 0)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL,
                           id == NULL ? _("The service sent a session without an id")
                                      : _("The service sent a session without a known state"));
      return NULL;
    }

  self = g_object_new (OUIOE_TYPE_SESSION, NULL);
  self->id = g_strdup (id);
  self->user_id = dup_member (json, "user_id");
  self->state = state;
  self->outcome = dup_member (json, "outcome");
  self->user_request = dup_member (json, "user_request");
  self->created_us = time_member (json, "created_at");
  self->last_activity_us = time_member (json, "last_activity");
  self->ended_us = time_member (json, "ended_at");
  self->n_thinking = count_member (stats, "total_thinking_steps");
  self->n_progress = count_member (stats, "total_progress_updates");
  if (last_id == NULL || !ouioe_event_id_parse (last_id, &self->last_id))
    self->last_id = OUIOE_EVENT_ID_ZERO;
  self->generation = generation_member (json);
  self->json = json_dumps (json, JSON_COMPACT);
  return self;
}

/**
 * ouioe_session_new_from_data:
 * @json: a session as the daemon tells it, one JSON object
 * @len: its length in bytes, or -1 when a NUL ends it
 * @error: return location for an error
 *
 * Reads a session that was kept somewhere. What it cannot be without is its id and state.
 *
 * Returns: (transfer full): the session; %NULL with %OUIOE_ERROR_PROTOCOL when it is none
 */
OuioeSession *
ouioe_session_new_from_data (const char *json, gssize len, GError **error)
{
  json_error_t json_error;
  json_t *object;
  OuioeSession *self;

  g_return_val_if_fail (json != NULL, NULL);
  object = json_loadb (json, len < 0 ? strlen (json) : (gsize) len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &json_error);
  if (object == NULL)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("A session cannot be read (byte %d)"), json_error.position);
      return NULL;
    }
  self = ouioe_session_new_from_json (object, error);
  json_decref (object);
  return self;
}

/**
 * ouioe_session_get_id:
 * @self: a session
 *
 * Gets its id.
 *
 * Returns: (transfer none): its id
 */
const char *
ouioe_session_get_id (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->id;
}

/**
 * ouioe_session_get_user_id:
 * @self: a session
 *
 * Gets whose it is.
 *
 * Returns: (transfer none) (nullable): whose it is
 */
const char *
ouioe_session_get_user_id (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->user_id;
}

/**
 * ouioe_session_get_state:
 * @self: a session
 *
 * Tells where it was when the daemon answered.
 *
 * Returns: where it was when the daemon answered
 */
OuioeSessionState
ouioe_session_get_state (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), OUIOE_SESSION_EXPIRED);
  return self->state;
}

/**
 * ouioe_session_get_outcome:
 * @self: a session
 *
 * Gets the word it was closed with.
 *
 * Returns: (transfer none) (nullable): the word it was closed with; %NULL while it is open
 */
const char *
ouioe_session_get_outcome (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->outcome;
}

/**
 * ouioe_session_get_user_request:
 * @self: a session
 *
 * Gets what was asked for.
 *
 * Returns: (transfer none) (nullable): what was asked for; may be empty
 */
const char *
ouioe_session_get_user_request (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->user_request;
}

/**
 * ouioe_session_get_created_us:
 * @self: a session
 *
 * Tells when it was created.
 *
 * Returns: when it was created, microseconds since 1970
 */
gint64
ouioe_session_get_created_us (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), 0);
  return self->created_us;
}

/**
 * ouioe_session_get_last_activity_us:
 * @self: a session
 *
 * Tells when its last event came.
 *
 * Returns: when its last event came, microseconds since 1970
 */
gint64
ouioe_session_get_last_activity_us (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), 0);
  return self->last_activity_us;
}

/**
 * ouioe_session_get_ended_us:
 * @self: a session
 *
 * Tells when it was closed.
 *
 * Returns: when it was closed, microseconds since 1970; 0 while it is open
 */
gint64
ouioe_session_get_ended_us (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), 0);
  return self->ended_us;
}

/**
 * ouioe_session_get_thinking_steps:
 * @self: a session
 *
 * Tells how many steps it took.
 *
 * Returns: how many steps it took
 */
guint64
ouioe_session_get_thinking_steps (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), 0);
  return self->n_thinking;
}

/**
 * ouioe_session_get_progress_updates:
 * @self: a session
 *
 * Tells how many updates it took.
 *
 * Returns: how many updates it took
 */
guint64
ouioe_session_get_progress_updates (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), 0);
  return self->n_progress;
}

/**
 * ouioe_session_get_last_event_id:
 * @self: a session
 *
 * Gets its newest event.
 *
 * Returns: (transfer none): its newest event; 0-0 when there is none
 */
const OuioeEventId *
ouioe_session_get_last_event_id (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return &self->last_id;
}

/**
 * ouioe_session_get_generation:
 * @self: a session
 *
 * Gets what is known of the work of the model behind it.
 *
 * Returns: (transfer none) (nullable): what is known; %NULL when the daemon saw no call of a model in it
 */
OuioeGeneration *
ouioe_session_get_generation (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->generation;
}

/**
 * ouioe_session_get_json:
 * @self: a session
 *
 * Gets the session as the daemon sent it.
 *
 * Returns: (transfer none): the session as the daemon sent it, with everything that has no function here
 */
const char *
ouioe_session_get_json (OuioeSession *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION (self), NULL);
  return self->json;
}
