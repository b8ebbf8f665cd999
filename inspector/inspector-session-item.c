/* inspector-session-item.c - one session in the list, as it was last heard of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-session-item.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

/* An open session without news for so long is called quiet. */
#define QUIET_US (30 * G_USEC_PER_SEC)
#define MAX_TITLE_CHARS 200

struct _InspectorSessionItem
{
  GObject       parent_instance;
  OuioeSession *session;   /* replaced by each list that comes */
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

InspectorSessionItem *
inspector_session_item_new (OuioeSession *session)
{
  InspectorSessionItem *self = g_object_new (INSPECTOR_TYPE_SESSION_ITEM, NULL);

  self->session = g_object_ref (session);
  return self;
}

void
inspector_session_item_update (InspectorSessionItem *self, OuioeSession *session)
{
  gboolean is_same = g_strcmp0 (ouioe_session_get_json (self->session), ouioe_session_get_json (session)) == 0;

  g_set_object (&self->session, session);
  if (!is_same)
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

InspectorSessionMood
inspector_session_item_get_mood (InspectorSessionItem *self, gint64 now_us)
{
  static const char *const bad_outcomes[] = { "error", "failed", "failure", "aborted", "cancelled", NULL };
  const char *outcome = ouioe_session_get_outcome (self->session);

  if (!inspector_session_item_is_open (self))
    return outcome != NULL && g_strv_contains (bad_outcomes, outcome) ? INSPECTOR_SESSION_FAILED
                                                                      : INSPECTOR_SESSION_FINISHED;
  if (now_us - ouioe_session_get_last_activity_us (self->session) >= QUIET_US)
    return INSPECTOR_SESSION_QUIET;
  return INSPECTOR_SESSION_LIVE;
}

static char *
describe_state (InspectorSessionItem *self, gint64 now_us)
{
  g_autofree char *text = NULL;
  gint64 created_us = ouioe_session_get_created_us (self->session);

  switch (inspector_session_item_get_mood (self, now_us))
    {
    case INSPECTOR_SESSION_LIVE:
      return g_strdup (_("live"));
    case INSPECTOR_SESSION_QUIET:
      text = inspector_format_age (now_us - ouioe_session_get_last_activity_us (self->session));
      /* TRANSLATORS: %s is a time such as "40 s" */
      return g_strdup_printf (_("quiet for %s"), text);
    case INSPECTOR_SESSION_FAILED:
      return g_strdup (ouioe_session_get_outcome (self->session));
    case INSPECTOR_SESSION_FINISHED:
    default:
      text = inspector_format_duration (ouioe_session_get_ended_us (self->session) - created_us);
      /* TRANSLATORS: %s is a duration such as "02:10" */
      return g_strdup_printf (_("took %s"), text);
    }
}

char *
inspector_session_item_dup_subtitle (InspectorSessionItem *self, gint64 now_us)
{
  const char *user = ouioe_session_get_user_id (self->session);
  guint64 n_steps = ouioe_session_get_thinking_steps (self->session);
  guint64 n_updates = ouioe_session_get_progress_updates (self->session);
  guint64 n = n_steps > 0 ? n_steps : n_updates;
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *state = describe_state (self, now_us);
  g_autofree char *counted = NULL;

  if (n_steps > 0 || n_updates == 0)
    counted = g_strdup_printf (ngettext ("%s step", "%s steps", (gulong) n), count);
  else
    counted = g_strdup_printf (ngettext ("%s update", "%s updates", (gulong) n), count);
  if (user == NULL || *user == '\0')
    return g_strjoin (" · ", counted, state, NULL);
  return g_strjoin (" · ", user, counted, state, NULL);
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
    inspector_session_item_update (item, session);
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

void
inspector_session_items_merge (GListStore *store, GPtrArray *sessions)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr(GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  GListModel *model = G_LIST_MODEL (store);

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
