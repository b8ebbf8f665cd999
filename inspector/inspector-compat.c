/* inspector-compat.c - what newer releases of GTK and libadwaita do with other types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-compat.h"

#include <glib/gi18n.h>

void
inspector_compat_show_about (GtkWindow *parent)
{
  adw_show_about_window (parent,
                         "application-name", _("OUIOE Inspector"),
                         "application-icon", "org.ouioe.Inspector",
                         "developer-name", _("The OUIOE project"),
                         "version", OUIOE_VERSION,
                         "comments", _("Watch the thinking and the progress of running operations while they happen."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "translator-credits", _("translator-credits"),
                         NULL);
}
