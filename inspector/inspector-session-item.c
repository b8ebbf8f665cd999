/* inspector-session-item.c - one session in the list, as it was last heard of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-session-item.h"

#include <glib/gi18n.h>
#include <jansson.h>
#include <string.h>

#include "inspector-format.h"
#include "inspector-settings.h"

#define MAX_TITLE_CHARS 200
/* News that are younger are of now. */
#define RECENT_US (5 * G_USEC_PER_SEC)

struct _InspectorSessionItem
{
  GObject       parent_instance;
  OuioeSession *session;            /* replaced by each that comes */
  double        percentage;         /* -1 when none was told */
  guint         n_warnings;
  gboolean      is_among_running;   /* as it stands in the list */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorSessionItem, inspector_session_item, G_TYPE_OBJECT)

static void
inspector_session_item_finalize (GObject *object)
{
  g_clear_object (&INSPECTOR_SESSION_ITEM (object)->session);
  G_OBJECT_CLASS (inspector_session_item_parent_class)->finalize (object);
}

static void
inspector_session_item_class_init (InspectorSessionItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_session_item_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_session_item_init (InspectorSessionItem *self)
{
}

/* What the library has no function for. */
static void
read_json (InspectorSessionItem *self)
{
  json_t *root = json_loads (ouioe_session_get_json (self->session), JSON_ALLOW_NUL, NULL);
  json_t *percentage = json_object_get (root, "progress_percentage");
  json_t *types = json_object_get (json_object_get (root, "stats"), "progress_types_used");
  json_int_t n_warnings = json_integer_value (json_object_get (types, "warning"));

  self->percentage = json_is_number (percentage) ? CLAMP (json_number_value (percentage), 0, 100) : -1;
  self->n_warnings = (guint) CLAMP (n_warnings, 0, G_MAXINT);
  json_decref (root);
}

InspectorSessionItem *
inspector_session_item_new (OuioeSession *session)
{
  InspectorSessionItem *self = g_object_new (INSPECTOR_TYPE_SESSION_ITEM, NULL);

  self->session = g_object_ref (session);
  self->is_among_running = inspector_session_item_is_open (self);
  read_json (self);
  return self;
}

void
inspector_session_item_update (InspectorSessionItem *self, OuioeSession *session)
{
  gboolean is_same = g_strcmp0 (ouioe_session_get_json (self->session), ouioe_session_get_json (session)) == 0;

  g_set_object (&self->session, session);
  if (is_same)
    return;
  read_json (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
set_among_running (InspectorSessionItem *self, gboolean is_among_running)
{
  if (self->is_among_running == is_among_running)
    return;
  self->is_among_running = is_among_running;
  g_signal_emit (self, changed_signal, 0);
}

OuioeSession *
inspector_session_item_get_session (InspectorSessionItem *self)
{
  return self->session;
}

const char *
inspector_session_item_get_id (InspectorSessionItem *self)
{
  return ouioe_session_get_id (self->session);
}

gboolean
inspector_session_item_is_open (InspectorSessionItem *self)
{
  return ouioe_session_get_state (self->session) == OUIOE_SESSION_OPEN;
}

char *
inspector_session_item_dup_title (InspectorSessionItem *self)
{
  const char *request = ouioe_session_get_user_request (self->session);
  g_autofree char *line = request != NULL ? inspector_format_one_line (request, MAX_TITLE_CHARS) : NULL;

  if (line == NULL || *line == '\0')
    return g_strdup (ouioe_session_get_id (self->session));
  return g_steal_pointer (&line);
}

gboolean
inspector_session_item_is_among_running (InspectorSessionItem *self)
{
  return self->is_among_running;
}

double
inspector_session_item_get_percentage (InspectorSessionItem *self)
{
  return self->percentage;
}

guint
inspector_session_item_get_n_warnings (InspectorSessionItem *self)
{
  return self->n_warnings;
}

InspectorSessionMood
inspector_session_item_get_mood (InspectorSessionItem *self, gint64 now_us)
{
  static const char *const bad_outcomes[] = { "error", "failed", "failure", "aborted", "cancelled", NULL };
  const char *outcome = ouioe_session_get_outcome (self->session);
  gint64 quiet_us = g_settings_get_uint (inspector_settings_get (), "quiet-seconds") * G_USEC_PER_SEC;

  if (inspector_session_item_is_open (self))
    return now_us - ouioe_session_get_last_activity_us (self->session) >= quiet_us ? INSPECTOR_SESSION_QUIET
                                                                                   : INSPECTOR_SESSION_LIVE;
  if (outcome != NULL && g_strv_contains (bad_outcomes, outcome))
    return INSPECTOR_SESSION_FAILED;
  return self->n_warnings > 0 ? INSPECTOR_SESSION_WARNED : INSPECTOR_SESSION_FINISHED;
}

/* ---- words ---- */

static char *
describe_count (InspectorSessionItem *self)
{
  guint64 n_steps = ouioe_session_get_thinking_steps (self->session);
  guint64 n_updates = ouioe_session_get_progress_updates (self->session);
  guint64 n = n_steps > 0 ? n_steps : n_updates;
  g_autofree char *count = inspector_format_count (n);

  if (n_steps > 0 || n_updates == 0)
    return g_strdup_printf (ngettext ("%s step", "%s steps", (gulong) n), count);
  return g_strdup_printf (ngettext ("%s update", "%s updates", (gulong) n), count);
}

static char *
describe_warnings (InspectorSessionItem *self)
{
  return g_strdup_printf (ngettext ("%u warning", "%u warnings", self->n_warnings), self->n_warnings);
}

static void
describe_running (InspectorSessionItem *self, gint64 now_us, GPtrArray *parts)
{
  gint64 age_us = now_us - ouioe_session_get_last_activity_us (self->session);
  g_autofree char *age = inspector_format_age (age_us);
  InspectorSessionMood mood = inspector_session_item_get_mood (self, now_us);

  /* A line has room for three things: what is most worth to know. */
  if (mood == INSPECTOR_SESSION_QUIET)
    /* Translators: %s is a time such as "40 s" */
    g_ptr_array_add (parts, g_strdup_printf (_("quiet for %s"), age));
  else
    g_ptr_array_add (parts, describe_count (self));
  if (self->n_warnings > 0)
    g_ptr_array_add (parts, describe_warnings (self));
  else if (age_us >= RECENT_US && mood == INSPECTOR_SESSION_LIVE)
    /* Translators: %s is a time such as "12 s" */
    g_ptr_array_add (parts, g_strdup_printf (_("%s ago"), age));
}

static void
describe_finished (InspectorSessionItem *self, gint64 now_us, GPtrArray *parts)
{
  gint64 ended_us = ouioe_session_get_ended_us (self->session);

  g_ptr_array_add (parts, inspector_format_moment (ended_us, now_us));
  if (inspector_session_item_get_mood (self, now_us) == INSPECTOR_SESSION_FAILED)
    g_ptr_array_add (parts, g_strdup (ouioe_session_get_outcome (self->session)));
  else if (self->n_warnings > 0)
    g_ptr_array_add (parts, describe_warnings (self));
  else
    g_ptr_array_add (parts, inspector_format_duration (ended_us - ouioe_session_get_created_us (self->session)));
}

char *
inspector_session_item_dup_subtitle (InspectorSessionItem *self, gint64 now_us)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *user = ouioe_session_get_user_id (self->session);

  if (user != NULL && *user != '\0')
    g_ptr_array_add (parts, g_strdup (user));
  if (inspector_session_item_is_open (self))
    describe_running (self, now_us, parts);
  else
    describe_finished (self, now_us, parts);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

/* ---- to be found ---- */

static gboolean
contains (const char *text, const char *folded_word)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, folded_word) != NULL;
}

gboolean
inspector_session_item_matches (InspectorSessionItem *self, const char *text)
{
  static const char user_prefix[] = "user:";
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto(GStrv) words = g_strsplit_set (folded, " \t", -1);
  const char *user = ouioe_session_get_user_id (self->session);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean is_user = g_str_has_prefix (words[i], user_prefix);

      if (is_user ? !contains (user, words[i] + strlen (user_prefix))
                  : !contains (ouioe_session_get_user_request (self->session), words[i]) && !contains (user, words[i]) &&
                      !contains (ouioe_session_get_id (self->session), words[i]))
        return FALSE;
    }
  return TRUE;
}

/* ---- the list ---- */

static void
sort_open_first (GPtrArray *sessions, GPtrArray *sorted)
{
  for (int part = 0; part < 2; part++)
    {
      for (guint i = 0; i < sessions->len; i++)
        {
          gboolean is_open = ouioe_session_get_state (sessions->pdata[i]) == OUIOE_SESSION_OPEN;

          if (is_open == (part == 0))
            g_ptr_array_add (sorted, sessions->pdata[i]);
        }
    }
}

/* @item: (nullable): what there is of the session already */
static void
put_at (GListStore *store, guint position, OuioeSession *session, InspectorSessionItem *item)
{
  GListModel *model = G_LIST_MODEL (store);
  g_autoptr(InspectorSessionItem) present = g_list_model_get_item (model, position);
  g_autoptr(InspectorSessionItem) next = g_list_model_get_item (model, position + 1);
  g_autoptr(InspectorSessionItem) made = item == NULL ? inspector_session_item_new (session) : NULL;
  guint old_position;

  if (item != NULL)
    {
      inspector_session_item_update (item, session);
      set_among_running (item, inspector_session_item_is_open (item));
    }
  if (item != NULL && item == present)
    return;
  if (item != NULL && item == next)
    {
      /* It is the other one that moves: its turn comes. */
      g_list_store_remove (store, position);
      return;
    }
  if (item != NULL && g_list_store_find (store, item, &old_position))
    g_list_store_remove (store, old_position);
  g_list_store_insert (store, position, item != NULL ? item : made);
}

static void
update_known (GListStore *store, GPtrArray *sessions)
{
  GListModel *model = G_LIST_MODEL (store);
  g_autoptr(GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < sessions->len; i++)
    g_hash_table_insert (by_id, (gpointer) ouioe_session_get_id (sessions->pdata[i]), sessions->pdata[i]);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(InspectorSessionItem) item = g_list_model_get_item (model, i);
      OuioeSession *session = g_hash_table_lookup (by_id, inspector_session_item_get_id (item));

      if (session != NULL)
        inspector_session_item_update (item, session);
    }
}

void
inspector_session_items_merge (GListStore *store, GPtrArray *sessions, gboolean may_move)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr(GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  GListModel *model = G_LIST_MODEL (store);

  if (!may_move)
    {
      update_known (store, sessions);
      return;
    }
  sort_open_first (sessions, sorted);
  for (guint i = 0; i < sorted->len; i++)
    g_hash_table_add (wanted, (gpointer) ouioe_session_get_id (sorted->pdata[i]));
  for (guint i = g_list_model_get_n_items (model); i > 0; i--)
    {
      g_autoptr(InspectorSessionItem) item = g_list_model_get_item (model, i - 1);

      if (!g_hash_table_contains (wanted, inspector_session_item_get_id (item)))
        g_list_store_remove (store, i - 1);
      else
        g_hash_table_insert (known, g_strdup (inspector_session_item_get_id (item)), g_object_ref (item));
    }

  for (guint i = 0; i < sorted->len; i++)
    put_at (store, i, sorted->pdata[i], g_hash_table_lookup (known, ouioe_session_get_id (sorted->pdata[i])));
}
