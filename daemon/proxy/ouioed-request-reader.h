/* ouioed-request-reader.h - what is asked of a model server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe-dialect.h"
#include "ouioed-upstream.h"

G_BEGIN_DECLS

#define OUIOED_REQUEST_MAX_BYTES    (8 * 1024 * 1024)   /* of a body that is looked at; a longer one tells nothing */
#define OUIOED_REQUEST_MAX_TITLE    4096                /* bytes */
#define OUIOED_REQUEST_MAX_NAME     256                 /* bytes of a model, a tool or an id; a longer one is none */
#define OUIOED_REQUEST_MAX_MESSAGES 10000               /* of a conversation; a longer one is not followed */

/* What a call is for. */
typedef enum {
  OUIOED_REQUEST_NONE,             /* nothing that would be recorded */
  OUIOED_REQUEST_OLLAMA_CHAT,
  OUIOED_REQUEST_OLLAMA_GENERATE,
  OUIOED_REQUEST_OLLAMA_TRANSFER,  /* pull, create, push */
  OUIOED_REQUEST_CHAT,             /* OpenAI chat completions */
  OUIOED_REQUEST_COMPLETION,       /* OpenAI completions, the older ones */
  OUIOED_REQUEST_RESPONSES,
  OUIOED_REQUEST_MESSAGES,         /* Anthropic */
  OUIOED_REQUEST_MCP,              /* the call of a tool; told from other MCP requests by its body */
} OuioedRequestKind;

/* @path: without the query; whatever stands before the API's own part of it does not matter. */
OuioedRequestKind  ouioed_request_find_kind  (OuioedSpeaks speaks, const char *method, const char *path);
/* Whether it is a model that answers. */
gboolean           ouioed_request_is_model   (OuioedRequestKind kind);

/* A message of a conversation: nothing of its text, only whether it is the same one again. */
typedef struct {
  guint8   digest[32];             /* SHA-256 of its role and content, however that is laid out */
  gboolean follows;                /* from the model or a tool: what comes of an earlier call */
} OuioedMessage;

typedef struct {
  OuioedRequestKind kind;          /* NONE: the body tells that it is nothing to record after all */
  char             *model;         /* or NULL */
  gboolean          stream;        /* asked for, or what the API does when it is not said */
  gboolean          can_end_thinking;   /* llama-server was asked to let its thinking be ended */
  char             *title;         /* last thing that the user said, or what is to be done; NULL when there is none */
  char             *continues;     /* id of an earlier answer, or of a conversation, that the server keeps; or NULL */
  GArray           *messages;      /* of OuioedMessage, never NULL */
} OuioedRequest;

/* @data: the body, or as much of it as there is. Never fails: what cannot be read tells nothing. */
OuioedRequest     *ouioed_request_read       (OuioedRequestKind kind, const char *data, gsize len);
void               ouioed_request_free       (OuioedRequest *self);

/* How the answer is to be read. @content_type: of the answer, or NULL. */
OuioeDialectFormat ouioed_request_get_format (const OuioedRequest *self, const char *content_type, OuioeDialectFlags *flags);

/* What `context` of Ollama's /api/generate is, as `continues`: of a request, or of the last record of an answer. */
char              *ouioed_request_name_context (json_t *object);

/* At most @max bytes of @text, whole characters, with an ellipsis when there was more; U+0000 is shown as U+FFFD. */
char              *ouioed_request_shorten    (const char *text, gsize len, gsize max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRequest, ouioed_request_free)

G_END_DECLS
