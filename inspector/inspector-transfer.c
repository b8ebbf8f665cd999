/* inspector-transfer.c - recordings into and out of a window, with toasts that tell of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-transfer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-compat.h"

/* What takes less is done before anybody has read that it is being done. */
#define PATIENCE_MS 300
/* A toast that goes in the first frame of its coming brings libadwaita 1.2 down. */
#define SETTLE_MS   300
/* Of a file's name in the dialog; long enough to know it again. */
#define MAX_NAME_BYTES 60

/* One that is under way. */
typedef struct {
  AdwToastOverlay      *toasts;       /* weak: NULL when the window is gone */
  GFile                *file;
  GCancellable         *cancellable;
  AdwToast             *toast;        /* the one with "Cancel"; NULL before it is shown, and when it is gone */
  guint                 patience;     /* shows it; 0 when it was shown */
  InspectorTransferFunc func;         /* of a file that is opened */
  gpointer              user_data;
} Transfer;

static void
on_toasts_gone (gpointer user_data, GObject *toasts)
{
  Transfer *self = user_data;

  self->toasts = NULL;
  g_cancellable_cancel (self->cancellable);
}

static void
on_toast_gone (Transfer *self)
{
  g_clear_object (&self->toast);
}

/* The button takes its toast away by itself. */
static void
on_cancel_clicked (Transfer *self)
{
  g_signal_handlers_disconnect_by_data (self->toast, self);
  g_clear_object (&self->toast);
  g_cancellable_cancel (self->cancellable);
}

static gboolean
patience_cb (gpointer user_data)
{
  Transfer *self = user_data;
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = g_strdup_printf (self->func != NULL ? _("Reading “%s”…") : _("Writing “%s”…"), shown);

  self->patience = 0;
  if (self->toasts == NULL)
    return G_SOURCE_REMOVE;
  self->toast = adw_toast_new (text);
  adw_toast_set_timeout (self->toast, 0);
  adw_toast_set_button_label (self->toast, _("_Cancel"));
  g_signal_connect_swapped (self->toast, "button-clicked", G_CALLBACK (on_cancel_clicked), self);
  g_signal_connect_swapped (self->toast, "dismissed", G_CALLBACK (on_toast_gone), self);
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (self->toast));
  return G_SOURCE_REMOVE;
}

static Transfer *
transfer_new (AdwToastOverlay *toasts, GFile *file)
{
  Transfer *self = g_new0 (Transfer, 1);

  self->toasts = toasts;
  g_object_weak_ref (G_OBJECT (toasts), on_toasts_gone, self);
  self->file = g_object_ref (file);
  self->cancellable = g_cancellable_new ();
  self->patience = g_timeout_add (PATIENCE_MS, patience_cb, self);
  return self;
}

static gboolean
dismiss_cb (gpointer user_data)
{
  adw_toast_dismiss (user_data);
  return G_SOURCE_REMOVE;
}

static void
transfer_free (Transfer *self)
{
  g_clear_handle_id (&self->patience, g_source_remove);
  if (self->toast != NULL)
    {
      g_autoptr(AdwToast) toast = g_steal_pointer (&self->toast);

      g_signal_handlers_disconnect_by_data (toast, self);
      g_timeout_add_full (G_PRIORITY_DEFAULT, SETTLE_MS, dismiss_cb, g_steal_pointer (&toast), g_object_unref);
    }
  if (self->toasts != NULL)
    g_object_weak_unref (G_OBJECT (self->toasts), on_toasts_gone, self);
  g_object_unref (self->file);
  g_object_unref (self->cancellable);
  g_free (self);
}

static GtkWindow *
get_window (AdwToastOverlay *toasts)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (toasts));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

/* ---- opening ---- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorRecording) recording = inspector_recording_read_finish (result, &error);

  if (self->toasts != NULL && recording != NULL)
    {
      self->func (recording, self->user_data);
    }
  else if (self->toasts != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *name = g_file_get_basename (self->file);
      g_autofree char *shown = g_filename_display_name (name);
      g_autofree char *heading = g_strdup_printf (_("“%s” Cannot Be Opened"), shown);

      inspector_compat_tell (get_window (self->toasts), heading, error->message);
    }
  transfer_free (self);
}

void
inspector_transfer_open (AdwToastOverlay *toasts, GFile *file, InspectorTransferFunc func, gpointer user_data)
{
  Transfer *self = transfer_new (toasts, file);

  self->func = func;
  self->user_data = user_data;
  inspector_recording_read_async (file, NULL, self->cancellable, opened_cb, self);
}

/* What is kept while the reader chooses, or for as long as files may be dropped. */
typedef struct {
  AdwToastOverlay      *toasts;       /* weak */
  InspectorTransferFunc func;
  gpointer              user_data;
  InspectorFormat       format;
  GPtrArray            *events;       /* OuioeEvent, to be written; NULL when a file is opened */
} Request;

static Request *
request_new (AdwToastOverlay *toasts, InspectorTransferFunc func, gpointer user_data)
{
  Request *self = g_new0 (Request, 1);

  g_set_weak_pointer (&self->toasts, toasts);
  self->func = func;
  self->user_data = user_data;
  return self;
}

static void
request_free (Request *self)
{
  g_clear_weak_pointer (&self->toasts);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_free (self);
}

static void
request_free_closure (gpointer data, GClosure *closure)
{
  request_free (data);
}

static void
on_open_chosen (GFile *file, gpointer user_data)
{
  Request *request = user_data;

  if (file != NULL && request->toasts != NULL)
    inspector_transfer_open (request->toasts, file, request->func, request->user_data);
  request_free (request);
}

void
inspector_transfer_choose_open (AdwToastOverlay *toasts, InspectorTransferFunc func, gpointer user_data)
{
  static const char *const patterns[] = { "*.ndjson", "*.jsonl", "*.json", NULL };

  inspector_compat_choose_file (get_window (toasts), _("Open Recording"), _("_Open"), NULL, _("Recordings"), patterns,
                                on_open_chosen, request_new (toasts, func, user_data));
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  Request *request = user_data;
  GSList *files = g_value_get_boxed (value);   /* of a GdkFileList, which is one */

  if (request->toasts == NULL)
    return FALSE;
  for (GSList *l = files; l != NULL; l = l->next)
    inspector_transfer_open (request->toasts, l->data, request->func, request->user_data);
  return files != NULL;
}

void
inspector_transfer_accept_drops (AdwToastOverlay *toasts, InspectorTransferFunc func, gpointer user_data)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_data (target, "drop", G_CALLBACK (on_drop), request_new (toasts, func, user_data), request_free_closure, 0);
  gtk_widget_add_controller (GTK_WIDGET (toasts), GTK_EVENT_CONTROLLER (target));
}

/* ---- saving ---- */

GPtrArray *
inspector_transfer_collect (GListModel *items)
{
  guint n = g_list_model_get_n_items (items);
  GPtrArray *events = g_ptr_array_new_full (n, (GDestroyNotify) ouioe_event_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (items, i);
      OuioeEvent *event = inspector_chain_item_get_event (item);

      if (event != NULL)
        g_ptr_array_add (events, ouioe_event_ref (event));
    }
  return events;
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_good = inspector_recording_write_finish (result, &error);
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *shown = g_filename_display_name (name);

  if (self->toasts == NULL)
    {
      transfer_free (self);
      return;
    }
  if (is_good)
    {
      g_autofree char *text = g_strdup_printf (_("“%s” was written"), shown);

      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *text = g_strdup_printf (_("“%s” was not written"), shown);

      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
    }
  else
    {
      g_autofree char *heading = g_strdup_printf (_("“%s” Cannot Be Written"), shown);

      inspector_compat_tell (get_window (self->toasts), heading, error->message);
    }
  transfer_free (self);
}

void
inspector_transfer_save (AdwToastOverlay *toasts, GFile *file, InspectorFormat format, GPtrArray *events)
{
  Transfer *self = transfer_new (toasts, file);

  inspector_recording_write_async (file, format, events, self->cancellable, saved_cb, self);
}

static void
on_save_chosen (GFile *file, gpointer user_data)
{
  Request *request = user_data;

  if (file != NULL && request->toasts != NULL)
    inspector_transfer_save (request->toasts, file, request->format, request->events);
  request_free (request);
}

/* A session's id may hold what a file's name may not, or should not. */
static char *
suggest_name (const char *name, InspectorFormat format)
{
  g_autofree char *text = g_strdelimit (g_strdup (name), "/\\:*?\"<>|\n\r\t", '-');
  const char *end = strlen (text) > MAX_NAME_BYTES ? g_utf8_find_prev_char (text, text + MAX_NAME_BYTES) : text + strlen (text);
  g_autofree char *part = g_strstrip (g_strndup (text, (gsize) (end - text)));

  return g_strconcat (*part == '.' || *part == '\0' ? "session" : "", part, inspector_format_get_suffix (format), NULL);
}

void
inspector_transfer_choose_save (AdwToastOverlay *toasts, const char *name, InspectorFormat format, GPtrArray *events)
{
  g_autofree char *suggested = suggest_name (name, format);
  g_autofree char *pattern = g_strconcat ("*", inspector_format_get_suffix (format), NULL);
  const char *patterns[] = { pattern, NULL };
  Request *request = request_new (toasts, NULL, NULL);

  request->format = format;
  request->events = g_ptr_array_ref (events);
  inspector_compat_choose_file (get_window (toasts), _("Export"), _("_Save"), suggested, pattern, patterns, on_save_chosen,
                                request);
}
