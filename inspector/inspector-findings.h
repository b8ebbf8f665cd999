/* inspector-findings.h - what an operation found so far, as a list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Takes the place of what is in @list. @json: (nullable): an array of whatever the producer calls a finding. Returns how many
 * there are; of very many not all are in the list. */
guint inspector_findings_fill (GtkListBox *list, const char *json);

G_END_DECLS
