/* inspector-settings.h - what the reader chose, on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The values of the enumerations, in the order of the schema. */
typedef enum { INSPECTOR_DETAIL_COMPACT, INSPECTOR_DETAIL_FULL } InspectorDetailLevel;                 /* detail-level */
typedef enum { INSPECTOR_TIME_CLOCK, INSPECTOR_TIME_SINCE_START } InspectorTimeFormat;                 /* time-format */
typedef enum { INSPECTOR_SCHEME_SYSTEM, INSPECTOR_SCHEME_LIGHT, INSPECTOR_SCHEME_DARK } InspectorScheme; /* color-scheme */

/* (transfer none): org.ouioe.Inspector, one for the whole program. The program carries the schema: it is there without an
 * installation, too. */
GSettings *inspector_settings_get (void);

G_END_DECLS
