/* inspector-session-row.c - the widget of one session in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-session-row.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

struct _InspectorSessionRow
{
  GtkBox                parent_instance;
  GtkImage             *icon;
  GtkLabel             *title;
  GtkLabel             *subtitle;
  GtkLabel             *percentage;
  InspectorSessionItem *item;
  const char           *mood_class;   /* of the colour, to be taken away again; NULL at first */
};

/* By InspectorSessionMood. */
static const struct {
  const char *icon_name;
  const char *css_class;
  const char *name;
} moods[] = {
  [INSPECTOR_SESSION_LIVE] = { "ouioe-live-symbolic", "mood-live", N_ ("Live") },
  [INSPECTOR_SESSION_QUIET] = { "ouioe-quiet-symbolic", "mood-quiet", N_ ("Quiet") },
  [INSPECTOR_SESSION_FINISHED] = { "ouioe-done-symbolic", "mood-finished", N_ ("Finished") },
  [INSPECTOR_SESSION_WARNED] = { "ouioe-warning-symbolic", "mood-warned", N_ ("Finished with warnings") },
  [INSPECTOR_SESSION_FAILED] = { "ouioe-error-symbolic", "mood-failed", N_ ("Failed") },
};

G_DEFINE_FINAL_TYPE (InspectorSessionRow, inspector_session_row, GTK_TYPE_BOX)

static void
show_percentage (InspectorSessionRow *self)
{
  double percentage = inspector_session_item_get_percentage (self->item);
  gboolean is_shown = percentage >= 0 && inspector_session_item_is_open (self->item);
  g_autofree char *text = is_shown ? inspector_format_percent (percentage / 100) : g_strdup ("");

  gtk_label_set_text (self->percentage, text);
  gtk_widget_set_visible (GTK_WIDGET (self->percentage), is_shown);
}

static void
show_mood (InspectorSessionRow *self, InspectorSessionMood mood)
{
  if (self->mood_class == moods[mood].css_class)
    return;
  if (self->mood_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->mood_class);
  self->mood_class = moods[mood].css_class;
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), self->mood_class);
  gtk_image_set_from_icon_name (self->icon, moods[mood].icon_name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _(moods[mood].name), -1);
}

/* The row around it has no name by itself. */
static void
name_parent (InspectorSessionRow *self, const char *sentence)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

void
inspector_session_row_refresh (InspectorSessionRow *self)
{
  gint64 now_us = g_get_real_time ();
  InspectorSessionMood mood = inspector_session_item_get_mood (self->item, now_us);
  g_autofree char *title = inspector_session_item_dup_title (self->item);
  g_autofree char *subtitle = inspector_session_item_dup_subtitle (self->item, now_us);
  g_autofree char *sentence = NULL;

  gtk_label_set_text (self->title, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), inspector_session_item_get_id (self->item));
  gtk_label_set_text (self->subtitle, subtitle);
  show_percentage (self);
  show_mood (self, mood);
  sentence = g_strjoin (", ", title, _(moods[mood].name), subtitle,
                        gtk_widget_get_visible (GTK_WIDGET (self->percentage)) ? gtk_label_get_text (self->percentage)
                                                                               : NULL, NULL);
  name_parent (self, sentence);
}

static void
on_parent (InspectorSessionRow *self)
{
  if (self->item != NULL && gtk_widget_get_parent (GTK_WIDGET (self)) != NULL)
    inspector_session_row_refresh (self);
}

static void
inspector_session_row_dispose (GObject *object)
{
  InspectorSessionRow *self = INSPECTOR_SESSION_ROW (object);

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_SESSION_ROW);
  G_OBJECT_CLASS (inspector_session_row_parent_class)->dispose (object);
}

static void
inspector_session_row_class_init (InspectorSessionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_session_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-session-row.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionRow, title);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionRow, percentage);
}

static void
inspector_session_row_init (InspectorSessionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::parent", G_CALLBACK (on_parent), NULL);
}

InspectorSessionRow *
inspector_session_row_new (InspectorSessionItem *item)
{
  InspectorSessionRow *self = g_object_new (INSPECTOR_TYPE_SESSION_ROW, NULL);

  self->item = g_object_ref (item);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (inspector_session_row_refresh), self);
  inspector_session_row_refresh (self);
  return self;
}

InspectorSessionItem *
inspector_session_row_get_item (InspectorSessionRow *self)
{
  return self->item;
}
