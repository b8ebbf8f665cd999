/* ouioed-mailbox.c - copies on their way from the thread that forwards to the main context
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-call-private.h"

#define MAIL_OVERHEAD  128                /* what a mail takes besides its bytes */
#define TURN_US        150                /* of one turn, unless its first mail takes longer */
#define REST_US        1000               /* between two turns */
#define HURRY_BYTES    (256 << 10)        /* while so much waits there is no rest */
#define JOIN_US        1000               /* bytes so close together are one mail */
#define JOIN_MAX       (16 << 10)         /* of this size at most */

/* What comes after a quiet time is told at once. What comes soon after a turn waits for the next one, so that one change to the
 * other thread serves many calls. Turns are short and stand apart: the thread that forwards may have no core but this one, and
 * a scheduler lets a thread that works at a stretch go on for milliseconds. */
typedef enum {
  MAILBOX_ASLEEP,                         /* until something comes */
  MAILBOX_RESTING,                        /* until a time is over, or much waits */
  MAILBOX_AWAKE,                          /* there is a turn next */
} MailboxState;

typedef struct _Mail Mail;

struct _Mail
{
  Mail           *next;
  OuioedCall     *call;          /* reference */
  OuioedMailType  type;
  OuioedCallEnd   how;
  gint64          time_us;
  OuioedHeadCopy *head;          /* or NULL */
  char           *bytes;         /* or the detail of an end; or NULL */
  gsize           len;
  gsize           room;          /* allocated */
  gsize           cost;          /* against the bounds */
};

struct _OuioedMailbox
{
  GMutex                 lock;
  Mail                  *first;          /* the queue; under the lock, as the next eight */
  Mail                  *last;
  gsize                  n_bytes;        /* of the queue, and held */
  GQueue                 held;           /* of Mail, oldest first: out of the queue, of calls that are held */
  gsize                  n_held_bytes;
  guint64                n_lost;
  MailboxState           state;
  gboolean               is_taken;       /* mails were taken out and are being told */
  gboolean               is_heard;       /* there is a listener */
  const OuioedCallFuncs *funcs;
  gpointer               user_data;
  OuioedStopFunc         stop;
  gpointer               stop_data;
  GSource               *source;
};

static void
mail_free (Mail *mail)
{
  g_clear_pointer (&mail->head, ouioed_head_copy_free);
  g_free (mail->bytes);
  ouioed_call_unref (mail->call);
  g_free (mail);
}

/* With the lock held. */
static gboolean
is_in_a_hurry (OuioedMailbox *self)
{
  return self->n_bytes - self->n_held_bytes > HURRY_BYTES;
}

/* ---- in ---- */

/* With the lock held. */
static void
mailbox_push (OuioedMailbox *self, Mail *mail)
{
  mail->cost = MAIL_OVERHEAD + mail->room + (mail->head != NULL ? mail->head->size : 0);
  mail->call->n_pending += mail->cost;
  self->n_bytes += mail->cost;
  if (self->last != NULL)
    self->last->next = mail;
  else
    self->first = mail;
  self->last = mail;
  if (self->state == MAILBOX_ASLEEP || (self->state == MAILBOX_RESTING && is_in_a_hurry (self)))
    {
      self->state = MAILBOX_AWAKE;
      g_source_set_ready_time (self->source, 0);
    }
}

static Mail *
mail_new (OuioedCall *call, OuioedMailType type, gint64 time_us)
{
  Mail *mail = g_new0 (Mail, 1);

  mail->call = ouioed_call_ref (call);
  mail->type = type;
  mail->time_us = time_us;
  return mail;
}

gboolean
ouioed_mailbox_wants (OuioedMailbox *self, OuioedCall *call)
{
  return !g_atomic_int_get (&call->is_unwanted);
}

void
ouioed_mailbox_put_head (OuioedMailbox *self, OuioedCall *call, OuioedHeadCopy *head, gint64 time_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean is_request = head->method != NULL;
  Mail *mail;

  /* Without a listener, or with the main context so far behind, there is no call for it. */
  if (is_request && (!self->is_heard || self->n_bytes > OUIOED_MAILBOX_MAX_BYTES))
    {
      self->n_lost += self->is_heard ? 1 : 0;
      g_atomic_int_set (&call->is_unwanted, TRUE);
    }
  if (g_atomic_int_get (&call->is_unwanted))
    {
      ouioed_head_copy_free (head);
      return;
    }
  mail = mail_new (call, is_request ? OUIOED_MAIL_REQUEST : OUIOED_MAIL_ANSWER, time_us);
  mail->head = head;
  mailbox_push (self, mail);
}

/* Bytes that come almost together need no mail each. With the lock held. */
static gboolean
mailbox_join (OuioedMailbox *self, OuioedCall *call, OuioedMailType type, const struct iovec *pieces, guint n_pieces, gsize len,
              gint64 time_us)
{
  Mail *mail = self->last;

  if (mail == NULL || mail->call != call || mail->type != type || mail->len + len > mail->room
      || time_us - mail->time_us >= JOIN_US)
    return FALSE;
  for (guint i = 0; i < n_pieces; i++)
    {
      memcpy (mail->bytes + mail->len, pieces[i].iov_base, pieces[i].iov_len);
      mail->len += pieces[i].iov_len;
    }
  return TRUE;
}

/* With the lock held. The second of two that come close together makes room for more. */
static gsize
choose_room (OuioedMailbox *self, OuioedCall *call, OuioedMailType type, gsize len, gint64 time_us)
{
  gboolean follows = self->last != NULL && self->last->call == call && self->last->type == type
                     && time_us - self->last->time_us < JOIN_US;

  return follows ? MAX (len, JOIN_MAX) : len;
}

static void
mailbox_lose (OuioedMailbox *self, OuioedCall *call, guint side)
{
  if (!call->is_lost[0] && !call->is_lost[1])
    self->n_lost++;
  call->is_lost[side] = TRUE;
  mailbox_push (self, mail_new (call, OUIOED_MAIL_LOST, 0));
}

void
ouioed_mailbox_put_body (OuioedMailbox *self, OuioedCall *call, OuioedMailType type, const struct iovec *pieces, guint n_pieces,
                         gint64 time_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint side = type == OUIOED_MAIL_ANSWER_BODY ? 1 : 0;
  gsize len = 0;
  gsize room;
  Mail *mail;

  for (guint i = 0; i < n_pieces; i++)
    len += pieces[i].iov_len;
  if (len == 0 || call->is_lost[side] || g_atomic_int_get (&call->is_unwanted)
      || mailbox_join (self, call, type, pieces, n_pieces, len, time_us))
    return;
  room = choose_room (self, call, type, len, time_us);
  if (call->n_pending + room > OUIOED_MAILBOX_MAX_CALL_BYTES || self->n_bytes + room > OUIOED_MAILBOX_MAX_BYTES)
    {
      mailbox_lose (self, call, side);
      return;
    }

  mail = mail_new (call, type, time_us);
  mail->bytes = g_malloc (room);
  mail->room = room;
  for (guint i = 0; i < n_pieces; i++)
    {
      memcpy (mail->bytes + mail->len, pieces[i].iov_base, pieces[i].iov_len);
      mail->len += pieces[i].iov_len;
    }
  mailbox_push (self, mail);
}

void
ouioed_mailbox_put_sign (OuioedMailbox *self, OuioedCall *call, OuioedMailType type)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!g_atomic_int_get (&call->is_unwanted))
    mailbox_push (self, mail_new (call, type, 0));
}

void
ouioed_mailbox_put_end (OuioedMailbox *self, OuioedCall *call, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Mail *mail;

  if (g_atomic_int_get (&call->is_unwanted))
    return;
  mail = mail_new (call, OUIOED_MAIL_END, time_us);
  mail->how = how;
  mail->bytes = g_strdup (detail);
  mailbox_push (self, mail);
}

/* ---- out ---- */

static void
tell_request (OuioedMailbox *self, Mail *mail)
{
  OuioedCall *call = mail->call;
  OuioedHeadCopy *copy = mail->head;
  OuioedRequestHead head = {
    .method = copy->method, .path = copy->path, .query = copy->query, .headers = copy->headers, .n_headers = copy->n_headers,
    .peer = copy->peer, .credential = copy->credential,
  };

  call->data = self->funcs->request (call, &head, mail->time_us, self->user_data);
  call->is_told = call->data != NULL;
  if (!call->is_told)
    g_atomic_int_set (&call->is_unwanted, TRUE);
}

static void
tell (OuioedMailbox *self, Mail *mail)
{
  const OuioedCallFuncs *funcs = self->funcs;
  OuioedCall *call = mail->call;
  OuioedAnswerHead answer;

  if (funcs == NULL || (mail->type != OUIOED_MAIL_REQUEST && !call->is_told))
    return;
  switch (mail->type)
    {
    case OUIOED_MAIL_REQUEST:
      tell_request (self, mail);
      break;
    case OUIOED_MAIL_REQUEST_BODY:
      funcs->request_body (call->data, mail->bytes, mail->len);
      break;
    case OUIOED_MAIL_REQUEST_END:
      funcs->request_end (call->data);
      break;
    case OUIOED_MAIL_ANSWER:
      answer = (OuioedAnswerHead) { mail->head->status, mail->head->headers, mail->head->n_headers };
      funcs->answer (call->data, &answer, mail->time_us);
      break;
    case OUIOED_MAIL_ANSWER_BODY:
      funcs->answer_body (call->data, mail->bytes, mail->len, mail->time_us);
      break;
    case OUIOED_MAIL_LOST:
      funcs->lost (call->data);
      break;
    case OUIOED_MAIL_END:
    default:
      call->is_told = FALSE;
      funcs->end (call->data, mail->how, mail->bytes, mail->time_us);
      break;
    }
}

/* With the lock held. */
static Mail *
take_first (OuioedMailbox *self)
{
  Mail *mail = self->first;

  if (mail == NULL)
    return NULL;
  self->first = mail->next;
  if (self->first == NULL)
    self->last = NULL;
  mail->next = NULL;
  return mail;
}

/* The next one that may be told; those before it are set aside. */
static Mail *
mailbox_pop (OuioedMailbox *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Mail *mail;

  while ((mail = take_first (self)) != NULL && mail->call->is_held)
    {
      self->n_held_bytes += mail->cost;
      g_queue_push_tail (&self->held, mail);
    }
  self->is_taken = mail != NULL;
  if (mail == NULL)
    return NULL;
  self->n_bytes -= mail->cost;
  mail->call->n_pending -= mail->cost;
  return mail;
}

/* Puts what was set aside of @call before everything else. */
static void
mailbox_put_back (OuioedMailbox *self, OuioedCall *call)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GList *next;

  for (GList *link = self->held.tail; link != NULL; link = next)
    {
      Mail *mail = link->data;

      next = link->prev;
      if (mail->call != call)
        continue;
      g_queue_delete_link (&self->held, link);
      self->n_held_bytes -= mail->cost;
      mail->next = self->first;
      self->first = mail;
      if (self->last == NULL)
        self->last = mail;
    }
  self->state = MAILBOX_AWAKE;
  g_source_set_ready_time (self->source, 0);
}

/* After a turn that told something, or found nothing to tell. */
static void
mailbox_rest (OuioedMailbox *self, gboolean has_told)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 ready_time;

  self->is_taken = FALSE;
  if (is_in_a_hurry (self))
    {
      self->state = MAILBOX_AWAKE;
      ready_time = 0;
    }
  else if (has_told || self->first != NULL)
    {
      self->state = MAILBOX_RESTING;
      ready_time = g_get_monotonic_time () + REST_US;
    }
  else
    {
      self->state = MAILBOX_ASLEEP;
      ready_time = -1;
    }
  g_source_set_ready_time (self->source, ready_time);
}

static gboolean
mailbox_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OuioedMailbox *self = user_data;
  gint64 end_us = g_get_monotonic_time () + TURN_US;
  gboolean has_told = FALSE;
  gsize bytes = 0;
  Mail *mail;

  while (bytes < OUIOED_MAILBOX_SLICE_BYTES && (!has_told || g_get_monotonic_time () < end_us)
         && (mail = mailbox_pop (self)) != NULL)
    {
      bytes += mail->len;
      has_told = TRUE;
      tell (self, mail);
      mail_free (mail);
    }
  mailbox_rest (self, has_told);
  return G_SOURCE_CONTINUE;
}

static gboolean
never_called (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs mailbox_funcs = { NULL, NULL, mailbox_dispatch, NULL, NULL, NULL };

OuioedMailbox *
ouioed_mailbox_new (OuioedStopFunc stop, gpointer user_data)
{
  OuioedMailbox *self = g_new0 (OuioedMailbox, 1);

  g_mutex_init (&self->lock);
  self->stop = stop;
  self->stop_data = user_data;
  self->source = g_source_new (&mailbox_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "ouioed-mailbox");
  g_source_set_priority (self->source, OUIOED_MAILBOX_PRIORITY);
  g_source_set_callback (self->source, never_called, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
ouioed_mailbox_free (OuioedMailbox *self)
{
  Mail *mail;

  while ((mail = g_queue_pop_head (&self->held)) != NULL)
    mail_free (mail);
  while ((mail = take_first (self)) != NULL)
    mail_free (mail);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
ouioed_mailbox_set_listener (OuioedMailbox *self, const OuioedCallFuncs *funcs, gpointer user_data)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->funcs = funcs;
  self->user_data = user_data;
  self->is_heard = funcs != NULL;
}

gboolean
ouioed_mailbox_is_empty (OuioedMailbox *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->first == NULL && self->held.length == 0 && !self->is_taken;
}

guint64
ouioed_mailbox_get_n_lost (OuioedMailbox *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_lost;
}

void
ouioed_call_stop (OuioedCall *call)
{
  call->mailbox->stop (call, call->mailbox->stop_data);
}

void
ouioed_call_hold (OuioedCall *call)
{
  call->is_held = TRUE;
}

void
ouioed_call_go_on (OuioedCall *call)
{
  call->is_held = FALSE;
  mailbox_put_back (call->mailbox, call);
}
