/* inspector-phase-chip.h - what the model does now, and for how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <ouioe.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_PHASE_CHIP (inspector_phase_chip_get_type ())
G_DECLARE_FINAL_TYPE (InspectorPhaseChip, inspector_phase_chip, INSPECTOR, PHASE_CHIP, GtkBox)

/* @generation: (nullable). Invisible when the model does nothing. */
void inspector_phase_chip_show (InspectorPhaseChip *self, OuioeGeneration *generation, gint64 now_us);

G_END_DECLS
