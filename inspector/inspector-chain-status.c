/* inspector-chain-status.c - what the bottom line says of a chain: what is shown, how fast it comes, how far behind it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-status.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

/* Between two changes of the words, so that they can be read and cost nothing in a burst. */
#define UPDATE_MS 200
#define RATE_SECONDS 1

struct _InspectorChainStatus
{
  GtkBox          parent_instance;
  GtkLabel       *label;
  InspectorWatch *watch;      /* NULL when nothing is shown */
  GListModel     *shown;      /* the rows that are shown */
  guint           update;     /* changes the words; 0 when they are true */
  guint           timer;      /* measures the rate; 0 while nothing comes */
  guint64         n_before;   /* rows that were made when it was measured last */
  gint64          before_us;  /* when that was, monotonic */
  double          rate;       /* rows a second */
};

G_DEFINE_FINAL_TYPE (InspectorChainStatus, inspector_chain_status, GTK_TYPE_BOX)

static void
add_part (GString *text, const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

static void
add_shown (InspectorChainStatus *self, GString *text)
{
  InspectorChainModel *model = inspector_watch_get_model (self->watch);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));
  guint n_shown = g_list_model_get_n_items (self->shown);
  guint64 n_trimmed = inspector_chain_model_get_n_trimmed (model);
  g_autofree char *all = inspector_format_count (n);
  g_autofree char *part = inspector_format_count (n_shown);

  if (n_shown == n)
    g_string_append_printf (text, C_("rows", "%s shown"), part);
  else
    g_string_append_printf (text, C_("rows", "%s of %s shown"), part, all);
  if (n_trimmed > 0)
    {
      g_autofree char *trimmed = inspector_format_count (n_trimmed);
      g_autofree char *older = g_strdup_printf (_("%s older dropped"), trimmed);

      add_part (text, older);
    }
}

static void
add_rate (InspectorChainStatus *self, GString *text)
{
  InspectorChainModel *model = inspector_watch_get_model (self->watch);
  g_autofree char *rate = inspector_format_count ((guint64) (self->rate + 0.5));
  g_autofree char *behind = inspector_format_count (inspector_chain_model_get_n_pending (model));
  g_autofree char *words = g_strdup_printf (_("%s/s · %s behind"), rate, behind);

  add_part (text, words);
}

static void
add_state (InspectorChainStatus *self, GString *text)
{
  if (inspector_watch_get_paused (self->watch))
    {
      add_part (text, _("paused"));
      return;
    }
  if (inspector_watch_get_origin (self->watch) != INSPECTOR_WATCH_SERVICE)
    {
      /* Nobody is to take what was for the present. */
      add_part (text, inspector_watch_get_origin (self->watch) == INSPECTOR_WATCH_REPLAY ? _("replay") : _("recording"));
      return;
    }
  switch (inspector_watch_get_state (self->watch))
    {
    case INSPECTOR_WATCH_LIVE:
      if (self->rate >= 0.5)
        add_rate (self, text);
      else
        add_part (text, _("live"));
      break;
    case INSPECTOR_WATCH_FINISHED:
      add_part (text, _("finished"));
      break;
    case INSPECTOR_WATCH_LOST:
      add_part (text, _("connection lost"));
      break;
    case INSPECTOR_WATCH_FAILED:
      add_part (text, _("not available"));
      break;
    case INSPECTOR_WATCH_CONNECTING:
    default:
      add_part (text, _("connecting"));
      break;
    }
}

static void
say (InspectorChainStatus *self)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (self->watch != NULL)
    {
      add_shown (self, text);
      add_state (self, text);
    }
  gtk_label_set_text (self->label, text->str);
}

static gboolean
update_cb (gpointer user_data)
{
  InspectorChainStatus *self = user_data;

  self->update = 0;
  say (self);
  return G_SOURCE_REMOVE;
}

/* ---- how fast it comes ---- */

static guint64
n_made (InspectorChainStatus *self)
{
  return inspector_chain_model_get_n_made (inspector_watch_get_model (self->watch));
}

static gboolean
rate_cb (gpointer user_data)
{
  InspectorChainStatus *self = user_data;
  guint64 n = n_made (self);
  gint64 now_us = g_get_monotonic_time ();
  double seconds = (double) (now_us - self->before_us) / G_USEC_PER_SEC;
  gboolean is_over = n == self->n_before;

  self->rate = (double) (n - MIN (n, self->n_before)) / seconds;
  self->n_before = n;
  self->before_us = now_us;
  say (self);
  if (!is_over)
    return G_SOURCE_CONTINUE;
  self->timer = 0;   /* nobody is woken up for nothing */
  return G_SOURCE_REMOVE;
}

void
inspector_chain_status_update (InspectorChainStatus *self)
{
  if (self->update == 0)
    self->update = g_timeout_add (UPDATE_MS, update_cb, self);
  if (self->watch == NULL || self->timer != 0 || n_made (self) == self->n_before)
    return;
  self->n_before = n_made (self);
  self->before_us = g_get_monotonic_time ();
  self->timer = g_timeout_add_seconds (RATE_SECONDS, rate_cb, self);
}

void
inspector_chain_status_set_watch (InspectorChainStatus *self, InspectorWatch *watch, GListModel *shown)
{
  g_clear_handle_id (&self->update, g_source_remove);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_set_object (&self->watch, watch);
  g_set_object (&self->shown, shown);
  self->rate = 0;
  self->n_before = watch != NULL ? n_made (self) : 0;
  say (self);
}

const char *
inspector_chain_status_get_text (InspectorChainStatus *self)
{
  return gtk_label_get_text (self->label);
}

const char *
inspector_chain_status_describe_empty (InspectorWatch *watch)
{
  switch (inspector_watch_get_state (watch))
    {
    case INSPECTOR_WATCH_LIVE:
      return _("Nothing yet. What the session thinks appears here.");
    case INSPECTOR_WATCH_FINISHED:
      return _("Nothing is kept of this session.");
    case INSPECTOR_WATCH_FAILED:
      return inspector_watch_get_message (watch);
    case INSPECTOR_WATCH_LOST:
    case INSPECTOR_WATCH_CONNECTING:
    default:
      return _("Connecting…");
    }
}

/* ---- the type ---- */

static void
inspector_chain_status_dispose (GObject *object)
{
  InspectorChainStatus *self = INSPECTOR_CHAIN_STATUS (object);

  g_clear_handle_id (&self->update, g_source_remove);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->watch);
  g_clear_object (&self->shown);
  G_OBJECT_CLASS (inspector_chain_status_parent_class)->dispose (object);
}

static void
inspector_chain_status_class_init (InspectorChainStatusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_chain_status_dispose;
}

static void
inspector_chain_status_init (InspectorChainStatus *self)
{
  self->label = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "xalign", 0.0,
                              "ellipsize", PANGO_ELLIPSIZE_END, "hexpand", TRUE, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self), "status-line");
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->label));
}
