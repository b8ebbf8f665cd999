/* ouioed-auth-failures.c - addresses that send wrong tokens, and how long they have to wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-auth-failures.h"

#include <arpa/inet.h>
#include <string.h>

#define WINDOW_US (OUIOED_FAILURE_SECONDS * G_USEC_PER_SEC)

typedef struct {
  char   *key;          /* the address, or the network of an IPv6 one */
  GList   link;         /* in the order of the first failure */
  gint64  since_us;     /* of the first failure that counts */
  guint   n;
} Failing;

struct _OuioedFailures
{
  GHashTable *by_key;   /* of Failing, which it owns */
  GQueue      by_age;   /* the same, oldest first: they are forgotten in this order */
};

static void
failing_free (gpointer data)
{
  Failing *failing = data;

  g_free (failing->key);
  g_free (failing);
}

OuioedFailures *
ouioed_failures_new (void)
{
  OuioedFailures *self = g_new0 (OuioedFailures, 1);

  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, failing_free);
  g_queue_init (&self->by_age);
  return self;
}

void
ouioed_failures_free (OuioedFailures *self)
{
  g_hash_table_unref (self->by_key);
  g_free (self);
}

static char *
dup_key (const char *peer)
{
  const char *colon = strrchr (peer, ':');
  gsize len = colon != NULL ? (gsize) (colon - peer) : strlen (peer);
  g_autofree char *host = *peer == '[' && len > 2 ? g_strndup (peer + 1, len - 2) : g_strndup (peer, len);
  char network[INET6_ADDRSTRLEN];
  struct in6_addr in6;

  host[strcspn (host, "%")] = '\0';    /* the interface of a link-local address */
  if (inet_pton (AF_INET6, host, &in6) != 1 || IN6_IS_ADDR_V4MAPPED (&in6))
    return g_steal_pointer (&host);
  memset (in6.s6_addr + 8, 0, 8);
  return g_strdup (inet_ntop (AF_INET6, &in6, network, sizeof network));
}

static void
forget_oldest (OuioedFailures *self)
{
  Failing *oldest = g_queue_peek_head (&self->by_age);

  g_queue_unlink (&self->by_age, &oldest->link);
  g_hash_table_remove (self->by_key, oldest->key);
}

static void
forget_past (OuioedFailures *self, gint64 now_us)
{
  Failing *oldest;

  while ((oldest = g_queue_peek_head (&self->by_age)) != NULL && now_us - oldest->since_us >= WINDOW_US)
    forget_oldest (self);
}

void
ouioed_failures_add (OuioedFailures *self, const char *peer, gint64 now_us)
{
  g_autofree char *key = dup_key (peer);
  Failing *failing;

  forget_past (self, now_us);
  failing = g_hash_table_lookup (self->by_key, key);
  if (failing != NULL)
    {
      failing->n++;
      return;
    }

  if (g_hash_table_size (self->by_key) >= OUIOED_MAX_FAILING)
    forget_oldest (self);
  failing = g_new0 (Failing, 1);
  failing->key = g_steal_pointer (&key);
  failing->link.data = failing;
  failing->since_us = now_us;
  failing->n = 1;
  g_hash_table_insert (self->by_key, failing->key, failing);
  g_queue_push_tail_link (&self->by_age, &failing->link);
}

guint
ouioed_failures_get_wait (OuioedFailures *self, const char *peer, gint64 now_us)
{
  g_autofree char *key = NULL;
  Failing *failing;

  if (g_hash_table_size (self->by_key) == 0)
    return 0;
  forget_past (self, now_us);
  key = dup_key (peer);
  failing = g_hash_table_lookup (self->by_key, key);
  if (failing == NULL || failing->n < OUIOED_MAX_FAILURES)
    return 0;
  return (guint) ((failing->since_us + WINDOW_US - now_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

guint
ouioed_failures_get_n (OuioedFailures *self)
{
  return g_hash_table_size (self->by_key);
}
