/* ouioectl-replay-show.c - a replay in the terminal: steps grow as they once did
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every line bears a mark, and the first says what it is: nobody should take the past for the present.
 */
#include "config.h"

#include "ouioectl-replay.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-player.h"
#include "ouioectl-text.h"
#include "ouioectl-view.h"

#define MARK         "» "
#define MARK_COLUMNS 2

typedef struct {
  const OuioectlReplay *replay;
  gboolean              ndjson;
  OuioectlView          view;
  gboolean              in_line;    /* the last line has no end yet */
  char                 *growing;    /* the event that grows, as it will be shown; or NULL */
  gsize                 text_at;    /* where its content begins in that */
  char                 *content;    /* of it */
  gsize                 n_shown;    /* bytes of growing that were shown */
} Show;

/* Puts the mark before every line. */
static gboolean
put (Show *self, const char *text, gsize len)
{
  g_autoptr(GString) out = g_string_new (NULL);

  while (len > 0)
    {
      const char *stop = memchr (text, '\n', len);
      gsize n = stop != NULL ? (gsize) (stop - text) + 1 : len;

      if (!self->in_line)
        g_string_append (out, self->view.colour ? "\033[2m" MARK "\033[0m" : MARK);
      g_string_append_len (out, text, (gssize) n);
      self->in_line = stop == NULL;
      text += n;
      len -= n;
    }
  return ouioectl_put (out->str);
}

/* ---- the first line ---- */

static gboolean
put_mark_json (Show *self)
{
  json_t *object = json_pack ("{s:s, s:s, s:f, s:i}", "kind", "replay", "source", self->replay->source, "speed",
                              self->replay->speed, "events", (int) self->replay->events->len);
  char *dump = object != NULL ? json_dumps (object, JSON_COMPACT) : NULL;
  gboolean done = ouioectl_put_json (dump != NULL ? dump : "{\"kind\":\"replay\"}", strlen (dump != NULL ? dump
                                                                                      : "{\"kind\":\"replay\"}"));

  free (dump);
  json_decref (object);
  return done;
}

static gboolean
put_head (Show *self)
{
  gint64 begin_us = ouioe_event_get_time_us (self->replay->events->pdata[0]);
  g_autoptr(GDateTime) begin = g_date_time_new_from_unix_local (begin_us / G_USEC_PER_SEC);
  g_autofree char *date = begin != NULL ? g_date_time_format (begin, "%Y-%m-%d %H:%M:%S") : g_strdup (_("an unknown day"));
  g_autofree char *safe = ouioectl_text_safe (self->replay->source, -1, OUIOECTL_TEXT_LINE);
  /* TRANSLATORS: a session or a file; when it was recorded, like "2026-11-23 14:03:22"; a factor, like 0.5 or 2 */
  g_autofree char *text = g_strdup_printf (_("replay of %s, recorded %s, %g times as fast\n"), safe, date,
                                           self->replay->speed);

  return self->ndjson ? put_mark_json (self) : put (self, text, strlen (text));
}

/* ---- events ---- */

static guint
count_visible (const char *text, gsize len)
{
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += text[i] != ' ' && text[i] != '\n';
  return n;
}

static gboolean
on_grow (OuioeEvent *event, glong n_chars, gpointer user_data)
{
  Show *self = user_data;
  g_autofree char *there = NULL;
  gsize end, begin;
  guint n_visible;

  if (self->growing == NULL)
    {
      g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);

      self->growing = ouioectl_view_event_at (&self->view, event, &self->text_at);
      self->content = ouioe_thinking_step_dup_content (step);
      self->n_shown = 0;
    }

  /* Only white space differs between the content and how it is laid out in lines. */
  there = ouioectl_text_safe (self->content, g_utf8_offset_to_pointer (self->content, n_chars) - self->content,
                              OUIOECTL_TEXT_LINES);
  n_visible = count_visible (there, strlen (there));
  for (end = self->text_at; n_visible > 0 && self->growing[end] != '\0'; end++)
    n_visible -= self->growing[end] != ' ' && self->growing[end] != '\n';
  begin = self->n_shown;
  self->n_shown = MAX (end, begin);
  return put (self, self->growing + begin, self->n_shown - begin);
}

static gboolean
on_event (OuioeEvent *event, gpointer user_data)
{
  Show *self = user_data;
  g_autofree char *text = g_steal_pointer (&self->growing);
  gsize n_shown = text != NULL ? self->n_shown : 0;

  g_clear_pointer (&self->content, g_free);
  if (self->ndjson)
    {
      gsize len;
      const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

      return ouioectl_put_json (json, len);
    }
  if (text == NULL)
    text = ouioectl_view_event (&self->view, event);
  return put (self, text + n_shown, strlen (text) - n_shown);
}

static gboolean
on_gap (gint64 gap_us, gboolean within, gpointer user_data)
{
  Show *self = user_data;
  g_autofree char *duration = ouioectl_text_duration (gap_us);
  /* TRANSLATORS: %s is how long, like "3 min 05 s". The second form is of silence within a step that was shown as it grew. */
  g_autofree char *text = g_strdup_printf (within ? _("--- %s of silence within, shortened ---\n")
                                                  : _("--- %s of silence, shortened ---\n"), duration);

  return self->ndjson || put (self, text, strlen (text));
}

static const OuioectlPlayerFuncs text_funcs = { .grow = on_grow, .event = on_event, .gap = on_gap };
static const OuioectlPlayerFuncs json_funcs = { .event = on_event };

OuioectlExit
ouioectl_replay_show (const OuioectlReplay *replay)
{
  const char *end = _("end of the replay\n");
  guint width = ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0;
  Show self = { .replay = replay, .ndjson = replay->options->json || replay->options->ndjson };
  g_autoptr(OuioectlPlayer) player = NULL;
  OuioectlExit status = OUIOECTL_EXIT_DONE;

  self.view.colour = ouioectl_terminal_colour (STDOUT_FILENO);
  self.view.width = width > MARK_COLUMNS ? width - MARK_COLUMNS : width;
  for (guint i = 1; i < replay->events->len; i++)
    self.view.sessions |= strcmp (ouioe_event_get_session_id (replay->events->pdata[i]),
                                  ouioe_event_get_session_id (replay->events->pdata[0])) != 0;

  player = ouioectl_player_new (replay->events, replay->speed, replay->shorten, self.ndjson ? &json_funcs : &text_funcs, &self);
  if (put_head (&self))
    status = ouioectl_player_run (player);
  if (self.in_line)
    ouioectl_put ("\n");
  if (status == OUIOECTL_EXIT_DONE && !self.ndjson)
    {
      self.in_line = FALSE;
      put (&self, end, strlen (end));
    }
  g_free (self.growing);
  g_free (self.content);
  return status;
}
