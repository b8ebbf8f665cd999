/* inspector-settings.c - what the reader chose, on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-settings.h"

#include <glib/gstdio.h>

#define SCHEMA_ID "org.ouioe.Inspector"
#define SCHEMA_RESOURCE "/org/ouioe/Inspector/gschemas.compiled"

/* Schemas are read from directories only, and mapped: the file may go again at once. */
static GSettingsSchema *
load_own_schema (GError **error)
{
  g_autoptr(GBytes) bytes = g_resources_lookup_data (SCHEMA_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autofree char *directory = bytes != NULL ? g_dir_make_tmp ("ouioe-inspector-XXXXXX", error) : NULL;
  g_autofree char *path = directory != NULL ? g_build_filename (directory, "gschemas.compiled", NULL) : NULL;
  g_autoptr(GSettingsSchemaSource) source = NULL;

  if (path == NULL)
    return NULL;
  if (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error))
    source = g_settings_schema_source_new_from_directory (directory, g_settings_schema_source_get_default (), FALSE, error);
  g_unlink (path);
  g_rmdir (directory);
  return source != NULL ? g_settings_schema_source_lookup (source, SCHEMA_ID, FALSE) : NULL;
}

/* One that is installed and older than the program would lack keys, which is fatal when they are read. */
static gboolean
is_complete (GSettingsSchema *schema, GSettingsSchema *own)
{
  g_auto(GStrv) keys = g_settings_schema_list_keys (own);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      if (!g_settings_schema_has_key (schema, keys[i]))
        return FALSE;
    }
  return TRUE;
}

GSettings *
inspector_settings_get (void)
{
  static GSettings *settings;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr(GSettingsSchema) installed = NULL;
  g_autoptr(GSettingsSchema) own = NULL;
  g_autoptr(GError) error = NULL;

  if (settings != NULL)
    return settings;
  installed = source != NULL ? g_settings_schema_source_lookup (source, SCHEMA_ID, TRUE) : NULL;
  own = load_own_schema (&error);
  if (error != NULL)
    g_warning ("The settings of the program cannot be read: %s", error->message);
  if (own == NULL || (installed != NULL && is_complete (installed, own)))
    settings = g_settings_new (SCHEMA_ID);
  else
    settings = g_settings_new_full (own, NULL, NULL);
  return settings;
}
