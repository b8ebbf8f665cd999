/* ouioectl-i18n.c - the language of what people read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-i18n.h"

#include <locale.h>
#include <string.h>

void
ouioectl_i18n_init (void)
{
  const char *directory = g_getenv ("OUIOE_LOCALEDIR");
  const char *charset;

  setlocale (LC_ALL, "");
  /* Without a locale the character set would be ASCII; what runs today, runs on UTF-8. */
  if (!g_get_charset (&charset) && strcmp (charset, "ANSI_X3.4-1968") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");

  bindtextdomain (GETTEXT_PACKAGE, directory != NULL && *directory != '\0' ? directory : OUIOE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");   /* output is converted when it is written */
  textdomain (GETTEXT_PACKAGE);
}

void
ouioectl_i18n_off (void)
{
  setlocale (LC_MESSAGES, "C");
  setlocale (LC_NUMERIC, "C");
  setlocale (LC_TIME, "C");
}

const char *
ouioectl_i18n_get (const char *text)
{
  return *text != '\0' ? _(text) : text;   /* for an empty one gettext() has the header of the catalogue */
}

gulong
ouioectl_i18n_plural (guint64 n)
{
  return (gulong) (n > 1000000 ? n % 1000000 + 1000000 : n);
}
