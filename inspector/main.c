/* main.c - ouioe-inspector: watch the thinking and the progress of running operations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "inspector-application.h"

int
main (int argc, char **argv)
{
  g_autoptr(InspectorApplication) application = NULL;
  const char *directory = g_getenv ("OUIOE_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, directory != NULL && *directory != '\0' ? directory : OUIOE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = inspector_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
