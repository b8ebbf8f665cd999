/* inspector-phase-chip.c - what the model does now, and for how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-phase-chip.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-kind.h"
#include "inspector-progress-words.h"

#define ICON_PIXELS 12

struct _InspectorPhaseChip
{
  GtkBox      parent_instance;
  GtkWidget  *icon;
  GtkWidget  *text;
  const char *css_class;   /* of what is shown, or NULL */
};

G_DEFINE_FINAL_TYPE (InspectorPhaseChip, inspector_phase_chip, GTK_TYPE_BOX)

static void
inspector_phase_chip_class_init (InspectorPhaseChipClass *klass)
{
}

static void
inspector_phase_chip_init (InspectorPhaseChip *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "phase-chip");
  self->icon = g_object_new (GTK_TYPE_IMAGE, "pixel-size", ICON_PIXELS, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                             NULL);
  self->text = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->text, "caption");
  gtk_widget_add_css_class (self->text, "numeric");
  gtk_box_append (GTK_BOX (self), self->icon);
  gtk_box_append (GTK_BOX (self), self->text);
}

static void
show_kind (InspectorPhaseChip *self, const InspectorKind *kind)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), kind->icon_name);
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->css_class);
  self->css_class = kind->css_class;
  gtk_widget_add_css_class (GTK_WIDGET (self), self->css_class);
}

void
inspector_phase_chip_show (InspectorPhaseChip *self, OuioeGeneration *generation, gint64 now_us)
{
  g_autofree char *text = generation != NULL ? inspector_progress_describe_phase (generation, now_us) : NULL;
  gint64 stalled_us = text != NULL ? ouioe_generation_get_stalled_since_us (generation) : 0;
  g_autofree char *clock = NULL;
  g_autofree char *tip = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_text (GTK_LABEL (self->text), text);
  show_kind (self, stalled_us > 0 ? inspector_kind_for_stall ()
                                  : inspector_kind_for_phase (ouioe_generation_get_phase (generation)));
  if (stalled_us > 0)
    {
      clock = inspector_format_clock (stalled_us);
      tip = g_strdup_printf (_("Nothing has come from the model since %s"), clock);
    }
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tip);
}
