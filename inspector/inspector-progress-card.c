/* inspector-progress-card.c - how far a session is and what its model does, at a glance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only what was reported or measured is shown. The newest update wins, once per frame; times that pass are told once a second,
 * while there are any.
 */
#include "config.h"

#include "inspector-progress-card.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-findings.h"
#include "inspector-format.h"
#include "inspector-model-control.h"
#include "inspector-phase-chip.h"
#include "inspector-progress-words.h"
#include "inspector-warnings.h"
#include "inspector-wrap-box.h"

/* Between two moves of a bar that cannot tell how far it is. */
#define PULSE_INTERVAL_MS 80
#define MAX_LINE_CHARS 300

struct _InspectorProgressCard
{
  GtkBox             parent_instance;
  GtkLabel          *activity;
  GtkLabel          *took;
  GtkLabel          *percent;
  GtkToggleButton   *fold_button;
  GtkRevealer       *body;
  GtkProgressBar    *bar;
  GtkWidget         *line;
  GtkWidget         *phase;
  GtkLabel          *details;
  GtkMenuButton     *findings;
  GtkListBox        *findings_list;
  GtkWidget         *warnings;
  GtkLabel          *warnings_text;
  GtkWidget         *control;
  GtkWidget         *answer_now;
  GtkWidget         *stop;
  GtkLabel          *model;
  GtkWidget         *problem;
  GtkLabel          *problem_text;
  InspectorWatch    *watch;         /* NULL when nothing is shown */
  InspectorWarnings *noted;
  GCancellable      *calls;         /* of what was asked of the service for this watch */
  gboolean           is_asking;     /* the service did not answer yet */
  char              *findings_json; /* what the list shows, or NULL */
  OuioeProgressUpdate *shown;       /* the update that is shown, or NULL */
  double             last;          /* fraction of the one before it; negative when it had none */
  gboolean           is_lower;      /* it is less than that */
  guint              tick;          /* shows what is new in the next frame; 0 when nothing is */
  guint              pulse;         /* moves the bar; 0 when it stands still */
  guint              clock;         /* tells times that pass; 0 when there are none */
  guint              fold;          /* folds it; 0 when it is not completed, or was folded already */
  gboolean           is_done;       /* completed, and no model at work */
};

static guint activated_signal;

G_DEFINE_FINAL_TYPE (InspectorProgressCard, inspector_progress_card, GTK_TYPE_BOX)

/* What is known now. */
typedef struct {
  OuioeProgressUpdate *update;        /* NULL when there was none */
  OuioeGeneration     *generation;    /* NULL when no model is known */
  gboolean             is_live;
  gboolean             is_over;       /* completed, or the session ended */
  gboolean             is_known;      /* how far it is */
  double               fraction;
  gint64               now_us;
} Facts;

static Facts
get_facts (InspectorProgressCard *self)
{
  Facts facts = {
    .update = inspector_watch_get_progress (self->watch),
    .generation = inspector_watch_get_generation (self->watch),
    .is_live = inspector_watch_get_state (self->watch) == INSPECTOR_WATCH_LIVE,
    .now_us = inspector_watch_get_now_us (self->watch),
  };
  gboolean is_completion = facts.update != NULL && inspector_progress_is_completion (facts.update);

  facts.is_known = facts.update != NULL && ouioe_progress_update_get_percentage (facts.update, &facts.fraction);
  facts.fraction /= 100;
  if (is_completion && !facts.is_known)
    {
      facts.is_known = TRUE;
      facts.fraction = 1;
    }
  facts.is_over = is_completion || inspector_watch_get_state (self->watch) == INSPECTOR_WATCH_FINISHED;
  return facts;
}

/* A producer that begins anew says less than before; that is shown as it is, with a word. */
static void
note_update (InspectorProgressCard *self, const Facts *facts)
{
  if (self->shown == facts->update)
    return;
  g_clear_pointer (&self->shown, ouioe_progress_update_unref);
  self->is_lower = facts->is_known && facts->fraction < self->last;
  if (facts->update == NULL)
    self->last = -1;
  else
    self->shown = ouioe_progress_update_ref (facts->update);
  if (facts->is_known)
    self->last = facts->fraction;
}

static gboolean
is_under_way (const Facts *facts)
{
  return facts->is_live && facts->generation != NULL && ouioe_generation_get_calls_under_way (facts->generation) > 0;
}

/* ---- the bar ---- */

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

static void
show_bar (InspectorProgressCard *self, const Facts *facts)
{
  g_autofree char *percent = facts->is_known ? inspector_format_percent (facts->fraction) : NULL;
  gboolean is_working = facts->update != NULL ? facts->is_live && !facts->is_over : is_under_way (facts);

  /* Of a model that works for nobody there is nothing to measure. */
  gtk_widget_set_visible (GTK_WIDGET (self->bar), facts->update != NULL || is_working);
  set_pulsing (self, !facts->is_known && is_working);
  if (facts->is_known || !is_working)
    gtk_progress_bar_set_fraction (self->bar, facts->is_known ? CLAMP (facts->fraction, 0, 1) : 0);
  gtk_label_set_text (self->percent, facts->is_known ? percent : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  facts->is_known ? percent : _("not known"), -1);
}

/* ---- words ---- */

static void
show_activity (InspectorProgressCard *self, const Facts *facts)
{
  g_autofree char *activity = facts->update != NULL ? ouioe_progress_update_dup_current_activity (facts->update) : NULL;
  g_autofree char *message = facts->update != NULL ? ouioe_progress_update_dup_message (facts->update) : NULL;
  const char *text = activity != NULL && *activity != '\0' ? activity : message;
  g_autofree char *line = NULL;

  if (facts->update == NULL)
    text = ouioe_generation_get_model (facts->generation);
  line = inspector_format_one_line (text != NULL ? text : _("Model"), MAX_LINE_CHARS);
  gtk_label_set_text (self->activity, line);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->activity), line);
}

static char *
describe_elapsed (InspectorProgressCard *self, const Facts *facts)
{
  gint64 began_us = inspector_watch_get_began_us (self->watch);
  g_autofree char *duration = NULL;

  if (began_us <= 0 || facts->now_us < began_us || !facts->is_live)
    return NULL;
  duration = inspector_format_duration (facts->now_us - began_us);
  return g_strdup_printf (_("%s elapsed"), duration);
}

static void
show_details (InspectorProgressCard *self, const Facts *facts)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (facts->update != NULL)
    inspector_progress_add_part (text, inspector_progress_describe_step (facts->update));
  if (self->is_lower)
    inspector_progress_add_part (text, g_strdup (_("restarted")));
  if (!facts->is_over && facts->is_known)
    inspector_progress_add_part (text, inspector_progress_describe_remaining (facts->update));
  if (!facts->is_over && !facts->is_known)
    inspector_progress_add_part (text, describe_elapsed (self, facts));
  if (is_under_way (facts) && !facts->is_known)
    {
      inspector_progress_add_part (text, inspector_progress_describe_rate (facts->generation));
      inspector_progress_add_part (text, inspector_progress_describe_estimate (facts->generation, facts->now_us));
    }
  gtk_label_set_text (self->details, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->details), text->len > 0);
}

static void
show_took (InspectorProgressCard *self, const Facts *facts)
{
  gint64 began_us = inspector_watch_get_began_us (self->watch);
  gint64 completed_us = inspector_warnings_get_completed_us (self->noted);
  gint64 ended_us = completed_us > 0 ? completed_us : inspector_watch_get_ended_us (self->watch);
  gboolean is_told = facts->is_over && began_us > 0 && ended_us > began_us;

  gtk_widget_set_visible (GTK_WIDGET (self->took), is_told);
  if (is_told)
    {
      g_autofree char *duration = inspector_format_took (ended_us - began_us);
      g_autofree char *text = g_strdup_printf (_("took %s"), duration);

      gtk_label_set_text (self->took, text);
    }
}

static void
show_model (InspectorProgressCard *self, const Facts *facts)
{
  gboolean has_rate_above = is_under_way (facts) && !facts->is_known;
  g_autofree char *text = facts->generation != NULL
                            ? inspector_progress_describe_model (facts->generation, facts->update != NULL, !has_rate_above)
                            : NULL;

  gtk_label_set_text (self->model, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->model), text != NULL);
}

/* ---- findings and warnings ---- */

static void
show_findings (InspectorProgressCard *self, const Facts *facts)
{
  g_autofree char *json = facts->update != NULL ? ouioe_progress_update_dup_intermediate_findings (facts->update) : NULL;
  g_autofree char *label = NULL;
  guint n;

  if (g_strcmp0 (json, self->findings_json) == 0)
    return;
  n = inspector_findings_fill (self->findings_list, json);
  label = g_strdup_printf (ngettext ("%u finding", "%u findings", n), n);
  gtk_menu_button_set_label (self->findings, label);
  gtk_widget_set_visible (GTK_WIDGET (self->findings), n > 0);
  g_free (self->findings_json);
  self->findings_json = g_steal_pointer (&json);
}

static void
show_warnings (InspectorProgressCard *self)
{
  guint n = inspector_warnings_get_n (self->noted);
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *name = g_strdup_printf (ngettext ("%s warning", "%s warnings", n), count);

  gtk_widget_set_visible (self->warnings, n > 0);
  gtk_label_set_text (self->warnings_text, count);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->warnings), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
next_warning (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainItem *item = inspector_warnings_next (INSPECTOR_PROGRESS_CARD (widget)->noted);

  if (item != NULL)
    g_signal_emit (widget, activated_signal, 0, item);
}

/* ---- folding ---- */

gboolean
inspector_progress_card_get_folded (InspectorProgressCard *self)
{
  return !gtk_revealer_get_reveal_child (self->body);
}

void
inspector_progress_card_set_folded (InspectorProgressCard *self, gboolean folded)
{
  g_clear_handle_id (&self->fold, g_source_remove);
  gtk_button_set_icon_name (GTK_BUTTON (self->fold_button), folded ? "pan-end-symbolic" : "pan-down-symbolic");
  if (inspector_progress_card_get_folded (self) == folded)
    return;
  gtk_revealer_set_reveal_child (self->body, !folded);
  gtk_toggle_button_set_active (self->fold_button, !folded);
}

static void
on_fold_toggled (InspectorProgressCard *self)
{
  inspector_progress_card_set_folded (self, !gtk_toggle_button_get_active (self->fold_button));
}

static gboolean
fold_cb (gpointer user_data)
{
  InspectorProgressCard *self = user_data;

  self->fold = 0;
  inspector_progress_card_set_folded (self, TRUE);
  return G_SOURCE_REMOVE;
}

/* What was completed long ago is folded from the beginning; what a model is still at work for is not. */
static void
show_completion (InspectorProgressCard *self, const Facts *facts)
{
  gboolean is_complete = facts->update != NULL && inspector_progress_is_completion (facts->update);
  gboolean is_done = is_complete && !is_under_way (facts);
  gint64 completed_us = inspector_warnings_get_completed_us (self->noted);

  if (is_complete)
    gtk_widget_add_css_class (GTK_WIDGET (self), "is-complete");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "is-complete");
  if (is_done == self->is_done)
    return;
  self->is_done = is_done;
  gtk_widget_set_visible (GTK_WIDGET (self->fold_button), is_done);
  if (!is_done)
    {
      inspector_progress_card_set_folded (self, FALSE);
      return;
    }
  if (completed_us > 0 && facts->now_us - completed_us > INSPECTOR_CARD_FOLD_SECONDS * G_TIME_SPAN_SECOND)
    inspector_progress_card_set_folded (self, TRUE);
  else if (self->fold == 0)
    self->fold = g_timeout_add_seconds (INSPECTOR_CARD_FOLD_SECONDS, fold_cb, self);
}

/* ---- control of the model ---- */

static void
show_problem (InspectorProgressCard *self, const char *text)
{
  gtk_widget_set_visible (self->problem, text != NULL);
  gtk_label_set_text (self->problem_text, text != NULL ? text : "");
}

static void
dismiss (GtkWidget *widget, const char *action, GVariant *parameter)
{
  show_problem (INSPECTOR_PROGRESS_CARD (widget), NULL);
}

static void
show_control (InspectorProgressCard *self, const Facts *facts)
{
  gboolean can_ask = facts->is_live && facts->generation != NULL && inspector_watch_get_client (self->watch) != NULL;
  gboolean can_stop = can_ask && ouioe_generation_get_can_stop (facts->generation);
  gboolean can_answer_now = can_ask && ouioe_generation_get_can_answer_now (facts->generation);

  gtk_widget_set_visible (self->stop, can_stop);
  gtk_widget_set_visible (self->answer_now, can_answer_now);
  gtk_widget_set_visible (self->control, can_stop || can_answer_now);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "card.stop", can_stop && !self->is_asking);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "card.answer-now", can_answer_now && !self->is_asking);
}

static void show (InspectorProgressCard *self);

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(InspectorProgressCard) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!inspector_model_control_finish (result, &error) && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* another session is shown now, or nothing any more */
  self->is_asking = FALSE;
  show_problem (self, error != NULL ? error->message : NULL);
  show (self);
}

static void
ask (InspectorProgressCard *self, InspectorModelControl what)
{
  self->is_asking = TRUE;
  show_problem (self, NULL);
  inspector_model_control_async (self->watch, what, self->calls, asked_cb, g_object_ref (self));
  show (self);
}

static void
stop_model (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask (INSPECTOR_PROGRESS_CARD (widget), INSPECTOR_MODEL_STOP);
}

static void
answer_now (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask (INSPECTOR_PROGRESS_CARD (widget), INSPECTOR_MODEL_ANSWER_NOW);
}

/* ---- when it is shown ---- */

static gboolean
clock_cb (gpointer user_data)
{
  show (user_data);
  return G_SOURCE_CONTINUE;
}

/* Only while there is a time that passes and somebody to see it. */
static void
run_clock (InspectorProgressCard *self, const Facts *facts)
{
  gboolean is_wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && facts->is_live && !facts->is_over &&
                       (is_under_way (facts) || !facts->is_known);

  if (is_wanted && self->clock == 0)
    self->clock = g_timeout_add_seconds (1, clock_cb, self);
  else if (!is_wanted)
    g_clear_handle_id (&self->clock, g_source_remove);
}

/* An empty line would be a gap. */
static void
show_line (InspectorProgressCard *self)
{
  gboolean has_any = FALSE;

  for (GtkWidget *child = gtk_widget_get_first_child (self->line); child != NULL; child = gtk_widget_get_next_sibling (child))
    has_any |= gtk_widget_get_visible (child);
  gtk_widget_set_visible (self->line, has_any);
}

static void
show (InspectorProgressCard *self)
{
  Facts facts = { 0 };

  if (self->watch != NULL)
    facts = get_facts (self);
  gtk_widget_set_visible (GTK_WIDGET (self), facts.update != NULL || facts.generation != NULL);
  if (facts.update == NULL && facts.generation == NULL)
    {
      note_update (self, &facts);
      set_pulsing (self, FALSE);
      run_clock (self, &facts);
      return;
    }
  show_activity (self, &facts);
  note_update (self, &facts);
  show_bar (self, &facts);
  inspector_phase_chip_show (INSPECTOR_PHASE_CHIP (self->phase), facts.is_live ? facts.generation : NULL, facts.now_us);
  show_details (self, &facts);
  show_took (self, &facts);
  show_model (self, &facts);
  show_findings (self, &facts);
  show_warnings (self);
  show_control (self, &facts);
  show_completion (self, &facts);
  show_line (self);
  run_clock (self, &facts);
}

static gboolean
show_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  InspectorProgressCard *self = INSPECTOR_PROGRESS_CARD (widget);

  self->tick = 0;
  show (self);
  return G_SOURCE_REMOVE;
}

/* A card that is not there yet gets no frames. */
static void
show_soon (InspectorProgressCard *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    show (self);
  else if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_cb, NULL, NULL);
}

/* ---- the watch ---- */

static void
on_items_changed (InspectorProgressCard *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  if (inspector_warnings_splice (self->noted, model, position, n_removed, n_added))
    show_soon (self);
}

static void
forget_watch (InspectorProgressCard *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_handle_id (&self->fold, g_source_remove);
  g_cancellable_cancel (self->calls);
  g_clear_object (&self->calls);
  self->is_asking = FALSE;
  self->is_done = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->fold_button), FALSE);
  inspector_progress_card_set_folded (self, FALSE);
  g_clear_pointer (&self->shown, ouioe_progress_update_unref);
  self->last = -1;
  inspector_warnings_clear (self->noted);
  if (self->watch == NULL)
    return;
  g_signal_handlers_disconnect_by_data (inspector_watch_get_model (self->watch), self);
  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
}

void
inspector_progress_card_set_watch (InspectorProgressCard *self, InspectorWatch *watch)
{
  GListModel *model;

  forget_watch (self);
  show_problem (self, NULL);
  if (watch != NULL)
    {
      self->watch = g_object_ref (watch);
      self->calls = g_cancellable_new ();
      model = G_LIST_MODEL (inspector_watch_get_model (watch));
      inspector_warnings_splice (self->noted, model, 0, 0, g_list_model_get_n_items (model));
      g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
      g_signal_connect_swapped (watch, "progress-changed", G_CALLBACK (show_soon), self);
      g_signal_connect_swapped (watch, "generation-changed", G_CALLBACK (show_soon), self);
      g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (show_soon), self);
    }
  show (self);
}

/* ---- the type ---- */

static void
inspector_progress_card_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (inspector_progress_card_parent_class)->map (widget);
  show (INSPECTOR_PROGRESS_CARD (widget));
}

static void
inspector_progress_card_unmap (GtkWidget *widget)
{
  InspectorProgressCard *self = INSPECTOR_PROGRESS_CARD (widget);

  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_handle_id (&self->clock, g_source_remove);
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
inspector_progress_card_finalize (GObject *object)
{
  InspectorProgressCard *self = INSPECTOR_PROGRESS_CARD (object);

  inspector_warnings_free (self->noted);
  g_free (self->findings_json);
  G_OBJECT_CLASS (inspector_progress_card_parent_class)->finalize (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, InspectorProgressCard, child)

static void
bind_children (GtkWidgetClass *widget_class)
{
  BIND (activity);
  BIND (took);
  BIND (percent);
  BIND (fold_button);
  BIND (body);
  BIND (bar);
  BIND (line);
  BIND (phase);
  BIND (details);
  BIND (findings);
  BIND (findings_list);
  BIND (warnings);
  BIND (warnings_text);
  BIND (control);
  BIND (answer_now);
  BIND (stop);
  BIND (model);
  BIND (problem);
  BIND (problem_text);
}

static void
inspector_progress_card_class_init (InspectorProgressCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = inspector_progress_card_dispose;
  object_class->finalize = inspector_progress_card_finalize;
  widget_class->map = inspector_progress_card_map;
  widget_class->unmap = inspector_progress_card_unmap;
  activated_signal = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, INSPECTOR_TYPE_CHAIN_ITEM);
  g_type_ensure (INSPECTOR_TYPE_PHASE_CHIP);
  g_type_ensure (INSPECTOR_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-progress-card.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_fold_toggled);
  gtk_widget_class_install_action (widget_class, "card.next-warning", NULL, next_warning);
  gtk_widget_class_install_action (widget_class, "card.stop", NULL, stop_model);
  gtk_widget_class_install_action (widget_class, "card.answer-now", NULL, answer_now);
  gtk_widget_class_install_action (widget_class, "card.dismiss", NULL, dismiss);
}

static void
inspector_progress_card_init (InspectorProgressCard *self)
{
  self->last = -1;
  self->noted = inspector_warnings_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
