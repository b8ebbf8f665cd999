/* ouioed-redis-url.h - where a Redis store is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   redis://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]…][/DB][?OPTIONS]      several hosts: nodes that share the sessions
 *   rediss://…                                                               the same through TLS
 *   redis+unix:///PATH[?OPTIONS]
 *   redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],…/MASTER[/DB][?OPTIONS]   the hosts are Sentinels
 *
 * OPTIONS: db=N, prefix=TEXT, user=NAME, password-file=PATH, ca=PATH, durable=N (replicas that WAIT asks for).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_REDIS_MAX_NODES 64

typedef struct {
  char    *host;                 /* NULL: a Unix socket */
  guint16  port;
  char    *path;                 /* of the socket, or NULL */
  char    *name;                 /* for people, and for the placing of sessions: "HOST:PORT" or the path */
} OuioedRedisPlace;

/* Immutable once it is loaded. */
typedef struct {
  gatomicrefcount ref_count;
  gboolean        tls;
  char           *ca_file;       /* NULL: those of the system */
  char           *user;          /* NULL: the default user */
  char           *password;      /* NULL: none */
  char           *password_file; /* where it is read from, or NULL */
  guint           db;
  char           *prefix;        /* of every key, "" for none */
  char           *master;        /* the places are Sentinels that know it by this name; NULL: they are servers */
  guint           n_replicas;    /* that must have a write before it is acknowledged; 0: none */
  GPtrArray      *places;        /* of OuioedRedisPlace, one or more */
} OuioedRedisUrl;

gboolean        ouioed_redis_url_is     (const char *text);
/* Errors: OUIOE_ERROR_CONFIGURATION, saying what is wrong; never with the password. */
OuioedRedisUrl *ouioed_redis_url_parse  (const char *text, GError **error);
/* Reads the password file, if there is one. */
gboolean        ouioed_redis_url_load   (OuioedRedisUrl *self, GError **error);
OuioedRedisUrl *ouioed_redis_url_ref    (OuioedRedisUrl *self);
void            ouioed_redis_url_unref  (OuioedRedisUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRedisUrl, ouioed_redis_url_unref)

G_END_DECLS
