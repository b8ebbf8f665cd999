/* process-fixture.h - the daemon as a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  GSubprocessLauncher *launcher;    /* of the next daemon: its environment and descriptors */
  char                *dir;         /* temporary: configuration, state, sockets */
} Fixture;

typedef struct {
  GSubprocess      *process;
  GDataInputStream *out;
  GDataInputStream *err;
  GString          *log;            /* of standard error, as far as it was read */
  char             *url;            /* of the last ready line */
} Daemon;

/* The program under test, absolute; set by main(). */
extern char *fixture_program;

void     fixture_set_up     (Fixture *f, gconstpointer user_data);
void     fixture_tear_down  (Fixture *f, gconstpointer user_data);
/* A path in the temporary directory. (transfer full) */
char    *fixture_path       (Fixture *f, const char *name);
void     fixture_write      (Fixture *f, const char *name, const char *text);

/* Starts it with these arguments, up to NULL, and with a state directory of its own. */
Daemon  *daemon_start       (Fixture *f, ...) G_GNUC_NULL_TERMINATED;
/* As daemon_start(), then waits until everything answers. */
Daemon  *daemon_start_ready (Fixture *f, ...) G_GNUC_NULL_TERMINATED;
/* Waits for a ready line; the test fails when the daemon ends before. */
void     daemon_wait_ready  (Daemon *d);
/* Reads the log up to a line that holds @text. */
void     daemon_wait_log    (Daemon *d, const char *text);
/* Waits for its end, reads the rest of the log. Returns the exit status. */
int      daemon_wait_exit   (Daemon *d);
/* SIGTERM when it still runs. */
void     daemon_free        (Daemon *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Daemon, daemon_free)

/* Starts it, waits for its end. (transfer full): what it wrote, each may be NULL. */
int      run_to_end         (Fixture *f, char **out, char **err, ...) G_GNUC_NULL_TERMINATED;

/* A request with Connection: close. Returns the status; 0 when the connection ended before. @body: nullable. */
guint    http_request       (const char *url, const char *method, const char *path, const char *body, char **response);
/* Sends @bytes and leaves the connection open. */
GSocketConnection *http_begin (const char *url, const char *bytes);

G_END_DECLS
