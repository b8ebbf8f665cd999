/* chain-fixture.c - a chain in a window, fed by a daemon of which the test says every event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "chain-fixture.h"

#include <string.h>

#include "inspector-chain-list.h"

void
chain_setup (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioeClient) client = NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  f->daemon = fake_daemon_new ();
  client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->watch = inspector_watch_new (client, "s");
  f->window = GTK_WINDOW (gtk_window_new ());
  f->view = g_object_new (INSPECTOR_TYPE_CHAIN_VIEW, "vexpand", TRUE, NULL);
  gtk_box_append (GTK_BOX (box), inspector_chain_view_get_tools (f->view));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->view));
  gtk_window_set_child (f->window, box);
  gtk_window_set_default_size (f->window, 760, 600);
  inspector_chain_view_set_watch (f->view, f->watch);
  gtk_window_present (f->window);
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->view)));
}

void
chain_teardown (Fixture *f, gconstpointer data)
{
  gpointer view = f->view;

  g_object_add_weak_pointer (view, &view);
  gtk_window_destroy (f->window);
  fake_wait_for (view == NULL);   /* nothing holds it */
  inspector_watch_stop (f->watch);
  g_clear_object (&f->watch);
  fake_daemon_free (f->daemon);
}

/* ---- looking at it ---- */

static GListModel *
shown (Fixture *f)
{
  return inspector_chain_view_get_shown (f->view);
}

guint
n_shown (Fixture *f)
{
  return g_list_model_get_n_items (shown (f));
}

InspectorChainItem *
row_item (Fixture *f, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (shown (f), position);

  g_assert_nonnull (item);
  return item;   /* the model keeps it */
}

typedef gboolean (*WidgetFunc) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *widget, WidgetFunc func, gconstpointer data)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return NULL;
  if (func (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, func, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_label (GtkWidget *widget, gconstpointer data)
{
  const char *text = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : NULL;

  if (GTK_IS_INSCRIPTION (widget))
    text = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  return text != NULL && gtk_widget_get_mapped (widget) && strcmp (text, data) == 0;
}

static gboolean
is_a (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

gboolean
shows (Fixture *f, const char *text)
{
  return find_label (f, text) != NULL;
}

GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  return find (widget, is_a, &type);
}

GtkWidget *
find_label (Fixture *f, const char *text)
{
  return find (GTK_WIDGET (f->view), is_label, text);
}

GtkWidget *
widget_of (Fixture *f, GType type)
{
  GtkWidget *widget = find_type (GTK_WIDGET (f->view), type);

  g_assert_nonnull (widget);
  return widget;
}

GtkScrolledWindow *
scroller (Fixture *f)
{
  return GTK_SCROLLED_WINDOW (find_type (widget_of (f, INSPECTOR_TYPE_CHAIN_LIST), GTK_TYPE_SCROLLED_WINDOW));
}

gboolean
is_in_sight (Fixture *f, const char *text)
{
  GtkWidget *label = find_label (f, text);
  graphene_rect_t bounds;

  return label != NULL && gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &bounds) &&
         bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (GTK_WIDGET (scroller (f)));
}

static gboolean
count_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

/* What was to be laid out and scrolled is. */
void
settle (Fixture *f)
{
  guint n = 0;
  guint tick = gtk_widget_add_tick_callback (GTK_WIDGET (f->view), count_frame_cb, &n, NULL);

  fake_wait_for (n >= 6);
  gtk_widget_remove_tick_callback (GTK_WIDGET (f->view), tick);
}

void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->view), action, NULL));
}

gboolean
says_status (Fixture *f, const char *text)
{
  return strcmp (inspector_chain_view_get_status (f->view), text) == 0;
}

void
add_steps (Fixture *f, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      const char *more = i % 7 == 0 ? ", which takes rather more words than the others, so that its row has two lines or "
                                      "three, whatever the width of the window that shows it may be just now" : "";
      g_autofree char *text = g_strdup_printf ("Step number %u%s", i, more);

      fake_daemon_add_step (f->daemon, "s", i % 2 ? "analysis" : "decision", text);
    }
}

void
finish_step (Fixture *f, const char *step_id, const char *content)
{
  g_autofree char *json = g_strdup_printf ("\"thinking_type\":\"planning\",\"content\":\"%s\","
                                           "\"context_used\":{\"step_id\":\"%s\"}", content, step_id);

  fake_daemon_add_event (f->daemon, "s", "thinking_step", json);
}

void
go_to (Fixture *f, guint position)
{
  g_assert_true (inspector_chain_view_go_to_item (f->view, row_item (f, position)));
}
