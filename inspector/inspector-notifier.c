/* inspector-notifier.c - what is worth a notification, and when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-notifier.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-format.h"

/* How long a running session may be silent. */
#define QUIET_US (120 * (gint64) G_USEC_PER_SEC)

typedef enum {
  NEWS_COMPLETION = 1 << 0,
  NEWS_FAILURE    = 1 << 1,
  NEWS_WARNING    = 1 << 2,
  NEWS_QUIET      = 1 << 3,
} NewsMask;

/* One session. */
typedef struct {
  char     *id;
  char     *title;
  char     *outcome;
  gboolean  is_open;
  gboolean  is_muted;
  gboolean  is_quiet;           /* said already, until something comes again */
  gboolean  is_shown;           /* a notification of it is out */
  guint64   n_warnings;         /* as it is */
  guint64   n_warned;           /* of these, what was said or seen */
  gint64    began_us;
  gint64    ended_us;
  gint64    last_activity_us;
  gint64    said_us;            /* the last notification, 0 for none */
  guint     waiting;            /* NewsMask */
} Known;

struct _InspectorNotifier
{
  GObject                       parent_instance;
  GSettings                    *settings;
  const InspectorNotifierFuncs *funcs;
  gpointer                      user_data;
  GHashTable                   *sessions;    /* id -> Known */
  guint                         timer;       /* once a second while something waits or may fall quiet; or 0 */
};

G_DEFINE_FINAL_TYPE (InspectorNotifier, inspector_notifier, G_TYPE_OBJECT)

static void
known_free (gpointer data)
{
  Known *self = data;

  g_free (self->id);
  g_free (self->title);
  g_free (self->outcome);
  g_free (self);
}

/* ---- what a notification says ---- */

/* Ids are of their own namespace in the desktop: the application's. */
static char *
name_notification (const Known *known)
{
  return g_strconcat ("session-", known->id, NULL);
}

static char *
describe (InspectorNotifier *self, const Known *known, guint news)
{
  guint64 n = known->n_warnings - MIN (known->n_warned, known->n_warnings);
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  if ((news & (NEWS_COMPLETION | NEWS_FAILURE)) != 0 && known->began_us > 0 && known->ended_us >= known->began_us)
    {
      g_autofree char *duration = inspector_format_duration (known->ended_us - known->began_us);

      g_ptr_array_add (parts, g_strdup_printf (_("It took %s."), duration));
    }
  if ((news & NEWS_FAILURE) != 0 && known->outcome != NULL)
    g_ptr_array_add (parts, g_strdup_printf (_("Outcome: %s."), known->outcome));
  if ((news & NEWS_WARNING) != 0 && n > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u warning.", "%u warnings.", (gulong) n), (guint) n));
  if ((news & NEWS_QUIET) != 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("Nothing has come for %d minute.",
                                                       "Nothing has come for %d minutes.", QUIET_US / G_USEC_PER_SEC / 60),
                                             (int) (QUIET_US / G_USEC_PER_SEC / 60)));
  if (known->title != NULL && *known->title != '\0' && g_settings_get_boolean (self->settings, "notify-content"))
    g_ptr_array_add (parts, g_strdup (known->title));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" ", (char **) parts->pdata);
}

static const char *
head_for (guint news)
{
  if ((news & NEWS_FAILURE) != 0)
    return _("Session Failed");
  if ((news & NEWS_COMPLETION) != 0)
    return _("Session Completed");
  return (news & NEWS_WARNING) != 0 ? _("Warning") : _("Session Is Quiet");
}

static void
say (InspectorNotifier *self, Known *known)
{
  g_autofree char *body = describe (self, known, known->waiting);
  g_autofree char *name = name_notification (known);

  self->funcs->send (name, known->id, head_for (known->waiting), body,
                     (known->waiting & (NEWS_FAILURE | NEWS_WARNING)) != 0, self->user_data);
  known->waiting = 0;
  known->n_warned = known->n_warnings;
  known->is_shown = TRUE;
  known->said_us = self->funcs->get_now (self->user_data);
}

/* ---- when ---- */

static gboolean
is_wanted (InspectorNotifier *self, NewsMask news)
{
  switch (news)
    {
    case NEWS_COMPLETION:
    case NEWS_FAILURE:
      return g_settings_get_boolean (self->settings, "notify-completion");
    case NEWS_WARNING:
      return g_settings_get_boolean (self->settings, "notify-warning");
    case NEWS_QUIET:
    default:
      return g_settings_get_boolean (self->settings, "notify-quiet");
    }
}

static gboolean
tick_cb (gpointer user_data)
{
  InspectorNotifier *self = user_data;

  self->timer = 0;
  inspector_notifier_tick (self);
  return G_SOURCE_REMOVE;
}

/* Something waits, or a running session may fall quiet. */
static gboolean
needs_time (InspectorNotifier *self)
{
  gboolean is_quiet_wanted = is_wanted (self, NEWS_QUIET);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Known *known = value;

      if (known->waiting != 0 || (is_quiet_wanted && known->is_open && !known->is_quiet && !known->is_muted))
        return TRUE;
    }
  return FALSE;
}

static void
set_timer (InspectorNotifier *self)
{
  if (self->timer == 0 && needs_time (self))
    self->timer = g_timeout_add_seconds (1, tick_cb, self);
}

static void
add_news (InspectorNotifier *self, Known *known, NewsMask news)
{
  if (known->is_muted || !is_wanted (self, news))
    return;
  if (self->funcs->is_seen (known->id, self->user_data))
    known->n_warned = known->n_warnings;
  else
    known->waiting |= news;
}

static void
say_if_time (InspectorNotifier *self, Known *known)
{
  if (known->waiting != 0 &&
      (known->said_us == 0 || self->funcs->get_now (self->user_data) - known->said_us >= INSPECTOR_NOTIFIER_PAUSE_US))
    say (self, known);
}

void
inspector_notifier_tick (InspectorNotifier *self)
{
  gint64 now_us = self->funcs->get_now (self->user_data);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Known *known = value;

      if (known->is_open && !known->is_quiet && known->last_activity_us > 0 && now_us - known->last_activity_us >= QUIET_US)
        {
          known->is_quiet = TRUE;
          add_news (self, known, NEWS_QUIET);
        }
      say_if_time (self, known);
    }
  set_timer (self);
}

/* ---- what happens ---- */

/* The words of the daemon for an end that is none of a failure. */
static gboolean
is_good (const char *outcome)
{
  static const char *const good[] = { "closed", "done", "completed", "success", "stop", NULL };

  return outcome == NULL || g_strv_contains (good, outcome);
}

static void
remember (Known *known, const InspectorNews *news)
{
  g_free (known->title);
  known->title = g_strdup (news->title);
  g_free (known->outcome);
  known->outcome = g_strdup (news->outcome);
  known->is_open = news->is_open;
  known->n_warnings = news->n_warnings;
  known->began_us = news->began_us;
  known->ended_us = news->ended_us;
  known->last_activity_us = news->last_activity_us;
}

void
inspector_notifier_take (InspectorNotifier *self, const InspectorNews *news)
{
  Known *known = g_hash_table_lookup (self->sessions, news->id);
  gboolean was_open;
  guint64 n_before;

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      known->id = g_strdup (news->id);
      remember (known, news);
      known->n_warned = news->n_warnings;
      g_hash_table_insert (self->sessions, known->id, known);
      set_timer (self);
      return;
    }

  was_open = known->is_open;
  n_before = known->n_warnings;
  if (news->last_activity_us > known->last_activity_us)
    known->is_quiet = FALSE;
  remember (known, news);
  if (known->n_warnings < known->n_warned)
    known->n_warned = known->n_warnings;      /* it began again */
  if (known->n_warnings > n_before)
    add_news (self, known, NEWS_WARNING);
  if (was_open && !known->is_open)
    add_news (self, known, is_good (known->outcome) ? NEWS_COMPLETION : NEWS_FAILURE);
  say_if_time (self, known);
  set_timer (self);
}

static void
take_back (InspectorNotifier *self, Known *known)
{
  known->waiting = 0;
  known->n_warned = known->n_warnings;
  if (known->is_shown)
    {
      g_autofree char *name = name_notification (known);

      self->funcs->withdraw (name, self->user_data);
    }
  known->is_shown = FALSE;
}

void
inspector_notifier_seen (InspectorNotifier *self, const char *session_id)
{
  Known *known = g_hash_table_lookup (self->sessions, session_id);

  if (known != NULL)
    take_back (self, known);
}

void
inspector_notifier_mute (InspectorNotifier *self, const char *session_id)
{
  Known *known = g_hash_table_lookup (self->sessions, session_id);

  if (known == NULL)
    return;
  known->is_muted = TRUE;
  take_back (self, known);
}

void
inspector_notifier_forget (InspectorNotifier *self, const char *session_id)
{
  Known *known = g_hash_table_lookup (self->sessions, session_id);

  if (known == NULL)
    return;
  take_back (self, known);
  g_hash_table_remove (self->sessions, session_id);
}

/* ---- the type ---- */

static void
inspector_notifier_finalize (GObject *object)
{
  InspectorNotifier *self = INSPECTOR_NOTIFIER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->settings);
  g_hash_table_unref (self->sessions);
  G_OBJECT_CLASS (inspector_notifier_parent_class)->finalize (object);
}

static void
inspector_notifier_class_init (InspectorNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_notifier_finalize;
}

static void
inspector_notifier_init (InspectorNotifier *self)
{
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, known_free);
}

InspectorNotifier *
inspector_notifier_new (GSettings *settings, const InspectorNotifierFuncs *funcs, gpointer user_data)
{
  InspectorNotifier *self = g_object_new (INSPECTOR_TYPE_NOTIFIER, NULL);

  self->settings = g_object_ref (settings);
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}
