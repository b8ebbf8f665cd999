/* inspector-progress-card.c - how far a session is, at a glance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-progress-card.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "inspector-format.h"

/* Between two moves of a bar that cannot tell how far it is. */
#define PULSE_INTERVAL_MS 80

struct _InspectorProgressCard
{
  GtkBox          parent_instance;
  GtkLabel       *activity;
  GtkLabel       *percent;
  GtkProgressBar *bar;
  GtkLabel       *details;
  InspectorWatch *watch;      /* NULL when nothing is shown */
  double          last;       /* fraction that was shown before; negative when none was */
  guint           tick;       /* shows what is new in the next frame; 0 when nothing is */
  guint           pulse;      /* moves the bar; 0 when it stands still */
};

G_DEFINE_FINAL_TYPE (InspectorProgressCard, inspector_progress_card, GTK_TYPE_BOX)

static gboolean
pulse_cb (gpointer user_data)
{
  gtk_progress_bar_pulse (INSPECTOR_PROGRESS_CARD (user_data)->bar);
  return G_SOURCE_CONTINUE;
}

static void
set_pulsing (InspectorProgressCard *self, gboolean is_pulsing)
{
  gboolean is_animated;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &is_animated, NULL);
  is_pulsing = is_pulsing && is_animated && gtk_widget_get_mapped (GTK_WIDGET (self));
  if (is_pulsing && self->pulse == 0)
    self->pulse = g_timeout_add (PULSE_INTERVAL_MS, pulse_cb, self);
  else if (!is_pulsing)
    g_clear_handle_id (&self->pulse, g_source_remove);
}

static gboolean
is_completion (OuioeProgressUpdate *update)
{
  const char *word = ouioe_progress_update_get_progress_type (update);

  return strcmp (word, "completion") == 0 || strcmp (word, "completed") == 0;
}

static gboolean
is_number (const char *text)
{
  return *text != '\0' && text[strspn (text, "0123456789")] == '\0';
}

/* "Step 5 of 8", or the name of the step when it has one; NULL when nothing was said. */
static char *
describe_step (OuioeProgressUpdate *update)
{
  g_autofree char *step = ouioe_progress_update_dup_current_step (update);
  gint64 total;
  gboolean has_total = ouioe_progress_update_get_total_steps (update, &total) && total > 0;

  if ((step == NULL || *step == '\0') && !has_total)
    return NULL;
  if (step == NULL || *step == '\0')
    return g_strdup_printf (ngettext ("%" PRId64 " step", "%" PRId64 " steps", (gulong) total),
                            total);
  if (!is_number (step))
    return g_steal_pointer (&step);
  if (has_total)
    return g_strdup_printf (_("Step %s of %" PRId64), step, total);
  return g_strdup_printf (_("Step %s"), step);
}

static char *
describe_remaining (OuioeProgressUpdate *update)
{
  g_autofree char *remaining = ouioe_progress_update_dup_estimated_remaining (update);
  gboolean is_seconds;

  if (remaining == NULL || *remaining == '\0')
    return NULL;
  is_seconds = is_number (remaining) && strlen (remaining) < 7;
  if (is_seconds)
    {
      g_autofree char *time = inspector_format_age (g_ascii_strtoll (remaining, NULL, 10) * G_USEC_PER_SEC);

      return g_strdup_printf (_("about %s left"), time);
    }
  return g_strdup_printf (_("%s left"), remaining);
}

static char *
describe_findings (OuioeProgressUpdate *update)
{
  g_autofree char *text = ouioe_progress_update_dup_intermediate_findings (update);
  json_t *list = text != NULL ? json_loads (text, 0, NULL) : NULL;
  guint n = (guint) json_array_size (list);

  json_decref (list);
  return n > 0 ? g_strdup_printf (ngettext ("%u finding", "%u findings", n), n) : NULL;
}

static void
add_part (GString *text, char *part)
{
  g_autofree char *owned = part;

  if (owned != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", owned);
}

static void
show_details (InspectorProgressCard *self, OuioeProgressUpdate *update, gboolean is_over, gboolean is_lower)
{
  g_autoptr(GString) text = g_string_new (NULL);
  gint64 began_us = inspector_watch_get_began_us (self->watch);
  gint64 ended_us = inspector_watch_get_ended_us (self->watch);

  add_part (text, describe_step (update));
  if (is_lower)
    add_part (text, g_strdup (_("restarted")));
  if (!is_over)
    add_part (text, describe_remaining (update));
  add_part (text, describe_findings (update));
  if (is_over && began_us > 0 && ended_us > began_us)
    {
      g_autofree char *duration = inspector_format_duration (ended_us - began_us);

      add_part (text, g_strdup_printf (_("took %s"), duration));
    }
  gtk_label_set_text (self->details, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->details), text->len > 0);
}

static void
show_bar (InspectorProgressCard *self, gboolean is_known, double fraction, gboolean is_over)
{
  g_autofree char *percent = is_known ? inspector_format_percent (fraction) : NULL;

  set_pulsing (self, !is_known && !is_over && inspector_watch_get_state (self->watch) == INSPECTOR_WATCH_LIVE);
  if (is_known || is_over)
    gtk_progress_bar_set_fraction (self->bar, is_known ? fraction : 0);
  gtk_label_set_text (self->percent, is_known ? percent : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  is_known ? percent : _("not known"), -1);
}

static void
show (InspectorProgressCard *self)
{
  OuioeProgressUpdate *update = self->watch != NULL ? inspector_watch_get_progress (self->watch) : NULL;
  gboolean is_over;
  gboolean is_known;
  double fraction;

  gtk_widget_set_visible (GTK_WIDGET (self), update != NULL);
  if (update == NULL)
    {
      self->last = -1;
      set_pulsing (self, FALSE);
      return;
    }

  g_autofree char *activity = ouioe_progress_update_dup_current_activity (update);
  g_autofree char *message = ouioe_progress_update_dup_message (update);
  g_autofree char *line = inspector_format_one_line (activity != NULL && *activity != '\0' ? activity : message, 300);

  is_known = ouioe_progress_update_get_percentage (update, &fraction);
  fraction = fraction / 100;
  if (is_completion (update) && !is_known)
    {
      is_known = TRUE;
      fraction = 1;
    }
  is_over = is_completion (update) || inspector_watch_get_state (self->watch) == INSPECTOR_WATCH_FINISHED;
  gtk_label_set_text (self->activity, line);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->activity), line);
  show_bar (self, is_known, fraction, is_over);
  show_details (self, update, is_over, is_known && fraction < self->last);
  if (is_completion (update))
    gtk_widget_add_css_class (GTK_WIDGET (self), "is-complete");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "is-complete");
  if (is_known)
    self->last = fraction;
}

static gboolean
show_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  InspectorProgressCard *self = INSPECTOR_PROGRESS_CARD (widget);

  self->tick = 0;
  show (self);
  return G_SOURCE_REMOVE;
}

/* The newest update wins, once per frame. A card that is not there yet gets no frames. */
static void
show_soon (InspectorProgressCard *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    show (self);
  else if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_cb, NULL, NULL);
}

static void
forget_watch (InspectorProgressCard *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->pulse, g_source_remove);
  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
}

void
inspector_progress_card_set_watch (InspectorProgressCard *self, InspectorWatch *watch)
{
  forget_watch (self);
  self->last = -1;
  if (watch != NULL)
    {
      self->watch = g_object_ref (watch);
      g_signal_connect_swapped (watch, "progress-changed", G_CALLBACK (show_soon), self);
      g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (show_soon), self);
    }
  show (self);
}

static void
inspector_progress_card_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (inspector_progress_card_parent_class)->map (widget);
  show (INSPECTOR_PROGRESS_CARD (widget));
}

static void
inspector_progress_card_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&INSPECTOR_PROGRESS_CARD (widget)->pulse, g_source_remove);
  GTK_WIDGET_CLASS (inspector_progress_card_parent_class)->unmap (widget);
}

static void
inspector_progress_card_dispose (GObject *object)
{
  InspectorProgressCard *self = INSPECTOR_PROGRESS_CARD (object);

  forget_watch (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_PROGRESS_CARD);
  G_OBJECT_CLASS (inspector_progress_card_parent_class)->dispose (object);
}

static void
inspector_progress_card_class_init (InspectorProgressCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_progress_card_dispose;
  widget_class->map = inspector_progress_card_map;
  widget_class->unmap = inspector_progress_card_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-progress-card.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorProgressCard, activity);
  gtk_widget_class_bind_template_child (widget_class, InspectorProgressCard, percent);
  gtk_widget_class_bind_template_child (widget_class, InspectorProgressCard, bar);
  gtk_widget_class_bind_template_child (widget_class, InspectorProgressCard, details);
}

static void
inspector_progress_card_init (InspectorProgressCard *self)
{
  self->last = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
}
