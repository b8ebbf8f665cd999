/* inspector-chain-pill.c - over the end of a chain: how much is new below, or waits, and the way there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-pill.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

struct _InspectorChainPill
{
  AdwBin       parent_instance;
  GtkRevealer *revealer;
  GtkButton   *button;
};

G_DEFINE_FINAL_TYPE (InspectorChainPill, inspector_chain_pill, ADW_TYPE_BIN)

static void
reveal (InspectorChainPill *self, gboolean is_shown)
{
  gtk_revealer_set_reveal_child (self->revealer, is_shown);
  /* What is not seen is not in the way. */
  gtk_widget_set_can_target (GTK_WIDGET (self), is_shown);
}

static void
say (InspectorChainPill *self, const char *text, const char *action)
{
  gtk_button_set_label (self->button, text);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
  reveal (self, TRUE);
}

void
inspector_chain_pill_show_new (InspectorChainPill *self, guint n)
{
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *text = g_strdup_printf (_("↓ %s new · back to live"), count);

  if (n > 0)
    say (self, text, "chain.go-to-end");
  else
    reveal (self, FALSE);
}

void
inspector_chain_pill_show_paused (InspectorChainPill *self, guint n, gboolean is_more)
{
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *text = NULL;

  if (is_more)
    text = g_strdup_printf (_("Paused · more than %s wait · go on"), count);
  else
    text = g_strdup_printf (ngettext ("Paused · %s waits · go on", "Paused · %s wait · go on", n), count);
  say (self, text, "chain.pause");
}

static void
inspector_chain_pill_class_init (InspectorChainPillClass *klass)
{
}

static void
inspector_chain_pill_init (InspectorChainPill *self)
{
  self->button = GTK_BUTTON (gtk_button_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "pill");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "suggested-action");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "new-pill");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "numeric");
  self->revealer = GTK_REVEALER (gtk_revealer_new ());
  gtk_revealer_set_transition_type (self->revealer, GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
  gtk_revealer_set_child (self->revealer, GTK_WIDGET (self->button));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->revealer));
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_END);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self), 14);
  reveal (self, FALSE);
}
