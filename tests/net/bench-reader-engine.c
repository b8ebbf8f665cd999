/* bench-reader-engine.c - what a delivery costs, and an idle reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine alone, over loopback TCP: one log of frames, all readers follow it. A thread drains the other ends; only
 * the processor time of the engine's thread is counted. Prints a line for each number of readers and rate.
 */
#include "config.h"

#include <glib-unix.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ouioed-reader-engine.h"
#include "ouioed-ws-codec.h"

#define FRAME_BYTES 400
#define RUN_US      (2 * G_USEC_PER_SEC)

typedef struct {
  OuioedReader *reader;
  guint64       at;                        /* of the next frame */
} Follower;

static GBytes *frame;
static guint64 log_end;
static Follower *followers;
static guint n_followers;
static int drain_fd;
static gint drained_stop;

static guint
feed_peek (OuioedReader *reader, GBytes **frames, guint max, gpointer user_data)
{
  Follower *follower = user_data;
  guint n = (guint) MIN (max, log_end - follower->at);

  for (guint i = 0; i < n; i++)
    frames[i] = frame;

  return n;
}

static void
feed_taken (OuioedReader *reader, guint n, gpointer user_data)
{
  ((Follower *) user_data)->at += n;
}

static void
feed_closed (OuioedReader *reader, OuioedReaderEnd end, gpointer user_data)
{
  ((Follower *) user_data)->reader = NULL;
}

static const OuioedReaderFeed feed = { .peek = feed_peek, .taken = feed_taken, .closed = feed_closed };

static gpointer
drain_thread (gpointer data)
{
  struct epoll_event events[256];
  static char buffer[65536];

  while (!g_atomic_int_get (&drained_stop))
    {
      int n = epoll_wait (drain_fd, events, G_N_ELEMENTS (events), 100);

      for (int i = 0; i < n; i++)
        if (recv (events[i].data.fd, buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC) == 0)
          epoll_ctl (drain_fd, EPOLL_CTL_DEL, events[i].data.fd, NULL);
    }

  return NULL;
}

static double
thread_cpu_us (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ts);

  return (double) ts.tv_sec * 1e6 + (double) ts.tv_nsec / 1e3;
}

static void
pin (int core)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (core, &set);
  pthread_setaffinity_np (pthread_self (), sizeof set, &set);
}

static void
add_readers (OuioedReaderEngine *engine, guint n, int *peers)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  bind (listener, (struct sockaddr *) &address, sizeof address);
  listen (listener, 4096);
  getsockname (listener, (struct sockaddr *) &address, &len);
  for (guint i = 0; i < n; i++)
    {
      struct epoll_event event = { .events = EPOLLIN };
      int fd;

      peers[i] = event.data.fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect (peers[i], (struct sockaddr *) &address, len) < 0)
        g_error ("connect failed");
      epoll_ctl (drain_fd, EPOLL_CTL_ADD, peers[i], &event);
      followers[i].at = log_end;
      fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      followers[i].reader = ouioed_reader_engine_add (engine, OUIOED_READER_WEBSOCKET, fd, NULL, &feed, &followers[i]);
    }
  close (listener);
  n_followers = n;
}

static gboolean
publish_cb (gint fd, GIOCondition condition, gpointer user_data)
{
  guint64 n;

  if (read (fd, &n, sizeof n) != sizeof n)
    return G_SOURCE_CONTINUE;
  log_end += n;
  for (guint i = 0; i < n_followers; i++)
    if (followers[i].reader != NULL)
      ouioed_reader_wake (followers[i].reader);

  return G_SOURCE_CONTINUE;
}

typedef struct {
  int   fd;
  guint rate;
} Publisher;

static gpointer
publisher_thread (gpointer data)
{
  Publisher *publisher = data;
  gint64 start = g_get_monotonic_time ();
  const guint64 one = 1;

  for (gint64 i = 0;; i++)
    {
      gint64 due = start + i * G_USEC_PER_SEC / publisher->rate;
      gint64 now = g_get_monotonic_time ();

      if (now > start + RUN_US)
        return NULL;
      if (due > now)
        g_usleep (due - now);
      if (write (publisher->fd, &one, sizeof one) < 0)
        return NULL;
    }
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the loop for so long, with a turn now and then so that it ends. */
static void
run_loop (gint64 us)
{
  g_autoptr(GSource) tick = g_timeout_source_new (100);
  gint64 end = g_get_monotonic_time () + us;

  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, NULL);
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (tick);
}

static void
run (OuioedReaderEngine *engine, guint rate)
{
  Publisher publisher = { eventfd (0, EFD_CLOEXEC), rate };
  g_autoptr(GSource) source = g_unix_fd_source_new (publisher.fd, G_IO_IN);
  GThread *thread;
  OuioedReaderMetrics before;
  OuioedReaderMetrics after;
  double cpu;
  guint64 published = log_end;

  g_source_set_callback (source, G_SOURCE_FUNC (publish_cb), NULL, NULL);
  g_source_attach (source, NULL);
  ouioed_reader_engine_get_metrics (engine, &before);
  cpu = thread_cpu_us ();
  thread = g_thread_new ("publisher", publisher_thread, &publisher);
  run_loop (RUN_US + 50000);
  cpu = thread_cpu_us () - cpu;
  ouioed_reader_engine_get_metrics (engine, &after);
  g_thread_join (thread);
  g_source_destroy (source);
  close (publisher.fd);

  after.frames[0] -= before.frames[0];
  after.writes[0] -= before.writes[0];
  g_print ("%6u readers  %6u msg/s asked  %8.0f deliveries/s  %6.3f us CPU/delivery  %5.1f frames/write\n",
           n_followers, rate, (double) after.frames[0] / (RUN_US / 1e6), cpu / (double) after.frames[0],
           (double) after.frames[0] / (double) after.writes[0]);
  if (log_end == published)
    g_error ("nothing was published");
}

int
main (int argc, char **argv)
{
  static const struct { guint n; guint rates[4]; } rows[] = {
    { 1, { 1000, 20000, 200000 } }, { 100, { 100, 1000, 10000 } }, { 1000, { 50, 300, 1000, 3000 } },
  };
  OuioedReaderLimits limits = OUIOED_READER_LIMITS_DEFAULT;
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, NULL);
  g_autofree char *text = g_strnfill (FRAME_BYTES - 4, 'x');
  struct rlimit files = { 0 };
  GThread *thread;
  guint n_idle;
  g_autofree int *peers = NULL;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  n_idle = (guint) MIN (10000, files.rlim_max / 2 - 100);
  limits.ping_interval_us = 0;   /* nobody answers */
  pin (0);
  frame = ouioed_ws_text_frame (text, FRAME_BYTES - 4);
  drain_fd = epoll_create1 (EPOLL_CLOEXEC);
  followers = g_new0 (Follower, n_idle);
  peers = g_new0 (int, n_idle);
  thread = g_thread_new ("drain", drain_thread, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioedReaderEngine) engine = ouioed_reader_engine_new (poller, &limits);

      add_readers (engine, rows[i].n, peers);
      for (guint k = 0; k < G_N_ELEMENTS (rows[i].rates) && rows[i].rates[k] > 0; k++)
        run (engine, rows[i].rates[k]);
      for (guint k = 0; k < rows[i].n; k++)
        close (peers[k]);
    }

  {
    g_autoptr(OuioedReaderEngine) engine = ouioed_reader_engine_new (poller, &limits);
    struct mallinfo2 before = mallinfo2 ();
    double cpu;

    add_readers (engine, n_idle, peers);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_print ("%6u idle readers  %zu bytes each\n", n_idle, (mallinfo2 ().uordblks - before.uordblks) / n_idle);
    cpu = thread_cpu_us ();
    run_loop (RUN_US);
    g_print ("%6u idle readers  %.3f %% CPU\n", n_idle, (thread_cpu_us () - cpu) / RUN_US * 100);
  }
  g_atomic_int_set (&drained_stop, 1);
  g_thread_join (thread);

  return 0;
}
