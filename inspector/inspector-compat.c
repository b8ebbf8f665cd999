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

void
inspector_compat_show_preferences (GtkWindow *parent, AdwPreferencesPage *page)
{
#if ADW_CHECK_VERSION (1, 5, 0)
  AdwPreferencesDialog *dialog = ADW_PREFERENCES_DIALOG (adw_preferences_dialog_new ());

  adw_preferences_dialog_add (dialog, page);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (parent));
#else
  GtkWidget *window = adw_preferences_window_new ();

  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), page);
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
#endif
}

void
inspector_compat_tell (GtkWindow *parent, const char *heading, const char *body)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- questions ---- */

typedef struct {
  InspectorCompatAskFunc func;
  gpointer               user_data;
  GDestroyNotify         free_func;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  if (question->free_func != NULL)
    question->free_func (question->user_data);
  g_free (question);
}

static void
on_answer (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Question *question = user_data;

  question->func (g_strcmp0 (response, "accept") == 0, question->user_data);
}

void
inspector_compat_ask (GtkWindow *parent, const char *heading, const char *body, const char *accept,
                      InspectorCompatAskFunc func, gpointer user_data, GDestroyNotify free_func)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, heading, body));
  Question *question = g_new (Question, 1);

  question->func = func;
  question->user_data = user_data;
  question->free_func = free_func;
  adw_message_dialog_add_response (dialog, "cancel", _("_Cancel"));
  adw_message_dialog_add_response (dialog, "accept", accept);
  adw_message_dialog_set_response_appearance (dialog, "accept", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_answer), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- files ---- */

typedef struct {
  InspectorCompatFileFunc func;
  gpointer                user_data;
} Choice;

static void
on_response (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autofree Choice *choice = user_data;
  g_autoptr(GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  choice->func (file, choice->user_data);
  g_object_unref (dialog);
}

void
inspector_compat_choose_file (GtkWindow *parent, const char *title, const char *accept, const char *suggested,
                              const char *kind, const char *const *patterns, InspectorCompatFileFunc func,
                              gpointer user_data)
{
  GtkFileChooserAction action = suggested != NULL ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, parent, action, accept, NULL);
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();
  Choice *choice = g_new (Choice, 1);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_filter_set_name (filter, kind);
  for (gsize i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  if (suggested != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), suggested);
  choice->func = func;
  choice->user_data = user_data;
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), choice);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
