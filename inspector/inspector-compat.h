/* inspector-compat.h - what newer releases of GTK and libadwaita do with other types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void inspector_compat_show_about (GtkWindow *parent);

G_END_DECLS
