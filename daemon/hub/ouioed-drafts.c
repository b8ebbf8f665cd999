/* ouioed-drafts.c - what grows in the sessions, shown to readers as often as is good for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes after a quiet time is shown at once, what comes soon after it is joined. One timer serves all sessions: those
 * that have something to show stand in hub->drafts_waiting, and the timer goes for the one that is due first.
 */
#include "config.h"

#include "ouioed-draft-private.h"

/* The timer goes no more often than this, so that thousands of sessions are looked through together. */
#define TICK_US 8000

static OuioedDrafts *
channel_ensure_drafts (OuioedChannel *channel)
{
  OuioedDrafts *self = channel->drafts;

  if (self != NULL)
    return self;

  self = channel->drafts = g_new0 (OuioedDrafts, 1);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_draft_unref);
  self->waiting_link.data = channel;
  return self;
}

/* ---- showing ---- */

static void
notify (OuioedHub *hub, OuioedChannel *channel)
{
  for (guint i = 0; channel->subscribers != NULL && i < channel->subscribers->len; i++)
    ouioed_subscriber_notify_drafts (channel->subscribers->pdata[i]);
  for (guint i = 0; i < hub->subscribers->len; i++)
    ouioed_subscriber_notify_drafts (hub->subscribers->pdata[i]);
}

static void
hide (OuioedHub *hub, OuioedDrafts *drafts, OuioedDraft *draft)
{
  if (draft->seq == 0)
    return;

  g_queue_unlink (&hub->drafts, &draft->hub_link);
  g_queue_unlink (&drafts->shown, &draft->channel_link);
  draft->seq = 0;
}

static void
show (OuioedHub *hub, OuioedDrafts *drafts, OuioedDraft *draft)
{
  hide (hub, drafts, draft);
  draft->seq = ++hub->draft_seq;
  g_queue_push_tail_link (&hub->drafts, &draft->hub_link);
  g_queue_push_tail_link (&drafts->shown, &draft->channel_link);
}

/* A step of a session whose start is not published yet waits for it. */
static gboolean
is_published (OuioedChannel *channel, OuioedDraft *draft)
{
  return ouioed_channel_is_open (channel) && channel->committed->created_us == draft->created_us;
}

static gboolean
has_grown (OuioedChannel *channel, OuioedDraft *draft)
{
  return draft->shown < draft->text->len && is_published (channel, draft);
}

static gboolean
steps_have_grown (OuioedChannel *channel)
{
  for (guint i = 0; i < channel->drafts->steps->len; i++)
    if (has_grown (channel, channel->drafts->steps->pdata[i]))
      return TRUE;

  return FALSE;
}

static void
show_steps (OuioedHub *hub, OuioedChannel *channel)
{
  OuioedDrafts *drafts = channel->drafts;

  for (guint i = 0; i < drafts->steps->len; i++)
    {
      OuioedDraft *draft = drafts->steps->pdata[i];

      if (!has_grown (channel, draft))
        continue;
      draft->shown = draft->text->len;
      show (hub, drafts, draft);
    }
}

static gboolean
generation_has_changed (OuioedChannel *channel)
{
  const OuioedDrafts *drafts = channel->drafts;

  return drafts->newest != NULL && channel->committed != NULL
         && (drafts->generation == NULL || drafts->generation->generation != drafts->newest);
}

/* Whether it must not wait. */
static gboolean
generation_is_urgent (OuioedDrafts *drafts, gint64 now_us)
{
  const OuioeGeneration *before = drafts->generation != NULL ? drafts->generation->generation : NULL;

  if (before != NULL && before->phase == drafts->newest->phase
      && (before->stalled_since_us != 0) == (drafts->newest->stalled_since_us != 0))
    return FALSE;

  if (now_us < drafts->urgent_since_us || now_us - drafts->urgent_since_us >= G_USEC_PER_SEC)
    {
      drafts->urgent_since_us = now_us;
      drafts->n_urgent = 0;
    }
  return drafts->n_urgent++ < OUIOED_DRAFT_MAX_URGENT;
}

static void
show_generation (OuioedHub *hub, OuioedChannel *channel)
{
  OuioedDrafts *drafts = channel->drafts;

  if (drafts->generation == NULL)
    drafts->generation = ouioed_draft_new (channel, NULL, channel->committed->created_us);
  g_clear_pointer (&drafts->generation->generation, ouioe_generation_unref);
  drafts->generation->generation = ouioe_generation_ref (drafts->newest);
  show (hub, drafts, drafts->generation);
}

/* When what was shown at @shown_us may be shown again; a clock that steps back does not make it wait for long. */
static gint64
get_due (gint64 shown_us, gint64 interval_us, gint64 now_us)
{
  return shown_us == 0 || now_us < shown_us ? now_us : shown_us + interval_us;
}

static void
stop_waiting (OuioedHub *hub, OuioedDrafts *drafts)
{
  if (!drafts->is_waiting)
    return;

  g_queue_unlink (&hub->drafts_waiting, &drafts->waiting_link);
  drafts->is_waiting = FALSE;
}

static void
wait_until (OuioedHub *hub, OuioedDrafts *drafts, gint64 due_us, gint64 now_us)
{
  gint64 monotonic_us = g_get_monotonic_time ();
  gint64 ready_us = MAX (monotonic_us + due_us - now_us, hub->drafts_ticked_us + TICK_US);

  drafts->due_us = due_us;
  if (!drafts->is_waiting)
    g_queue_push_tail_link (&hub->drafts_waiting, &drafts->waiting_link);
  drafts->is_waiting = TRUE;

  if (g_source_get_ready_time (hub->draft_timer) < 0 || ready_us < g_source_get_ready_time (hub->draft_timer))
    g_source_set_ready_time (hub->draft_timer, ready_us);
}

/* Shows what may be shown now, and sees to it that the rest follows. */
void
ouioed_drafts_changed (OuioedHub *hub, OuioedChannel *channel)
{
  OuioedDrafts *drafts = channel->drafts;
  gint64 now_us = ouioed_hub_get_now_us (hub);
  gint64 next_us = G_MAXINT64;
  gboolean shown = FALSE, generation_shown = FALSE;

  if (steps_have_grown (channel))
    {
      gint64 due_us = get_due (drafts->steps_shown_us, OUIOED_DRAFT_STEPS_INTERVAL_US, now_us);

      if (due_us <= now_us)
        {
          show_steps (hub, channel);
          drafts->steps_shown_us = now_us;
          shown = TRUE;
        }
      else
        next_us = due_us;
    }
  if (generation_has_changed (channel))
    {
      gint64 due_us = get_due (drafts->generation_shown_us, OUIOED_DRAFT_GENERATION_INTERVAL_US, now_us);

      if (due_us <= now_us || generation_is_urgent (drafts, now_us))
        {
          show_generation (hub, channel);
          drafts->generation_shown_us = now_us;
          generation_shown = TRUE;
        }
      else
        next_us = MIN (next_us, due_us);
    }

  if (next_us < G_MAXINT64)
    wait_until (hub, drafts, next_us, now_us);
  else
    stop_waiting (hub, drafts);
  if (shown || generation_shown)
    notify (hub, channel);
  if (generation_shown && !channel->internal)
    g_signal_emit_by_name (hub, "generation-changed", channel);
}

/* ---- the timer ---- */

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

static gboolean
tick_cb (gpointer user_data)
{
  OuioedHub *hub = user_data;
  guint n = g_queue_get_length (&hub->drafts_waiting);
  GList *next, *link = hub->drafts_waiting.head;
  gint64 now_us = ouioed_hub_get_now_us (hub);

  hub->drafts_ticked_us = g_get_monotonic_time ();
  g_source_set_ready_time (hub->draft_timer, -1);
  for (; n > 0; n--, link = next)
    {
      OuioedChannel *channel = link->data;
      gint64 due_us = channel->drafts->due_us;

      next = link->next;
      if (due_us <= now_us || due_us - now_us > OUIOED_DRAFT_GENERATION_INTERVAL_US)
        ouioed_drafts_changed (hub, channel);
      else
        wait_until (hub, channel->drafts, due_us, now_us);
    }

  return G_SOURCE_CONTINUE;
}

void
ouioed_drafts_start (OuioedHub *hub)
{
  hub->draft_timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (hub->draft_timer, tick_cb, hub, NULL);
  g_source_set_static_name (hub->draft_timer, "ouioed-drafts");
  g_source_attach (hub->draft_timer, g_main_context_get_thread_default ());
}

void
ouioed_drafts_stop (OuioedHub *hub)
{
  g_source_destroy (hub->draft_timer);
  g_clear_pointer (&hub->draft_timer, g_source_unref);
}

/* ---- open steps ---- */

static OuioedDraft *
find_step (OuioedChannel *channel, const char *step_id, gsize len)
{
  for (guint i = 0; channel->drafts != NULL && i < channel->drafts->steps->len; i++)
    {
      OuioedDraft *draft = channel->drafts->steps->pdata[i];

      if (!draft->is_ending && strlen (draft->step_id) == len && memcmp (draft->step_id, step_id, len) == 0)
        return draft;
    }

  return NULL;
}

static guint
count_steps (OuioedDrafts *drafts)
{
  guint n = 0;

  for (guint i = 0; i < drafts->steps->len; i++)
    n += !((OuioedDraft *) drafts->steps->pdata[i])->is_ending;
  return n;
}

void
ouioed_hub_grow_step (OuioedHub *self, const char *session_id, const char *step_id, const char *text, gsize len)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);
  OuioedSessionRecord *record = channel != NULL ? ouioed_channel_get_newest (channel) : NULL;
  OuioedDrafts *drafts;
  OuioedDraft *draft;

  if (record == NULL || record->state != OUIOE_SESSION_OPEN || !record->config.debug_mode || *step_id == '\0')
    return;

  drafts = channel_ensure_drafts (channel);
  draft = find_step (channel, step_id, strlen (step_id));
  if (draft == NULL)
    {
      if (count_steps (drafts) >= OUIOED_HUB_MAX_OPEN_STEPS)
        return;
      draft = ouioed_draft_new (channel, step_id, record->created_us);
      g_ptr_array_add (drafts->steps, draft);
    }

  draft->is_full |= draft->text->len + len > OUIOED_HUB_MAX_OPEN_STEP_BYTES;
  if (draft->is_full)
    return;
  g_string_append_len (draft->text, text, (gssize) len);
  ouioed_drafts_changed (self, channel);
}

/* It is told only to readers that have seen something of it: they hold it, and find how it ended. */
static void
end_step (OuioedHub *hub, OuioedChannel *channel, OuioedDraft *draft, OuioedDraftState how)
{
  if (draft->state != OUIOED_DRAFT_OPEN)
    return;

  draft->state = how;
  hide (hub, channel->drafts, draft);
  ouioed_draft_clear (draft);
  hub->draft_ended++;
  g_ptr_array_remove (channel->drafts->steps, draft);
}

void
ouioed_hub_drop_step (OuioedHub *self, const char *session_id, const char *step_id)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);
  OuioedDraft *draft = channel != NULL ? find_step (channel, step_id, strlen (step_id)) : NULL;

  if (draft == NULL)
    return;
  end_step (self, channel, draft, OUIOED_DRAFT_DROPPED);
  notify (self, channel);
}

GPtrArray *
ouioed_drafts_begin_end (OuioedChannel *channel, const char *step_id, gsize len)
{
  g_autoptr(GPtrArray) ending = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_draft_unref);

  for (guint i = 0; channel->drafts != NULL && i < channel->drafts->steps->len; i++)
    {
      OuioedDraft *draft = channel->drafts->steps->pdata[i];

      if (draft->is_ending || (step_id != NULL && draft != find_step (channel, step_id, len)))
        continue;
      draft->is_ending = TRUE;
      g_ptr_array_add (ending, ouioed_draft_ref (draft));
      if (step_id != NULL)
        break;
    }

  return ending->len > 0 ? g_steal_pointer (&ending) : NULL;
}

void
ouioed_drafts_end (OuioedHub *hub, OuioedChannel *channel, GPtrArray *ending, gboolean published)
{
  if (channel->drafts == NULL)
    return;   /* all were cleared in the meantime */

  for (guint i = 0; i < ending->len; i++)
    end_step (hub, channel, ending->pdata[i], published ? OUIOED_DRAFT_ENDED : OUIOED_DRAFT_DROPPED);
  if (!published)
    notify (hub, channel);
}

void
ouioed_drafts_revert (OuioedHub *hub, OuioedChannel *channel)
{
  OuioedSessionRecord *newest = ouioed_channel_get_newest (channel);

  if (channel->drafts == NULL)
    return;
  if (newest == NULL)
    {
      ouioed_drafts_clear (hub, channel);
      return;
    }

  for (guint i = channel->drafts->steps->len; i > 0; i--)
    {
      OuioedDraft *draft = channel->drafts->steps->pdata[i - 1];

      if (newest->state != OUIOE_SESSION_OPEN || draft->created_us != newest->created_us)
        end_step (hub, channel, draft, OUIOED_DRAFT_DROPPED);
    }
  notify (hub, channel);
}

void
ouioed_drafts_clear (OuioedHub *hub, OuioedChannel *channel)
{
  g_autofree OuioedDrafts *drafts = channel->drafts;

  if (drafts == NULL)
    return;

  while (drafts->steps->len > 0)
    end_step (hub, channel, drafts->steps->pdata[drafts->steps->len - 1], OUIOED_DRAFT_ENDED);
  if (drafts->generation != NULL)
    hide (hub, drafts, drafts->generation);
  stop_waiting (hub, drafts);
  g_clear_pointer (&drafts->generation, ouioed_draft_unref);
  g_clear_pointer (&drafts->newest, ouioe_generation_unref);
  g_ptr_array_unref (drafts->steps);
  channel->drafts = NULL;
}

/* ---- the model's work ---- */

void
ouioed_hub_set_generation (OuioedHub *self, const char *session_id, OuioeGeneration *generation, gboolean keep)
{
  g_autoptr(OuioeGeneration) owned = generation;
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);
  OuioedDrafts *drafts;

  if (channel == NULL || ouioed_channel_get_newest (channel) == NULL)
    return;

  drafts = channel_ensure_drafts (channel);
  g_clear_pointer (&drafts->newest, ouioe_generation_unref);
  drafts->newest = ouioe_generation_ref (owned);
  if (keep)
    ouioed_ingest_keep_generation (self->ingest, channel, owned);
  ouioed_drafts_changed (self, channel);
}

OuioeGeneration *
ouioed_channel_get_generation (OuioedChannel *self)
{
  if (self->drafts != NULL && self->drafts->newest != NULL)
    return self->drafts->newest;

  return self->committed != NULL ? self->committed->generation : NULL;
}
