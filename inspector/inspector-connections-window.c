/* inspector-connections-window.c - which daemons can be looked at: choose, add, change, remove
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-connections-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-compat.h"

struct _InspectorConnectionsWindow
{
  AdwWindow             parent_instance;
  AdwToastOverlay      *toasts;
  GtkStack             *stack;
  GtkListBox           *list;
  AdwWindowTitle       *form_title;
  AdwEntryRow          *address_row;
  AdwEntryRow          *name_row;
  AdwPasswordEntryRow  *token_row;
  GtkLabel             *hint;
  GtkLabel             *problem;
  InspectorConnections *connections;
  InspectorKeyring     *keyring;
  GCancellable         *cancellable;   /* of the keyring */
  char                 *current_id;    /* what is shown now, or NULL */
  char                 *edited_id;     /* what the form is about; NULL: a new one */
  gboolean              is_warned;     /* the reader has agreed that the token of the form can be read on its way */
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (InspectorConnectionsWindow, inspector_connections_window, ADW_TYPE_WINDOW)

/* ---- the list ---- */

static GtkWidget *
make_button (const char *icon, const char *label, const char *action, const char *id)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
  return button;
}

static void
on_row_activated (InspectorConnectionsWindow *self, GtkListBoxRow *row)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (row), "id"));

  g_signal_emit (self, chosen_signal, 0, id);
  gtk_window_close (GTK_WINDOW (self));
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  InspectorConnectionsWindow *self = user_data;
  InspectorConnection *connection = item;
  const char *id = inspector_connection_get_id (connection);
  gboolean is_local = inspector_connection_is_local (connection);
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());

  g_object_set_data_full (G_OBJECT (row), "id", g_strdup (id), g_free);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), inspector_connection_get_name (connection));
  adw_action_row_set_subtitle (row, is_local ? _("The session bus, which starts the service when it is needed")
                                             : inspector_connection_get_address (connection));
  adw_action_row_set_icon_name (row, is_local ? "computer-symbolic" : "network-server-symbolic");
  if (g_strcmp0 (id, self->current_id) == 0)
    {
      GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

      gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Shown now"), -1);
      adw_action_row_add_suffix (row, check);
    }
  if (!is_local)
    {
      adw_action_row_add_suffix (row, make_button ("document-edit-symbolic", _("Change"), "connections.edit", id));
      adw_action_row_add_suffix (row, make_button ("user-trash-symbolic", _("Remove"), "connections.remove", id));
    }
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  return GTK_WIDGET (row);
}

/* ---- the form ---- */

static void
show_problem (InspectorConnectionsWindow *self, const char *text)
{
  gtk_label_set_text (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

/* What it is about changes with what is written. */
static void
show_form (InspectorConnectionsWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->address_row));
  g_autoptr(GError) error = NULL;
  g_autofree char *address = inspector_connection_read_address (text, &error);

  self->is_warned = FALSE;
  show_problem (self, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connections.save", *text != '\0');
  gtk_label_set_text (self->hint, address != NULL && inspector_connection_is_exposed (address)
                                  ? _("This address is not encrypted: others on the way can read what is shown, and "
                                      "the token. Use wss:// or https:// where the service has it.")
                                  : _("For example wss://build.example:3005 or https://build.example/ouioe. A token is "
                                      "kept in the keyring."));
}

/* @connection: (nullable): NULL for a new one */
static void
open_form (InspectorConnectionsWindow *self, InspectorConnection *connection)
{
  g_free (self->edited_id);
  self->edited_id = connection != NULL ? g_strdup (inspector_connection_get_id (connection)) : NULL;
  adw_window_title_set_title (self->form_title, connection != NULL ? _("Change Connection") : _("Add Connection"));
  gtk_editable_set_text (GTK_EDITABLE (self->address_row),
                         connection != NULL ? inspector_connection_get_address (connection) : "");
  gtk_editable_set_text (GTK_EDITABLE (self->name_row),
                         connection != NULL ? inspector_connection_get_name (connection) : "");
  gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
  show_form (self);
  gtk_stack_set_visible_child_name (self->stack, "form");
  gtk_widget_grab_focus (GTK_WIDGET (self->address_row));
}

static void
close_form (InspectorConnectionsWindow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
  gtk_stack_set_visible_child_name (self->stack, "list");
}

static void
token_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(InspectorConnectionsWindow) self = user_data;
  g_autofree char *token = inspector_keyring_lookup_finish (INSPECTOR_KEYRING (source), result);

  if (token != NULL && self->edited_id != NULL && *gtk_editable_get_text (GTK_EDITABLE (self->token_row)) == '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->token_row), token);
}

static void
token_kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(InspectorConnectionsWindow) self = user_data;

  if (!inspector_keyring_store_finish (INSPECTOR_KEYRING (source), result) && !g_cancellable_is_cancelled (self->cancellable))
    adw_toast_overlay_add_toast (self->toasts,
                                 adw_toast_new (_("There is no keyring: the token is kept until the program ends")));
}

static void save (InspectorConnectionsWindow *self);

static void
on_exposure_answered (gboolean is_accepted, gpointer user_data)
{
  InspectorConnectionsWindow *self = user_data;

  self->is_warned = is_accepted;
  if (is_accepted)
    save (self);
}

static void
warn_of_exposure (InspectorConnectionsWindow *self)
{
  inspector_compat_ask (GTK_WINDOW (self), _("Send the Token Unprotected?"),
                        _("This address is not encrypted. Whoever reads the token on its way can use it."),
                        _("_Send It"), on_exposure_answered, g_object_ref (self), g_object_unref);
}

static void
save (InspectorConnectionsWindow *self)
{
  const char *address = gtk_editable_get_text (GTK_EDITABLE (self->address_row));
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  const char *token = gtk_editable_get_text (GTK_EDITABLE (self->token_row));
  g_autoptr(GError) error = NULL;
  g_autofree char *normal = inspector_connection_read_address (address, &error);
  InspectorConnection *connection;

  if (normal != NULL && *token != '\0' && !self->is_warned && inspector_connection_is_exposed (normal))
    {
      warn_of_exposure (self);
      return;
    }
  if (normal == NULL)
    connection = NULL;
  else if (self->edited_id != NULL)
    connection = inspector_connections_change (self->connections, self->edited_id, name, address, &error);
  else
    connection = inspector_connections_add (self->connections, name, address, &error);
  if (connection == NULL)
    {
      show_problem (self, error->message);
      return;
    }
  if (*token != '\0' || self->edited_id != NULL)
    inspector_keyring_store_async (self->keyring, inspector_connection_get_id (connection),
                                   inspector_connection_get_name (connection), token, self->cancellable, token_kept_cb,
                                   g_object_ref (self));
  close_form (self);
}

/* ---- actions ---- */

static void
add_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  open_form (INSPECTOR_CONNECTIONS_WINDOW (widget), NULL);
}

static void
edit_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorConnectionsWindow *self = INSPECTOR_CONNECTIONS_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  InspectorConnection *connection = inspector_connections_find (self->connections, id);

  if (connection == NULL || inspector_connection_is_local (connection))
    return;
  open_form (self, connection);
  inspector_keyring_lookup_async (self->keyring, id, self->cancellable, token_came_cb, g_object_ref (self));
}

static void
cancel_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  close_form (INSPECTOR_CONNECTIONS_WINDOW (widget));
}

static void
save_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  save (INSPECTOR_CONNECTIONS_WINDOW (widget));
}

typedef struct {
  InspectorConnectionsWindow *window;
  char                       *id;
} Removal;

static void
removal_free (gpointer data)
{
  Removal *self = data;

  g_object_unref (self->window);
  g_free (self->id);
  g_free (self);
}

static void
on_removal_answered (gboolean is_accepted, gpointer user_data)
{
  Removal *removal = user_data;
  InspectorConnectionsWindow *self = removal->window;

  if (!is_accepted || inspector_connections_find (self->connections, removal->id) == NULL)
    return;
  inspector_connections_remove (self->connections, removal->id);
  inspector_keyring_store_async (self->keyring, removal->id, "", NULL, NULL, NULL, NULL);
}

static void
remove_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorConnectionsWindow *self = INSPECTOR_CONNECTIONS_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  InspectorConnection *connection = inspector_connections_find (self->connections, id);
  g_autofree char *heading = NULL;
  Removal *removal;

  if (connection == NULL || inspector_connection_is_local (connection))
    return;
  removal = g_new (Removal, 1);
  removal->window = g_object_ref (self);
  removal->id = g_strdup (id);
  heading = g_strdup_printf (_("Remove “%s”?"), inspector_connection_get_name (connection));
  inspector_compat_ask (GTK_WINDOW (self), heading, _("Its address and its token are forgotten."), _("_Remove"),
                        on_removal_answered, removal, removal_free);
}

/* ---- the type ---- */

static void
inspector_connections_window_dispose (GObject *object)
{
  InspectorConnectionsWindow *self = INSPECTOR_CONNECTIONS_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_CONNECTIONS_WINDOW);
  G_OBJECT_CLASS (inspector_connections_window_parent_class)->dispose (object);
}

static void
inspector_connections_window_finalize (GObject *object)
{
  InspectorConnectionsWindow *self = INSPECTOR_CONNECTIONS_WINDOW (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->keyring);
  g_clear_object (&self->cancellable);
  g_free (self->current_id);
  g_free (self->edited_id);
  G_OBJECT_CLASS (inspector_connections_window_parent_class)->finalize (object);
}

static void
inspector_connections_window_class_init (InspectorConnectionsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_connections_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_connections_window_finalize;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-connections-window.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, list);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, form_title);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, address_row);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, name_row);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, token_row);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, hint);
  gtk_widget_class_bind_template_child (widget_class, InspectorConnectionsWindow, problem);
  gtk_widget_class_bind_template_callback (widget_class, show_form);
  gtk_widget_class_bind_template_callback (widget_class, save);
  gtk_widget_class_install_action (widget_class, "connections.add", NULL, add_action);
  gtk_widget_class_install_action (widget_class, "connections.edit", "s", edit_action);
  gtk_widget_class_install_action (widget_class, "connections.remove", "s", remove_action);
  gtk_widget_class_install_action (widget_class, "connections.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "connections.cancel", NULL, cancel_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

/* The button of libadwaita that shows what is typed has no name for those who do not see it. */
static void
name_buttons (GtkWidget *widget, const char *name)
{
  if (GTK_IS_BUTTON (widget))
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    name_buttons (child, name);
}

static void
inspector_connections_window_init (InspectorConnectionsWindow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  name_buttons (GTK_WIDGET (self->token_row), _("Show or Hide the Token"));
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
}

InspectorConnectionsWindow *
inspector_connections_window_new (InspectorConnections *connections, InspectorKeyring *keyring, const char *current_id)
{
  InspectorConnectionsWindow *self = g_object_new (INSPECTOR_TYPE_CONNECTIONS_WINDOW, NULL);

  self->connections = g_object_ref (connections);
  self->keyring = g_object_ref (keyring);
  self->current_id = g_strdup (current_id);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (connections), make_row, self, NULL);
  return self;
}
