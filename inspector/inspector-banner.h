/* inspector-banner.h - a message above the content, with one thing to do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_BANNER (inspector_banner_get_type ())
G_DECLARE_FINAL_TYPE (InspectorBanner, inspector_banner, INSPECTOR, BANNER, GtkWidget)

/* Properties: title, button-label (NULL: no button), action-name (of the button), icon-name, revealed. */
const char *inspector_banner_get_title    (InspectorBanner *self);
void        inspector_banner_set_title    (InspectorBanner *self, const char *title);
gboolean    inspector_banner_get_revealed (InspectorBanner *self);
void        inspector_banner_set_revealed (InspectorBanner *self, gboolean is_revealed);

G_END_DECLS
