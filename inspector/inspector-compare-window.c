/* inspector-compare-window.c - the window of a comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-compare-window.h"

#include <glib/gi18n.h>

#include "inspector-session-chooser.h"
#include "inspector-transfer.h"

struct _InspectorCompareWindow
{
  AdwWindow             parent_instance;
  InspectorCompareView *view;
  InspectorComparison  *comparison;
};

G_DEFINE_FINAL_TYPE (InspectorCompareWindow, inspector_compare_window, ADW_TYPE_WINDOW)

static void
move (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (INSPECTOR_COMPARE_WINDOW (widget)->view),
                              g_str_equal (action, "win.next") ? "compare.next" : "compare.previous", NULL);
}

static void
inspector_compare_window_dispose (GObject *object)
{
  InspectorCompareWindow *self = INSPECTOR_COMPARE_WINDOW (object);

  if (self->view != NULL)
    inspector_compare_view_set_comparison (self->view, NULL, NULL, NULL);
  if (self->comparison != NULL)
    {
      inspector_comparison_stop (self->comparison);
      inspector_watch_stop (inspector_comparison_get_watch (self->comparison, FALSE));
      inspector_watch_stop (inspector_comparison_get_watch (self->comparison, TRUE));
    }
  g_clear_object (&self->comparison);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_COMPARE_WINDOW);
  G_OBJECT_CLASS (inspector_compare_window_parent_class)->dispose (object);
}

static void
inspector_compare_window_class_init (InspectorCompareWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_compare_window_dispose;
  g_type_ensure (INSPECTOR_TYPE_COMPARE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-compare-window.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareWindow, view);
  gtk_widget_class_install_action (widget_class, "win.next", NULL, move);
  gtk_widget_class_install_action (widget_class, "win.previous", NULL, move);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "win.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "win.previous", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
inspector_compare_window_init (InspectorCompareWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

InspectorCompareWindow *
inspector_compare_window_new (GtkWindow *beside, InspectorWatch *a, const char *title_a, InspectorWatch *b, const char *title_b)
{
  InspectorCompareWindow *self = g_object_new (INSPECTOR_TYPE_COMPARE_WINDOW, NULL);

  if (beside != NULL)
    gtk_window_set_application (GTK_WINDOW (self), gtk_window_get_application (beside));
  self->comparison = inspector_comparison_new (a, b);
  inspector_compare_view_set_comparison (self->view, self->comparison, title_a, title_b);
  return self;
}

InspectorCompareView *
inspector_compare_window_get_view (InspectorCompareWindow *self)
{
  return self->view;
}

/* ---- with what ---- */

/* What one side is, until the other is known. */
typedef struct {
  AdwToastOverlay *toasts;      /* weak */
  InspectorWatch  *watch;
  char            *title;
  OuioeClient     *client;      /* NULL: the sessions are not of a service */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_weak_pointer (&question->toasts);
  g_object_unref (question->watch);
  g_free (question->title);
  g_clear_object (&question->client);
  g_free (question);
}

static GtkWindow *
get_parent (AdwToastOverlay *toasts)
{
  GtkRoot *root = toasts != NULL ? gtk_widget_get_root (GTK_WIDGET (toasts)) : NULL;

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

/* The window stops its watches when it closes: it gets its own of what may run. */
static InspectorWatch *
dup_watch (Question *question)
{
  if (inspector_watch_get_origin (question->watch) != INSPECTOR_WATCH_SERVICE || question->client == NULL)
    return g_object_ref (question->watch);
  return inspector_watch_new (question->client, inspector_watch_get_session_id (question->watch));
}

static void
open_window (Question *question, InspectorWatch *other, InspectorSessionItem *item)
{
  g_autoptr(InspectorWatch) watch = dup_watch (question);
  g_autofree char *title = inspector_session_item_dup_title (item);

  gtk_window_present (GTK_WINDOW (inspector_compare_window_new (get_parent (question->toasts), watch, question->title, other,
                                                                title)));
}

static void
on_chosen (InspectorSessionChooser *chooser, InspectorSessionItem *item, gpointer user_data)
{
  Question *question = user_data;
  g_autoptr(InspectorWatch) other = inspector_watch_new (question->client, inspector_session_item_get_id (item));

  open_window (question, other, item);
}

/* Of a file with several sessions the first one. */
static void
on_file_opened (InspectorRecording *recording, gpointer user_data)
{
  Question *question = g_object_get_data (user_data, "question");
  g_autoptr(InspectorSessionItem) item = inspector_session_item_new (inspector_recording_get_session (recording, 0));
  g_autoptr(InspectorWatch) other = inspector_recording_watch (recording, 0);

  open_window (question, other, item);
}

static void
on_file (InspectorSessionChooser *chooser, gpointer user_data)
{
  Question *question = user_data;

  if (question->toasts != NULL)
    inspector_transfer_choose_open (question->toasts, on_file_opened, question->toasts);
}

void
inspector_compare_window_ask (AdwToastOverlay *toasts, InspectorWatch *watch, const char *title, GListModel *sessions,
                              OuioeClient *client)
{
  Question *question = g_new0 (Question, 1);
  g_autoptr(GListStore) none = g_list_store_new (INSPECTOR_TYPE_SESSION_ITEM);
  gboolean is_listed = inspector_watch_get_origin (watch) == INSPECTOR_WATCH_SERVICE;
  InspectorSessionChooser *chooser;

  g_set_weak_pointer (&question->toasts, toasts);
  question->watch = g_object_ref (watch);
  question->title = g_strdup (title);
  g_set_object (&question->client, client);
  chooser = inspector_session_chooser_new (get_parent (toasts), _("Compare With"),
                                           client != NULL ? sessions : G_LIST_MODEL (none),
                                           is_listed ? inspector_watch_get_session_id (watch) : NULL);
  /* The last question is the one that a file, which may take a while to be chosen and read, is the answer to. */
  g_object_set_data_full (G_OBJECT (toasts), "question", question, question_free);
  g_signal_connect (chooser, "chosen", G_CALLBACK (on_chosen), question);
  g_signal_connect (chooser, "file", G_CALLBACK (on_file), question);
  gtk_window_present (GTK_WINDOW (chooser));
}
