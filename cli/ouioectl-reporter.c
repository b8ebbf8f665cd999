/* ouioectl-reporter.c - lines of a program's output, as progress of a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-reporter.h"

#include <string.h>

#define INTERVAL_US (G_USEC_PER_SEC / 10)
/* After an attempt that failed. */
#define RETRY_US    G_USEC_PER_SEC
/* For what waits, and for the end of the session, when the program is done. */
#define FINISH_S    5

typedef struct {
  char   *type;         /* NULL: nothing waits here */
  char   *message;
  double  percentage;   /* negative for none */
  guint64 number;       /* in the order of arrival */
} Report;

struct _OuioectlReporter
{
  OuioeClient  *client;
  char         *session;
  Report        waiting[2];    /* without a percentage, with one */
  Report        sent;          /* under way */
  guint64       number;        /* of the newest */
  gint64        next_us;       /* monotonic: not before */
  guint         timer;
  gboolean      busy;          /* a request is under way */
  gboolean      stopped;       /* the daemon will take no more */
  gboolean      complained;
  gboolean      closed;
  GCancellable *cancellable;
};

/* ---- what a line says ---- */

/* The length of the escape sequence at @p, which begins with ESC. */
static gsize
escape_length (const char *p, const char *end)
{
  const char *q = p + 2;

  if (end - p < 2)
    return 1;
  if (p[1] == '[')
    {
      while (q < end && !(*q >= 0x40 && *q <= 0x7e))
        q++;
      return (gsize) (MIN (q + 1, end) - p);
    }
  if (p[1] == ']')
    {
      while (q < end && *q != '\a' && !(*q == '\033' && q + 1 < end && q[1] == '\\'))
        q++;
      return (gsize) (MIN (q + (q < end && *q == '\033' ? 2 : 1), end) - p);
    }
  return 2;
}

char *
ouioectl_report_clean (const char *line, gsize len)
{
  g_autoptr(GString) out = g_string_sized_new (len);
  const char *end = line + len;

  while (line < end && out->len < OUIOECTL_REPORT_MAX_MESSAGE)
    {
      if (*line == '\033')
        {
          line += escape_length (line, end);
          continue;
        }
      if (*line == '\b' && out->len > 0)
        g_string_truncate (out, (gsize) (g_utf8_prev_char (out->str + out->len) - out->str));
      else if (*line == '\t')
        g_string_append_c (out, ' ');
      else if ((guchar) *line >= 0x20 && *line != 0x7f)
        g_string_append_len (out, line, g_utf8_next_char (line) - line);
      line = g_utf8_next_char (line);
    }
  g_strstrip (out->str);
  return *out->str != '\0' ? g_strdup (out->str) : NULL;
}

/* A number may stand at the begin of the line, or behind what is no part of a word, a number or a path. */
static gboolean
may_begin (const char *line, const char *p)
{
  return p == line || strchr (" \t([{<=:|#.", p[-1]) != NULL ? !(p > line + 1 && p[-1] == '.' && g_ascii_isdigit (p[-2]))
                                                             : FALSE;
}

static gboolean
may_end (const char *p)
{
  return *p == '\0' || strchr (" \t)]}>,;:|.", *p) != NULL ? !(*p == '.' && g_ascii_isdigit (p[1])) : FALSE;
}

/* "42%", "42.5 %"; @p behind the number */
static gboolean
read_percent (const char *p, double number, double *percentage)
{
  p += *p == ' ';
  if (*p != '%' || number > 100)
    return FALSE;
  *percentage = number;
  return TRUE;
}

/* "3/8", "3 of 8"; @p behind the first number */
static gboolean
read_ratio (const char *p, double number, double *percentage)
{
  double total;
  char *end;

  if (g_str_has_prefix (p, " of "))
    p += strlen (" of ");
  else if (*p == '/')
    p++;
  else
    return FALSE;
  if (!g_ascii_isdigit (*p))
    return FALSE;
  total = g_ascii_strtod (p, &end);
  if (!(total > 0) || number > total || !may_end (end))
    return FALSE;
  *percentage = number / total * 100;
  return TRUE;
}

gboolean
ouioectl_report_percentage (const char *line, double *percentage)
{
  gboolean found = FALSE;
  const char *p = line;

  while (*p != '\0')
    {
      g_autofree char *digits = NULL;
      gsize n = strspn (p, "0123456789.");
      double number;

      if (!g_ascii_isdigit (*p))
        {
          p++;
          continue;
        }
      digits = g_strndup (p, n);
      number = g_ascii_strtod (digits, NULL);
      if (n <= 15 && may_begin (line, p) && strchr (digits, '.') == strrchr (digits, '.') &&
          (read_percent (p + n, number, percentage) || read_ratio (p + n, number, percentage)))
        found = TRUE;
      p += n;
    }
  return found;
}

/* ---- sending ---- */

static void pump (OuioectlReporter *self);

static void
report_clear (Report *self)
{
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->message, g_free);
}

static gboolean
is_worth_another (const GError *error)
{
  return g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE) || ouioectl_exit_for (error) == OUIOECTL_EXIT_TRY_AGAIN;
}

static void
complain_once (OuioectlReporter *self, const GError *error)
{
  if (!self->complained)
    ouioectl_complain (_("progress is not reported: %s"), error->message);
  self->complained = TRUE;
}

static void
append_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioectlReporter *self = user_data;
  g_autoptr(GError) error = NULL;
  Report *slot = &self->waiting[self->sent.percentage >= 0];

  self->busy = FALSE;
  if (ouioe_client_append_progress_finish (OUIOE_CLIENT (source), result, &error))
    report_clear (&self->sent);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->stopped = TRUE;
  else if (is_worth_another (error))
    {
      complain_once (self, error);
      self->next_us = g_get_monotonic_time () + RETRY_US;
      if (slot->type == NULL)   /* else something newer waits */
        {
          *slot = self->sent;
          self->sent = (Report) { NULL };
        }
    }
  else
    {
      complain_once (self, error);
      self->stopped = g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
    }
  report_clear (&self->sent);
  pump (self);
}

static gboolean
on_timer (gpointer user_data)
{
  OuioectlReporter *self = user_data;

  self->timer = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* The one that came first; NULL when nothing waits. */
static Report *
next_report (OuioectlReporter *self)
{
  Report *plain = &self->waiting[0];
  Report *known = &self->waiting[1];

  if (plain->type == NULL || known->type == NULL)
    return plain->type != NULL ? plain : known->type != NULL ? known : NULL;
  return plain->number < known->number ? plain : known;
}

static void
pump (OuioectlReporter *self)
{
  Report *next = next_report (self);
  gint64 now_us = g_get_monotonic_time ();
  g_autoptr(OuioeProgressUpdate) update = NULL;

  if (next == NULL || self->busy || self->stopped || self->timer != 0)
    return;
  if (now_us < self->next_us)
    {
      self->timer = g_timeout_add ((guint) ((self->next_us - now_us + 999) / 1000), on_timer, self);
      return;
    }

  self->sent = *next;
  *next = (Report) { NULL };
  self->busy = TRUE;
  self->next_us = now_us + INTERVAL_US;
  update = ouioe_progress_update_new (self->sent.type, self->sent.message, self->sent.percentage, NULL, NULL);
  ouioe_client_append_progress_async (self->client, self->session, update, self->cancellable, append_answered_cb, self);
}

void
ouioectl_reporter_add (OuioectlReporter *self, const char *type, const char *message, double percentage)
{
  Report *slot = &self->waiting[percentage >= 0];

  report_clear (slot);
  slot->type = g_strdup (type);
  slot->message = g_strdup (message);
  slot->percentage = percentage;
  slot->number = ++self->number;
  pump (self);
}

/* ---- the end ---- */

static gboolean
on_deadline (gpointer user_data)
{
  OuioectlReporter *self = user_data;

  self->stopped = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
close_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioectlReporter *self = user_data;
  g_autoptr(GError) error = NULL;

  self->closed = TRUE;
  if (ouioe_client_close_session_finish (OUIOE_CLIENT (source), result, &error))
    return;
  if (!g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))   /* the program may have closed it itself */
    ouioectl_complain (_("the end is not reported: %s"), error->message);
}

void
ouioectl_reporter_finish (OuioectlReporter *self, const char *outcome)
{
  guint deadline = g_timeout_add_seconds (FINISH_S, on_deadline, self);

  while (self->busy || (next_report (self) != NULL && !self->stopped))
    g_main_context_iteration (NULL, TRUE);
  if (!g_cancellable_is_cancelled (self->cancellable))
    {
      ouioe_client_close_session_async (self->client, self->session, outcome, self->cancellable, close_answered_cb, self);
      while (!self->closed)
        g_main_context_iteration (NULL, TRUE);
    }
  else
    ouioectl_complain (_("the end is not reported: the daemon did not answer in time"));
  g_source_remove (deadline);
}

OuioectlReporter *
ouioectl_reporter_new (OuioeClient *client, const char *session)
{
  OuioectlReporter *self = g_new0 (OuioectlReporter, 1);

  self->client = g_object_ref (client);
  self->session = g_strdup (session);
  self->cancellable = g_cancellable_new ();
  return self;
}

void
ouioectl_reporter_free (OuioectlReporter *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  report_clear (&self->waiting[0]);
  report_clear (&self->waiting[1]);
  report_clear (&self->sent);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_free (self->session);
  g_free (self);
}
