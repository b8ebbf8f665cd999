/* inspector-connections.c - the list of connections: this computer first, then what a person added
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-connections.h"

#include <glib/gi18n.h>
#include <string.h>

#define KEY_CONNECTIONS  "connections"             /* a(sss): id, name, address */
#define KEY_CERTIFICATES "trusted-certificates"    /* a{ss}: id, SHA-256 */

struct _InspectorConnections
{
  GObject    parent_instance;
  GSettings *settings;
  GPtrArray *items;          /* InspectorConnection; the first one is this computer */
  gboolean   is_writing;     /* what changes in the settings comes from here */
};

static void inspector_connections_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (InspectorConnections, inspector_connections, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, inspector_connections_list_model_init))

/* ---- the model ---- */

static GType
get_item_type (GListModel *model)
{
  return INSPECTOR_TYPE_CONNECTION;
}

static guint
get_n_items (GListModel *model)
{
  return INSPECTOR_CONNECTIONS (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  InspectorConnections *self = INSPECTOR_CONNECTIONS (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
inspector_connections_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static guint
position_of (InspectorConnections *self, const char *id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      if (strcmp (inspector_connection_get_id (self->items->pdata[i]), id) == 0)
        return i;
    }
  return self->items->len;
}

InspectorConnection *
inspector_connections_find (InspectorConnections *self, const char *id)
{
  guint position = position_of (self, id);

  return position < self->items->len ? self->items->pdata[position] : NULL;
}

/* ---- settings ---- */

/* What somebody else wrote there may be anything: what is no connection is passed over. */
static void
load (InspectorConnections *self)
{
  g_autoptr(GVariant) list = g_settings_get_value (self->settings, KEY_CONNECTIONS);
  g_autoptr(GVariant) certificates = g_settings_get_value (self->settings, KEY_CERTIFICATES);
  guint n_before = self->items->len;
  GVariantIter iter;
  const char *id, *name, *address;

  g_ptr_array_set_size (self->items, 0);
  g_ptr_array_add (self->items, inspector_connection_new (INSPECTOR_CONNECTION_LOCAL, _("This Computer"), NULL));
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(&s&s&s)", &id, &name, &address))
    {
      g_autofree char *normal = inspector_connection_read_address (address, NULL);
      const char *sha256 = NULL;

      if (normal == NULL || *id == '\0' || inspector_connections_find (self, id) != NULL ||
          self->items->len > INSPECTOR_CONNECTIONS_MAX)
        continue;
      g_ptr_array_add (self->items, inspector_connection_new (id, name, normal));
      if (g_variant_lookup (certificates, id, "&s", &sha256))
        inspector_connection_set_trusted (self->items->pdata[self->items->len - 1], sha256);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->items->len);
}

static void
save (InspectorConnections *self)
{
  GVariantBuilder list, certificates;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(sss)"));
  g_variant_builder_init (&certificates, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 1; i < self->items->len; i++)
    {
      InspectorConnection *item = self->items->pdata[i];
      const char *id = inspector_connection_get_id (item);

      g_variant_builder_add (&list, "(sss)", id, inspector_connection_get_name (item),
                             inspector_connection_get_address (item));
      if (inspector_connection_get_trusted (item) != NULL)
        g_variant_builder_add (&certificates, "{ss}", id, inspector_connection_get_trusted (item));
    }
  self->is_writing = TRUE;
  g_settings_set_value (self->settings, KEY_CONNECTIONS, g_variant_builder_end (&list));
  g_settings_set_value (self->settings, KEY_CERTIFICATES, g_variant_builder_end (&certificates));
  self->is_writing = FALSE;
}

static void
on_settings_changed (InspectorConnections *self)
{
  if (!self->is_writing)
    load (self);
}

/* ---- changes ---- */

/* (transfer full) */
static InspectorConnection *
make (const char *id, const char *name, const char *address, GError **error)
{
  g_autofree char *normal = inspector_connection_read_address (address, error);
  g_autofree char *trimmed = g_strstrip (g_strdup (name));

  if (normal == NULL)
    return NULL;
  if (strlen (trimmed) > INSPECTOR_CONNECTION_MAX_NAME)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("A name has %d characters at most."),
                   INSPECTOR_CONNECTION_MAX_NAME);
      return NULL;
    }
  return inspector_connection_new (id, *trimmed != '\0' ? trimmed : normal, normal);
}

InspectorConnection *
inspector_connections_add (InspectorConnections *self, const char *name, const char *address, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  InspectorConnection *item = make (id, name, address, error);

  if (item == NULL)
    return NULL;
  if (self->items->len > INSPECTOR_CONNECTIONS_MAX)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _("There can be %d connections at most."),
                   INSPECTOR_CONNECTIONS_MAX);
      g_object_unref (item);
      return NULL;
    }
  g_ptr_array_add (self->items, item);
  save (self);
  g_list_model_items_changed (G_LIST_MODEL (self), self->items->len - 1, 0, 1);
  return item;
}

InspectorConnection *
inspector_connections_change (InspectorConnections *self, const char *id, const char *name, const char *address,
                              GError **error)
{
  guint position = position_of (self, id);
  InspectorConnection *old, *item;

  g_return_val_if_fail (position > 0 && position < self->items->len, NULL);

  item = make (id, name, address, error);
  if (item == NULL)
    return NULL;
  old = self->items->pdata[position];
  if (strcmp (inspector_connection_get_address (old), inspector_connection_get_address (item)) == 0)
    inspector_connection_set_trusted (item, inspector_connection_get_trusted (old));
  self->items->pdata[position] = item;
  g_object_unref (old);
  save (self);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 1);
  return item;
}

void
inspector_connections_remove (InspectorConnections *self, const char *id)
{
  guint position = position_of (self, id);

  g_return_if_fail (position > 0 && position < self->items->len);

  g_ptr_array_remove_index (self->items, position);
  save (self);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
inspector_connections_trust (InspectorConnections *self, const char *id, const char *sha256)
{
  InspectorConnection *item = inspector_connections_find (self, id);

  g_return_if_fail (item != NULL && !inspector_connection_is_local (item));

  inspector_connection_set_trusted (item, sha256);
  save (self);
}

/* ---- the type ---- */

static void
inspector_connections_finalize (GObject *object)
{
  InspectorConnections *self = INSPECTOR_CONNECTIONS (object);

  g_clear_object (&self->settings);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (inspector_connections_parent_class)->finalize (object);
}

static void
inspector_connections_class_init (InspectorConnectionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_connections_finalize;
}

static void
inspector_connections_init (InspectorConnections *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

InspectorConnections *
inspector_connections_new (GSettings *settings)
{
  InspectorConnections *self = g_object_new (INSPECTOR_TYPE_CONNECTIONS, NULL);

  self->settings = g_object_ref (settings);
  load (self);
  g_signal_connect_object (settings, "changed::" KEY_CONNECTIONS, G_CALLBACK (on_settings_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}
