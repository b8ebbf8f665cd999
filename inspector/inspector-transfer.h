/* inspector-transfer.h - recordings into and out of a window, with toasts that tell of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "inspector-recording.h"

G_BEGIN_DECLS

/* @recording: (transfer none) */
typedef void (*InspectorTransferFunc) (InspectorRecording *recording, gpointer user_data);

/* The events of the rows of @items (of InspectorChainItem), which may be filtered or a selection; rows without one are passed
 * over. */
GPtrArray *inspector_transfer_collect     (GListModel *items);

/* Each stops when @toasts goes. @func is not called when the file cannot be read: the reader was told why. @user_data lives as
 * long as @toasts. */
void       inspector_transfer_open        (AdwToastOverlay *toasts, GFile *file, InspectorTransferFunc func,
                                           gpointer user_data);
void       inspector_transfer_choose_open (AdwToastOverlay *toasts, InspectorTransferFunc func, gpointer user_data);
/* Files that are dropped on @toasts are opened. */
void       inspector_transfer_accept_drops (AdwToastOverlay *toasts, InspectorTransferFunc func, gpointer user_data);
void       inspector_transfer_save        (AdwToastOverlay *toasts, GFile *file, InspectorFormat format, GPtrArray *events);
/* @name: without an end, that of the format is added. */
void       inspector_transfer_choose_save (AdwToastOverlay *toasts, const char *name, InspectorFormat format, GPtrArray *events);

G_END_DECLS
