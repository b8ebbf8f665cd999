/* inspector-timeline.c - when a session did what: lanes, phases of the model, confidence, and an overview of it all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What arrives is noted at once, sixteen bytes a row, and shown at most ten times a second. What the reader does is shown at
 * once.
 */
#include "config.h"

#include "inspector-timeline.h"

#include <adwaita.h>
#include <string.h>

#include "inspector-format.h"
#include "inspector-timeline-lanes.h"
#include "inspector-timeline-overview.h"

#define REFRESH_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)
/* A phase that lasts grows with the time, although nothing arrives. */
#define PHASE_INTERVAL_MS 1000
/* Assistive programs are not told more often. */
#define SUMMARY_INTERVAL_MS 2000
#define OVERVIEW_GAP 6

struct _InspectorTimeline
{
  GtkWidget                  parent_instance;
  GtkWidget                 *controls;
  GtkAdjustment             *level;
  InspectorTimelineLanes    *lanes;
  InspectorTimelineOverview *overview;
  InspectorTimelineState     state;
  InspectorWatch            *watch;            /* NULL when nothing is shown */
  InspectorChainItem        *selected_item;
  InspectorBookmarks        *bookmarks;        /* of the session; NULL when nothing is shown */
  gboolean                   is_since_start;
  gint64                     refreshed_us;     /* monotonic, when it was last */
  guint                      refresh;          /* shows what is new; 0 when nothing is */
  guint                      phase_timeout;    /* while a phase lasts */
  guint                      summary_timeout;  /* tells what it shows; 0 when nothing is new */
  char                      *summary;
  gboolean                   is_setting_level; /* not the reader */
};

typedef enum {
  PROP_WATCH = 1,
  PROP_SELECTED_ITEM,
  PROP_MATCHES,
  PROP_SINCE_START,
} InspectorTimelineProperty;
static GParamSpec *props[PROP_SINCE_START + 1];
static guint activated_signal;

G_DEFINE_FINAL_TYPE (InspectorTimeline, inspector_timeline, GTK_TYPE_WIDGET)

/* ---- what it shows, in words ---- */

static gboolean
tell_summary_cb (gpointer user_data)
{
  InspectorTimeline *self = user_data;
  g_autofree char *text = inspector_timeline_data_summarize (self->state.data);

  self->summary_timeout = 0;
  if (g_strcmp0 (text, self->summary) == 0)
    return G_SOURCE_REMOVE;
  g_free (self->summary);
  self->summary = g_steal_pointer (&text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->lanes), GTK_ACCESSIBLE_PROPERTY_LABEL, self->summary, -1);
  return G_SOURCE_REMOVE;
}

const char *
inspector_timeline_get_summary (InspectorTimeline *self)
{
  g_clear_handle_id (&self->summary_timeout, g_source_remove);
  tell_summary_cb (self);
  return self->summary;
}

/* ---- what there is ---- */

static gboolean
is_live (InspectorTimeline *self)
{
  return self->watch != NULL && inspector_watch_get_state (self->watch) == INSPECTOR_WATCH_LIVE;
}

/* From the first to the last of all that is known; FALSE when nothing is. */
static gboolean
measure_all (InspectorTimeline *self, gint64 *first_us, gint64 *last_us)
{
  guint n;
  const InspectorPhase *spans = inspector_timeline_phases_get (self->state.phases, &n);
  gboolean has_marks = inspector_timeline_data_get_range (self->state.data, first_us, last_us);

  if (n == 0)
    return has_marks;
  *first_us = has_marks ? MIN (*first_us, spans[0].begin_us) : spans[0].begin_us;
  *last_us = MAX (*last_us, spans[n - 1].end_us > 0 ? spans[n - 1].end_us : self->state.now_us);
  return TRUE;
}

static gboolean
lasts (InspectorTimeline *self)
{
  return is_live (self) && inspector_timeline_phases_get_lasts (self->state.phases);
}

/* ---- showing it ---- */

static void
show_level (InspectorTimeline *self)
{
  const InspectorTimelineScale *scale = &self->state.scale;

  self->is_setting_level = TRUE;
  gtk_adjustment_set_value (self->level, inspector_timeline_scale_get_level (scale));
  self->is_setting_level = FALSE;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "timeline.zoom-out", !scale->is_whole);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "timeline.fit", !scale->is_whole);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "timeline.zoom-in",
                                 scale->end_us - scale->begin_us > INSPECTOR_TIMELINE_MIN_SPAN_US);
}

/* The scale is another one. */
static void
show_scale (InspectorTimeline *self)
{
  show_level (self);
  inspector_timeline_lanes_refresh (self->lanes);
  inspector_timeline_overview_refresh (self->overview);
}

static gboolean refresh_cb (gpointer user_data);

/* Not before it is due, and once for all that has come until then. */
static void
refresh_soon (InspectorTimeline *self)
{
  gint64 wait_us = self->refreshed_us + REFRESH_INTERVAL_US - g_get_monotonic_time ();

  if (self->refresh == 0)
    self->refresh = g_timeout_add ((guint) (MAX (wait_us, 0) / 1000), refresh_cb, self);
}

static void
refresh (InspectorTimeline *self)
{
  gint64 first_us = 0;
  gint64 last_us = 0;
  gboolean has_any;

  self->refreshed_us = g_get_monotonic_time ();
  self->state.now_us = self->watch != NULL ? inspector_watch_get_now_us (self->watch) : 0;
  has_any = measure_all (self, &first_us, &last_us);
  gtk_widget_set_visible (GTK_WIDGET (self), has_any);
  if (!has_any)
    return;
  self->state.zero_us = self->is_since_start ? first_us : 0;
  g_array_set_size (self->state.bookmarks, 0);
  if (self->bookmarks != NULL)
    inspector_timeline_find_bookmarks (self->bookmarks, self->state.model, self->state.bookmarks);
  inspector_timeline_scale_set_range (&self->state.scale, first_us, last_us, is_live (self));
  show_scale (self);
  if (self->summary_timeout == 0)
    self->summary_timeout = g_timeout_add (SUMMARY_INTERVAL_MS, tell_summary_cb, self);
}

static gboolean
refresh_cb (gpointer user_data)
{
  InspectorTimeline *self = user_data;

  self->refresh = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static gboolean
phase_cb (gpointer user_data)
{
  InspectorTimeline *self = user_data;

  if (lasts (self) && gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      refresh_soon (self);
      return G_SOURCE_CONTINUE;
    }
  self->phase_timeout = 0;
  return G_SOURCE_REMOVE;
}

static void
watch_phase (InspectorTimeline *self)
{
  if (self->phase_timeout == 0 && lasts (self) && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->phase_timeout = g_timeout_add (PHASE_INTERVAL_MS, phase_cb, self);
}

static void
on_style (InspectorTimeline *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->state.is_dark = adw_style_manager_get_dark (style);
  self->state.is_high_contrast = adw_style_manager_get_high_contrast (style);
  inspector_timeline_lanes_refresh (self->lanes);
  inspector_timeline_overview_refresh (self->overview);
}

/* ---- the watch ---- */

static void
on_items_changed (InspectorTimeline *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  inspector_timeline_data_splice (self->state.data, model, position, n_removed, n_added);
  refresh_soon (self);
}

static void
on_generation (InspectorTimeline *self)
{
  inspector_timeline_phases_update (self->state.phases, inspector_watch_get_generation (self->watch));
  watch_phase (self);
  refresh_soon (self);
}

static void
forget_watch (InspectorTimeline *self)
{
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_handle_id (&self->phase_timeout, g_source_remove);
  g_clear_handle_id (&self->summary_timeout, g_source_remove);
  inspector_timeline_data_clear (self->state.data);
  inspector_timeline_phases_update (self->state.phases, NULL);
  inspector_timeline_scale_init (&self->state.scale);
  self->state.model = NULL;
  self->state.sight_first_us = 0;
  self->state.sight_last_us = 0;
  if (self->watch == NULL)
    return;
  g_signal_handlers_disconnect_by_data (inspector_watch_get_model (self->watch), self);
  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_signal_handlers_disconnect_by_data (self->bookmarks, self);
  g_clear_object (&self->bookmarks);
  g_clear_object (&self->watch);
}

void
inspector_timeline_set_watch (InspectorTimeline *self, InspectorWatch *watch)
{
  GListModel *model;

  g_return_if_fail (INSPECTOR_IS_TIMELINE (self));

  if (self->watch == watch)
    return;
  forget_watch (self);
  inspector_timeline_set_selected_item (self, NULL);
  if (watch != NULL)
    {
      self->watch = g_object_ref (watch);
      model = G_LIST_MODEL (inspector_watch_get_model (watch));
      self->state.model = model;
      self->bookmarks = inspector_bookmarks_get (inspector_watch_get_session_id (watch));
      g_signal_connect_swapped (self->bookmarks, "changed", G_CALLBACK (refresh_soon), self);
      inspector_timeline_data_splice (self->state.data, model, 0, 0, g_list_model_get_n_items (model));
      inspector_timeline_phases_update (self->state.phases, inspector_watch_get_generation (watch));
      g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
      g_signal_connect_swapped (watch, "generation-changed", G_CALLBACK (on_generation), self);
      g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (refresh_soon), self);
      watch_phase (self);
    }
  refresh (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WATCH]);
}

/* ---- what is marked ---- */

static void
on_times_changed (gpointer user_data)
{
  refresh_soon (user_data);
}

void
inspector_timeline_set_selected_item (InspectorTimeline *self, InspectorChainItem *item)
{
  g_return_if_fail (INSPECTOR_IS_TIMELINE (self));

  if (!g_set_object (&self->selected_item, item))
    return;
  self->state.selected_us = item != NULL ? inspector_chain_item_get_time_us (item) : 0;
  if (self->state.selected_us > 0)
    inspector_timeline_scale_reveal (&self->state.scale, self->state.selected_us);
  show_scale (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTED_ITEM]);
}

InspectorChainItem *
inspector_timeline_get_selected_item (InspectorTimeline *self)
{
  return self->selected_item;
}

void
inspector_timeline_set_matches (InspectorTimeline *self, GListModel *items)
{
  g_return_if_fail (INSPECTOR_IS_TIMELINE (self));

  if (inspector_timeline_times_set_model (self->state.matches, items))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MATCHES]);
}

void
inspector_timeline_set_sight (InspectorTimeline *self, InspectorChainItem *first, InspectorChainItem *last)
{
  gint64 first_us = first != NULL ? inspector_chain_item_get_time_us (first) : 0;
  gint64 last_us = last != NULL ? inspector_chain_item_get_time_us (last) : 0;

  g_return_if_fail (INSPECTOR_IS_TIMELINE (self));

  if (self->state.sight_first_us == first_us && self->state.sight_last_us == last_us)
    return;
  self->state.sight_first_us = first_us;
  self->state.sight_last_us = last_us;
  refresh_soon (self);
}

gboolean
inspector_timeline_get_range (InspectorTimeline *self, gint64 *begin_us, gint64 *end_us)
{
  *begin_us = self->state.scale.begin_us;
  *end_us = self->state.scale.end_us;
  return *end_us > *begin_us;
}

guint
inspector_timeline_get_n_drawn (InspectorTimeline *self)
{
  return inspector_timeline_lanes_get_n_drawn (self->lanes);
}

/* ---- the reader ---- */

static void
on_picked (InspectorTimeline *self, guint position)
{
  g_autoptr(InspectorChainItem) item = self->state.model != NULL ? g_list_model_get_item (self->state.model, position) : NULL;

  if (item == NULL)
    return;
  inspector_timeline_set_selected_item (self, item);
  g_signal_emit (self, activated_signal, 0, item);
}

static void
on_level (InspectorTimeline *self, GtkAdjustment *level)
{
  if (self->is_setting_level)
    return;
  inspector_timeline_scale_set_level (&self->state.scale, gtk_adjustment_get_value (level));
  show_scale (self);
}

/* The selected step when it is in sight, the live end when that is, else the middle. */
static gint64
get_fixed_point (InspectorTimeline *self)
{
  const InspectorTimelineScale *scale = &self->state.scale;

  if (self->state.selected_us >= scale->begin_us && self->state.selected_us <= scale->end_us)
    return self->state.selected_us;
  if (scale->is_at_end || (scale->is_whole && is_live (self)))
    return scale->end_us;
  return scale->begin_us + (scale->end_us - scale->begin_us) / 2;
}

static void
act (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (widget);

  inspector_timeline_scale_act (&self->state.scale, action + strlen ("timeline."), get_fixed_point (self),
                                parameter != NULL ? g_variant_get_int32 (parameter) : 0);
  show_scale (self);
}

static void
add_shortcuts (InspectorTimeline *self)
{
  static const struct { guint key; const char *action; } shortcuts[] = {
    { GDK_KEY_plus, "timeline.zoom-in" }, { GDK_KEY_equal, "timeline.zoom-in" }, { GDK_KEY_KP_Add, "timeline.zoom-in" },
    { GDK_KEY_minus, "timeline.zoom-out" }, { GDK_KEY_KP_Subtract, "timeline.zoom-out" },
    { GDK_KEY_0, "timeline.fit" }, { GDK_KEY_KP_0, "timeline.fit" },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (controller), GTK_SHORTCUT_SCOPE_GLOBAL);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      GtkShortcutTrigger *trigger = gtk_keyval_trigger_new (shortcuts[i].key, GDK_CONTROL_MASK);
      GtkShortcutAction *action = gtk_named_action_new (shortcuts[i].action);

      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), gtk_shortcut_new (trigger, action));
    }
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

/* ---- layout ---- */

static void
inspector_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (widget);
  int overview_minimum;
  int overview_natural;

  gtk_widget_measure (GTK_WIDGET (self->lanes), orientation, for_size, minimum, natural, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (self->overview), orientation, for_size, &overview_minimum, &overview_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL && (for_size < 0 || for_size >= INSPECTOR_TIMELINE_NARROW_PIXELS))
    {
      *minimum += overview_minimum + OVERVIEW_GAP;
      *natural += overview_natural + OVERVIEW_GAP;
    }
}

static GtkSizeRequestMode
inspector_timeline_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The buttons stand over the end of the ruler; a narrow timeline is one line without them. */
static void
inspector_timeline_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (widget);
  gboolean is_narrow = width < INSPECTOR_TIMELINE_NARROW_PIXELS;
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkRequisition controls;
  int overview_height;
  int lanes_height;
  int ruler;
  int plot_x;
  int plot_width;

  gtk_widget_get_preferred_size (self->controls, NULL, &controls);
  gtk_widget_measure (GTK_WIDGET (self->overview), GTK_ORIENTATION_VERTICAL, width, NULL, &overview_height, NULL, NULL);
  lanes_height = is_narrow ? height : height - overview_height - OVERVIEW_GAP;
  gtk_widget_set_child_visible (self->controls, !is_narrow);
  gtk_widget_set_child_visible (GTK_WIDGET (self->overview), !is_narrow);
  inspector_timeline_lanes_set_covered (self->lanes, controls.width + OVERVIEW_GAP);
  gtk_widget_size_allocate (GTK_WIDGET (self->lanes), &(GtkAllocation) { 0, 0, width, lanes_height }, -1);
  if (is_narrow)
    return;
  ruler = inspector_timeline_lanes_get_ruler_height (self->lanes);
  inspector_timeline_lanes_get_plot (self->lanes, &plot_x, &plot_width);
  inspector_timeline_overview_set_plot (self->overview, plot_x, plot_width);
  gtk_widget_size_allocate (GTK_WIDGET (self->overview),
                            &(GtkAllocation) { 0, lanes_height + OVERVIEW_GAP, width, overview_height }, -1);
  gtk_widget_size_allocate (self->controls,
                            &(GtkAllocation) { is_rtl ? 0 : width - controls.width, (ruler - 4 - controls.height) / 2,
                                               controls.width, controls.height }, -1);
}

/* ---- the type ---- */

static void
inspector_timeline_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (inspector_timeline_parent_class)->map (widget);
  watch_phase (INSPECTOR_TIMELINE (widget));
}

static void
inspector_timeline_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (object);

  switch ((InspectorTimelineProperty) prop_id)
    {
    case PROP_WATCH:
      g_value_set_object (value, self->watch);
      break;
    case PROP_SELECTED_ITEM:
      g_value_set_object (value, self->selected_item);
      break;
    case PROP_MATCHES:
      g_value_set_object (value, inspector_timeline_times_get_model (self->state.matches));
      break;
    case PROP_SINCE_START:
      g_value_set_boolean (value, self->is_since_start);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_timeline_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (object);

  switch ((InspectorTimelineProperty) prop_id)
    {
    case PROP_WATCH:
      inspector_timeline_set_watch (self, g_value_get_object (value));
      break;
    case PROP_SELECTED_ITEM:
      inspector_timeline_set_selected_item (self, g_value_get_object (value));
      break;
    case PROP_MATCHES:
      inspector_timeline_set_matches (self, g_value_get_object (value));
      break;
    case PROP_SINCE_START:
      if (self->is_since_start == g_value_get_boolean (value))
        return;
      self->is_since_start = g_value_get_boolean (value);
      refresh (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_timeline_dispose (GObject *object)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (object);

  if (self->lanes != NULL)
    {
      inspector_timeline_set_matches (self, NULL);
      forget_watch (self);
    }
  g_clear_object (&self->selected_item);
  g_clear_pointer ((GtkWidget **) &self->lanes, gtk_widget_unparent);
  g_clear_pointer ((GtkWidget **) &self->overview, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_TIMELINE);
  G_OBJECT_CLASS (inspector_timeline_parent_class)->dispose (object);
}

static void
inspector_timeline_finalize (GObject *object)
{
  InspectorTimeline *self = INSPECTOR_TIMELINE (object);

  inspector_timeline_data_free (self->state.data);
  inspector_timeline_phases_free (self->state.phases);
  g_array_unref (self->state.bookmarks);
  inspector_timeline_times_free (self->state.matches);
  g_free (self->summary);
  G_OBJECT_CLASS (inspector_timeline_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  props[PROP_WATCH] = g_param_spec_object ("watch", NULL, NULL, INSPECTOR_TYPE_WATCH, flags);
  props[PROP_SELECTED_ITEM] = g_param_spec_object ("selected-item", NULL, NULL, INSPECTOR_TYPE_CHAIN_ITEM, flags);
  props[PROP_MATCHES] = g_param_spec_object ("matches", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_SINCE_START] = g_param_spec_boolean ("since-start", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (klass, G_N_ELEMENTS (props), props);
}

static void
inspector_timeline_class_init (InspectorTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = inspector_timeline_get_property;
  object_class->set_property = inspector_timeline_set_property;
  object_class->dispose = inspector_timeline_dispose;
  object_class->finalize = inspector_timeline_finalize;
  widget_class->measure = inspector_timeline_measure;
  widget_class->get_request_mode = inspector_timeline_get_request_mode;
  widget_class->size_allocate = inspector_timeline_size_allocate;
  widget_class->map = inspector_timeline_map;
  install_properties (object_class);
  activated_signal = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, INSPECTOR_TYPE_CHAIN_ITEM);
  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-timeline.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorTimeline, controls);
  gtk_widget_class_bind_template_child (widget_class, InspectorTimeline, level);
  gtk_widget_class_bind_template_callback (widget_class, on_level);
  gtk_widget_class_install_action (widget_class, "timeline.zoom-in", NULL, act);
  gtk_widget_class_install_action (widget_class, "timeline.zoom-out", NULL, act);
  gtk_widget_class_install_action (widget_class, "timeline.fit", NULL, act);
  gtk_widget_class_install_action (widget_class, "timeline.move", "i", act);
  gtk_widget_class_install_action (widget_class, "timeline.go", "i", act);
}

static void
inspector_timeline_init (InspectorTimeline *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->state.data = inspector_timeline_data_new ();
  self->state.phases = inspector_timeline_phases_new ();
  self->state.bookmarks = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->state.matches = inspector_timeline_times_new (on_times_changed, self);
  inspector_timeline_scale_init (&self->state.scale);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->lanes = inspector_timeline_lanes_new (&self->state);
  self->overview = inspector_timeline_overview_new (&self->state);
  gtk_widget_insert_before (GTK_WIDGET (self->lanes), GTK_WIDGET (self), self->controls);   /* below the buttons */
  gtk_widget_insert_before (GTK_WIDGET (self->overview), GTK_WIDGET (self), NULL);
  g_signal_connect_swapped (self->lanes, "moved", G_CALLBACK (show_scale), self);
  g_signal_connect_swapped (self->lanes, "picked", G_CALLBACK (on_picked), self);
  g_signal_connect_swapped (self->overview, "moved", G_CALLBACK (show_scale), self);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (on_style), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (on_style), self, G_CONNECT_SWAPPED);
  add_shortcuts (self);
  on_style (self);
}

InspectorTimeline *
inspector_timeline_new (void)
{
  return g_object_new (INSPECTOR_TYPE_TIMELINE, NULL);
}
