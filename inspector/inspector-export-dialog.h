/* inspector-export-dialog.h - in which format, and which steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "inspector-recording.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_EXPORT_DIALOG (inspector_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (InspectorExportDialog, inspector_export_dialog, INSPECTOR, EXPORT_DIALOG, AdwWindow)

/* Asks, then for a file, and writes it. @name: of the file. Each list holds InspectorChainItem; @shown, @selected: (nullable): left
 * out when there is none, when it is empty, and when it is as long as @all. */
InspectorExportDialog *inspector_export_dialog_new (AdwToastOverlay *toasts, const char *name, GListModel *all, GListModel *shown,
                                                    GListModel *selected);

/* What is chosen just now. */
InspectorFormat        inspector_export_dialog_get_format  (InspectorExportDialog *self);
GPtrArray             *inspector_export_dialog_dup_events  (InspectorExportDialog *self);

G_END_DECLS
