/* inspector-player-bar.c - what one holds on to while a session happens again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-player-bar.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

/* Narrower than this, how long the session was is left out. */
#define NARROW_PIXELS 440
/* What a key on the handle moves it by. */
#define PAGE_US (10 * G_USEC_PER_SEC)

struct _InspectorPlayerBar
{
  GtkWidget        parent_instance;
  GtkWidget       *box;
  GtkButton       *play_button;
  GtkLabel        *elapsed;
  GtkScale        *scale;
  GtkLabel        *length;
  GtkMenuButton   *speed_button;
  InspectorPlayer *player;          /* NULL when there is none */
  guint            narrow_idle;     /* shows or hides what has room now; 0 when nothing changes */
  gboolean         is_narrow;
};

enum { PROP_SHORTEN_GAPS = 1, PROP_SPEED };
static guint closed_signal;

G_DEFINE_FINAL_TYPE (InspectorPlayerBar, inspector_player_bar, GTK_TYPE_WIDGET)

/* ---- what is shown ---- */

/* Only when it says something else: a label that is set lays out the bar anew. */
static void
set_text (GtkLabel *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

static void
show_position (InspectorPlayerBar *self)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (self->scale));
  double start = (double) inspector_player_get_start_us (self->player);
  double end = (double) inspector_player_get_end_us (self->player);
  g_autofree char *elapsed = inspector_format_duration (inspector_player_get_elapsed_us (self->player));
  g_autofree char *length = inspector_format_duration (inspector_player_get_length_us (self->player));
  g_autofree char *words = g_strdup_printf (_("%s of %s"), elapsed, length);

  gtk_adjustment_configure (adjustment, (double) inspector_player_get_position_us (self->player), start, MAX (end, start + 1),
                            G_USEC_PER_SEC, PAGE_US, 0);
  set_text (self->elapsed, elapsed);
  set_text (self->length, length);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, words, -1);
}

static void
show_state (InspectorPlayerBar *self)
{
  gboolean is_playing = inspector_player_is_playing (self->player);
  const char *word = is_playing ? _("Pause") : _("Play");
  g_autofree char *speed = inspector_player_format_speed (inspector_player_get_speed (self->player));
  g_autofree char *name = g_strdup_printf (_("Speed: %s"), speed);

  gtk_button_set_icon_name (self->play_button, is_playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
  gtk_menu_button_set_label (self->speed_button, speed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->speed_button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* The properties stand behind actions: the menu marks what is chosen. */
static void
on_player_notify (InspectorPlayerBar *self, GParamSpec *pspec)
{
  show_state (self);
  if (g_str_equal (pspec->name, "speed") || g_str_equal (pspec->name, "shorten-gaps"))
    g_object_notify (G_OBJECT (self), pspec->name);
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenu) section = g_menu_new ();
  g_autoptr(GMenu) gaps = g_menu_new ();
  guint n;
  const double *speeds = inspector_player_get_speeds (&n);

  for (guint i = n; i > 0; i--)
    {
      g_autofree char *label = inspector_player_format_speed (speeds[i - 1]);
      g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "player.speed", "d", speeds[i - 1]);
      g_menu_append_item (section, item);
    }
  g_menu_append (gaps, _("_Shorten Silences"), "player.shorten-gaps");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (gaps));
  return G_MENU_MODEL (menu);
}

static gboolean
narrow_cb (gpointer user_data)
{
  InspectorPlayerBar *self = user_data;

  self->narrow_idle = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->length), !self->is_narrow);
  return G_SOURCE_REMOVE;
}

/* It can be as narrow as it is without what it then hides. */
static void
inspector_player_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                              int *minimum_baseline, int *natural_baseline)
{
  InspectorPlayerBar *self = INSPECTOR_PLAYER_BAR (widget);
  int length;

  gtk_widget_measure (self->box, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  if (orientation == GTK_ORIENTATION_VERTICAL || !gtk_widget_get_visible (GTK_WIDGET (self->length)))
    return;
  gtk_widget_measure (GTK_WIDGET (self->length), orientation, -1, &length, NULL, NULL, NULL);
  *minimum = MAX (*minimum - length - gtk_box_get_spacing (GTK_BOX (self->box)), 0);
}

static void
inspector_player_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  InspectorPlayerBar *self = INSPECTOR_PLAYER_BAR (widget);
  gboolean is_narrow = width < NARROW_PIXELS;

  int least;

  /* In the frame before the change it is laid out wider than there is room, and cut off. */
  gtk_widget_measure (self->box, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_size_allocate (self->box, &(GtkAllocation) { 0, 0, MAX (width, least), height }, baseline);
  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  /* Nothing is shown or hidden while it is being laid out. */
  if (self->narrow_idle == 0)
    self->narrow_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, narrow_cb, self, NULL);
}

/* ---- what is done ---- */

static gboolean
on_change_value (GtkRange *range, GtkScrollType scroll, double value, InspectorPlayerBar *self)
{
  if (self->player != NULL)
    inspector_player_seek (self->player, (gint64) value);
  return TRUE;
}

static void
toggle (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorPlayer *player = INSPECTOR_PLAYER_BAR (widget)->player;

  if (player == NULL)
    return;
  if (inspector_player_is_playing (player))
    inspector_player_pause (player);
  else
    inspector_player_play (player);
}

static void
step (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorPlayer *player = INSPECTOR_PLAYER_BAR (widget)->player;

  if (player != NULL)
    inspector_player_step (player, g_str_equal (action, "player.step-back") ? -1 : 1);
}

static void
change_speed (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorPlayer *player = INSPECTOR_PLAYER_BAR (widget)->player;

  if (player != NULL)
    inspector_player_change_speed (player, g_str_equal (action, "player.slower") ? -1 : 1);
}

static void
end (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, closed_signal, 0);
}

/* ---- the player ---- */

static void
forget_player (InspectorPlayerBar *self)
{
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  g_clear_object (&self->player);
}

void
inspector_player_bar_set_player (InspectorPlayerBar *self, InspectorPlayer *player)
{
  forget_player (self);
  if (player == NULL)
    return;
  self->player = g_object_ref (player);
  g_signal_connect_swapped (player, "moved", G_CALLBACK (show_position), self);
  g_signal_connect_swapped (player, "notify", G_CALLBACK (on_player_notify), self);
  show_position (self);
  show_state (self);
  g_object_notify (G_OBJECT (self), "speed");
  g_object_notify (G_OBJECT (self), "shorten-gaps");
}

InspectorPlayer *
inspector_player_bar_get_player (InspectorPlayerBar *self)
{
  return self->player;
}

/* ---- the type ---- */

static void
inspector_player_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorPlayer *player = INSPECTOR_PLAYER_BAR (object)->player;

  switch (prop_id)
    {
    case PROP_SHORTEN_GAPS: g_value_set_boolean (value, player == NULL || inspector_player_get_shorten_gaps (player)); break;
    case PROP_SPEED: g_value_set_double (value, player != NULL ? inspector_player_get_speed (player) : 1); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_player_bar_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorPlayer *player = INSPECTOR_PLAYER_BAR (object)->player;

  if (player == NULL)
    return;
  switch (prop_id)
    {
    case PROP_SHORTEN_GAPS: inspector_player_set_shorten_gaps (player, g_value_get_boolean (value)); break;
    case PROP_SPEED: inspector_player_set_speed (player, g_value_get_double (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_player_bar_dispose (GObject *object)
{
  InspectorPlayerBar *self = INSPECTOR_PLAYER_BAR (object);

  g_clear_handle_id (&self->narrow_idle, g_source_remove);
  forget_player (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_PLAYER_BAR);
  G_OBJECT_CLASS (inspector_player_bar_parent_class)->dispose (object);
}

static void
inspector_player_bar_class_init (InspectorPlayerBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = inspector_player_bar_get_property;
  object_class->set_property = inspector_player_bar_set_property;
  object_class->dispose = inspector_player_bar_dispose;
  widget_class->measure = inspector_player_bar_measure;
  widget_class->size_allocate = inspector_player_bar_size_allocate;
  g_object_class_install_property (object_class, PROP_SHORTEN_GAPS,
                                   g_param_spec_boolean ("shorten-gaps", NULL, NULL, TRUE, flags));
  g_object_class_install_property (object_class, PROP_SPEED, g_param_spec_double ("speed", NULL, NULL, 0, 20, 1, flags));
  closed_signal = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-player-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, box);
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, play_button);
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, elapsed);
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, scale);
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, length);
  gtk_widget_class_bind_template_child (widget_class, InspectorPlayerBar, speed_button);
  gtk_widget_class_bind_template_callback (widget_class, on_change_value);
  gtk_widget_class_install_action (widget_class, "player.toggle", NULL, toggle);
  gtk_widget_class_install_action (widget_class, "player.step-back", NULL, step);
  gtk_widget_class_install_action (widget_class, "player.step-forward", NULL, step);
  gtk_widget_class_install_action (widget_class, "player.slower", NULL, change_speed);
  gtk_widget_class_install_action (widget_class, "player.faster", NULL, change_speed);
  gtk_widget_class_install_action (widget_class, "player.close", NULL, end);
  gtk_widget_class_install_property_action (widget_class, "player.speed", "speed");
  gtk_widget_class_install_property_action (widget_class, "player.shorten-gaps", "shorten-gaps");
}

static void
inspector_player_bar_init (InspectorPlayerBar *self)
{
  g_autoptr(GMenuModel) menu = make_menu ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_menu_model (self->speed_button, menu);
}
