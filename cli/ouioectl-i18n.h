/* ouioectl-i18n.h - the language of what people read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people read is translated where it is put together, with _(), C_() and ngettext(); N_() marks what is translated later.
 * Never translated: JSON, ids, types, outcomes and other words of the wire, names of options and commands, and what is stored
 * in a session, which others read, too. What the daemon says of an error is in English, but for its short title.
 */
#pragma once

#include <glib/gi18n.h>

G_BEGIN_DECLS

/* Takes the locale over from the environment, and the translations from $OUIOE_LOCALEDIR or where they are installed. */
void        ouioectl_i18n_init   (void);
/* From here on everything is as in the C locale: a program reads it. */
void        ouioectl_i18n_off    (void);
/* The translation of a text that may be empty, or in no catalogue: then it stays as it is. */
const char *ouioectl_i18n_get    (const char *text);
/* What ngettext() takes for @n: it counts in long, and looks at the last digits. */
gulong      ouioectl_i18n_plural (guint64 n);

G_END_DECLS
