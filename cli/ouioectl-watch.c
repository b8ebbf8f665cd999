/* ouioectl-watch.c - a view that refreshes, or a line for each change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-watch.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ouioectl-text.h"

#define INTERVAL_US G_USEC_PER_SEC

typedef struct {
  gboolean    is_json;
  const char *member;    /* what tells rows apart */
  const char *gone;      /* the state of one that vanished */
  guint       rows;      /* of the terminal; 0: there is none */
  GHashTable *known;     /* what a row is about -> what counts of it */
  char       *shown;     /* for people, as it was printed last */
  gboolean    lost;      /* the daemon does not answer, and that was said */
} Watch;

void
ouioectl_look_add (OuioectlLook *look, const char *name, const char *json)
{
  char *row = g_strdup (json);

  g_hash_table_insert (look->rows, g_strdup (name), row);
  g_ptr_array_add (look->order, g_strdup (name));
}

/* ---- changes ---- */

/* What changes by itself, or by looking, is no change. */
static void
drop_restless (json_t *object)
{
  static const char *const names[] = { "session_duration", "uptime_seconds", "memory_bytes", "store_bytes" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    json_object_del (object, names[i]);
}

static char *
dup_core (const char *json)
{
  json_t *object = json_loads (json, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
  char *dump, *core;

  if (object == NULL)
    return g_strdup (json);
  drop_restless (object);
  drop_restless (json_object_get (object, "stats"));
  dump = json_dumps (object, JSON_COMPACT | JSON_SORT_KEYS);
  core = g_strdup (dump != NULL ? dump : json);
  free (dump);
  json_decref (object);
  return core;
}

static gboolean
put_gone (const Watch *self, const char *name)
{
  json_t *object = json_pack ("{s:s, s:s}", self->member, name, "state", self->gone);
  char *dump = object != NULL ? json_dumps (object, JSON_COMPACT) : NULL;
  gboolean done = dump == NULL || ouioectl_put_json (dump, strlen (dump));

  free (dump);
  json_decref (object);
  return done;
}

/* FALSE when nobody reads on. */
static gboolean
put_changes (Watch *self, const OuioectlLook *look)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (look->rows, name))
      {
        if (!put_gone (self, name))
          return FALSE;
        g_hash_table_iter_remove (&iter);
      }

  for (guint i = 0; i < look->order->len; i++)
    {
      const char *row = g_hash_table_lookup (look->rows, look->order->pdata[i]);
      g_autofree char *core = dup_core (row);

      if (g_strcmp0 (g_hash_table_lookup (self->known, look->order->pdata[i]), core) == 0)
        continue;
      if (!ouioectl_put_json (row, strlen (row)))
        return FALSE;
      g_hash_table_insert (self->known, g_strdup (look->order->pdata[i]), g_steal_pointer (&core));
    }
  return TRUE;
}

/* ---- the view ---- */

/* From the upper left corner, each line and then the rest of the screen cleared; no more lines than there are. */
static char *
make_screen (const char *text, guint n_rows)
{
  GString *out = g_string_new ("\033[H");
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines) - 1;   /* behind the last line end there is nothing */
  guint n_shown = n < n_rows ? n : n_rows - 2;

  for (guint i = 0; i < n_shown; i++)
    g_string_append_printf (out, "%s\033[K\n", lines[i]);
  if (n_shown < n)
    {
      /* TRANSLATORS: lines for which the terminal has no room */
      g_string_append_printf (out, ngettext ("… and %u more", "… and %u more", n - n_shown), n - n_shown);
      g_string_append (out, "\033[K\n");
    }
  g_string_append (out, "\033[J");
  return g_string_free (out, FALSE);
}

static gboolean
put_view (Watch *self, const char *text)
{
  g_autofree char *screen = NULL;

  if (self->rows > 0)
    {
      screen = make_screen (text, self->rows);
      return ouioectl_put (screen);
    }
  if (g_strcmp0 (text, self->shown) == 0)
    return TRUE;
  if (self->shown != NULL && !ouioectl_put_raw ("\n", 1))
    return FALSE;
  g_free (self->shown);
  self->shown = g_strdup (text);
  return ouioectl_put (text);
}

static guint
count_rows (void)
{
  struct winsize size;

  if (!ouioectl_terminal_is (STDOUT_FILENO))
    return 0;
  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 2 ? size.ws_row : 24;
}

/* ---- looking ---- */

/* Nothing has to be put back in order, and a call that waits for its answer shall not keep anybody waiting. */
static void
on_signal (int number)
{
  _exit (number == SIGINT ? OUIOECTL_EXIT_INTERRUPTED : OUIOECTL_EXIT_TERMINATED);
}

/* FALSE to look no more. */
static gboolean
take_look (Watch *self, OuioectlLookFunc func, gpointer user_data, OuioectlExit *status)
{
  g_autoptr(GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (g_free);
  OuioectlLook look = { .rows = rows, .order = order };
  g_autoptr(GError) error = NULL;
  gboolean goes_on;

  if (!func (&look, user_data, &error))
    {
      OuioectlExit why = ouioectl_exit_for (error);

      if (why != OUIOECTL_EXIT_UNREACHABLE && why != OUIOECTL_EXIT_TRY_AGAIN)
        {
          *status = ouioectl_fail (error);
          return FALSE;
        }
      if (!self->lost)
        ouioectl_complain (_("%s; trying again"), error->message);
      self->lost = TRUE;
      return TRUE;
    }
  if (self->lost)
    ouioectl_complain (_("connected again"));
  self->lost = FALSE;
  goes_on = (self->is_json ? put_changes (self, &look) : put_view (self, look.text)) && !look.over;
  g_free (look.text);
  return goes_on;
}

OuioectlExit
ouioectl_watch (OuioectlOptions *options, const char *member, const char *gone, OuioectlLookFunc func, gpointer user_data)
{
  g_autoptr(GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Watch self = { .is_json = options->json || options->ndjson, .member = member, .gone = gone, .known = known };
  OuioectlExit status = OUIOECTL_EXIT_DONE;

  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  self.rows = self.is_json ? 0 : count_rows ();
  if (self.rows > 0)
    ouioectl_put ("\033[H\033[2J");
  for (;;)
    {
      self.rows = self.rows > 0 ? count_rows () : 0;   /* it may have been resized */
      if (!take_look (&self, func, user_data, &status))
        break;
      g_usleep (INTERVAL_US);
    }
  g_free (self.shown);
  return status;
}
