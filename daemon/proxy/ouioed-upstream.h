/* ouioed-upstream.h - a model server behind the proxy
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What an upstream speaks. Which parser reads an answer is then told by path and content type. */
typedef enum {
  OUIOED_SPEAKS_AUTO,            /* by the path of each request */
  OUIOED_SPEAKS_OLLAMA,          /* its own API, and the OpenAI-compatible one under /v1 */
  OUIOED_SPEAKS_OPENAI,          /* chat completions and responses */
  OUIOED_SPEAKS_ANTHROPIC,
  OUIOED_SPEAKS_MCP,
} OuioedSpeaks;

/* Immutable. */
typedef struct {
  gatomicrefcount ref_count;
  char           *name;          /* [a-z0-9-]{1,32}: the segment behind /proxy/ */
  char           *url;           /* as it was given, for people; without user information */
  gboolean        tls;
  char           *host;          /* name or address, without brackets */
  guint16         port;
  char           *authority;     /* what the upstream gets as Host */
  char           *base_path;     /* "" or "/prefix" without a slash at its end */
  OuioedSpeaks    speaks;
  gboolean        llamacpp;      /* a llama-server: it can be told to end its thinking */
  char           *listen;        /* address of its own, or NULL */
} OuioedUpstream;

/* @spec: NAME[=URL][,dialect=D][,listen=ADDRESS]. Without a URL NAME is a ready-made one: ollama, llamacpp, vllm, openai,
 * anthropic. D: auto, ollama, openai, llamacpp, anthropic, mcp. Errors: OUIOE_ERROR_CONFIGURATION, naming the part and what is
 * wanted. */
OuioedUpstream *ouioed_upstream_parse     (const char *spec, GError **error);
OuioedUpstream *ouioed_upstream_ref       (OuioedUpstream *self);
void            ouioed_upstream_unref     (OuioedUpstream *self);
/* As parse() reads it. */
char           *ouioed_upstream_to_string (const OuioedUpstream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedUpstream, ouioed_upstream_unref)

G_END_DECLS
