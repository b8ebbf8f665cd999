/* ouioe-fields.h - the names of all fields, once
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to libouioe: only the codec includes it.
 */
#pragma once

/* A name with its colon, to be joined with other literals. */
#define OUIOE_KEY(name) "\"" name "\":"

/* ---- of every event ---- */
#define F_ID                       "id"
#define F_SESSION_ID               "session_id"
#define F_KIND                     "kind"
#define F_TIMESTAMP                "timestamp"

/* ---- of a step ---- */
#define F_THINKING_TYPE            "thinking_type"
#define F_CONTENT                  "content"
#define F_REASONING_CHAIN          "reasoning_chain"
#define F_CONFIDENCE               "confidence"
#define F_ALTERNATIVES             "alternatives"
#define F_DECISION_FACTORS         "decision_factors"
#define F_CONTEXT_USED             "context_used"
#define F_ESTIMATED_DURATION       "estimated_duration"

/* ---- of an update ---- */
#define F_PROGRESS_TYPE            "progress_type"
#define F_MESSAGE                  "message"
#define F_PROGRESS_PERCENTAGE      "progress_percentage"
#define F_CURRENT_STEP             "current_step"
#define F_TOTAL_STEPS              "total_steps"
#define F_ESTIMATED_REMAINING      "estimated_remaining"
#define F_INTERMEDIATE_FINDINGS    "intermediate_findings"
#define F_CURRENT_ACTIVITY         "current_activity"

/* ---- of a session, its start and its end ---- */
#define F_USER_ID                  "user_id"
#define F_DEBUG_MODE               "debug_mode"
#define F_PROGRESS_UPDATES         "progress_updates"       /* of a configuration: whether; of an end: how many */
#define F_MAX_STREAM_LENGTH        "max_stream_length"
#define F_UPDATE_THRESHOLD_SECONDS "update_threshold_seconds"
#define F_EXPIRY_SECONDS           "expiry_seconds"
#define F_USER_REQUEST             "user_request"
#define F_SYSTEM_CONTEXT           "system_context"
#define F_OUTCOME                  "outcome"
#define F_DURATION                 "duration"
#define F_THINKING_STEPS           "thinking_steps"
#define F_STATE                    "state"
#define F_CREATED_AT               "created_at"
#define F_LAST_ACTIVITY            "last_activity"
#define F_ENDED_AT                 "ended_at"
#define F_LAST_EVENT_ID            "last_event_id"
#define F_STATS                    "stats"

#define F_GENERATION               "generation"             /* of the model behind it */

/* ---- in the context_used of a step ---- */
#define F_STEP_ID                  "step_id"

/* ---- of a generation ---- */
#define F_MODEL                    "model"
#define F_UPSTREAM                 "upstream"
#define F_DIALECT                  "dialect"
#define F_PHASE                    "phase"
#define F_PHASE_SINCE              "phase_since"
#define F_STALLED_SINCE            "stalled_since"
#define F_CALLS                    "calls"
#define F_CALLS_UNDER_WAY          "calls_under_way"
#define F_INPUT_TOKENS             "input_tokens"
#define F_OUTPUT_TOKENS            "output_tokens"
#define F_THINKING_TOKENS          "thinking_tokens"
#define F_TOKENS_PER_SECOND        "tokens_per_second"
#define F_TIME_TO_FIRST_TOKEN      "time_to_first_token"
#define F_THINKING_SHARE           "thinking_share"
#define F_PHASE_SECONDS            "phase_seconds"
#define F_FINISH_REASON            "finish_reason"
#define F_CAN_STOP                 "can_stop"
#define F_CAN_ANSWER_NOW           "can_answer_now"
#define F_ESTIMATE                 "estimate"
#define F_LOW                      "low"
#define F_HIGH                     "high"
#define F_RUNS                     "runs"
#define F_PHASES                   "phases"
#define F_BEGIN                    "begin"
#define F_END                      "end"

/* ---- of a line or message ---- */
#define F_IDEMPOTENCY_KEY          "idempotency_key"

/* ---- of an event that another program wrote to Redis ---- */
#define F_ENTRY                    "entry"                  /* its fields as they stand there */

/* ---- of stats ---- */
#define F_TOTAL_THINKING_STEPS     "total_thinking_steps"
#define F_TOTAL_PROGRESS_UPDATES   "total_progress_updates"
#define F_AVERAGE_CONFIDENCE       "average_confidence"
#define F_AVERAGE_REPORTED         "average_confidence_reported"
#define F_SESSION_DURATION         "session_duration"
#define F_THINKING_TYPES_USED      "thinking_types_used"
#define F_PROGRESS_TYPES_USED      "progress_types_used"
#define F_LAST_UPDATED             "last_updated"
#define F_THINKING_PER_MINUTE      "thinking_per_minute"
#define F_PROGRESS_PER_MINUTE      "progress_per_minute"

/* ---- of stats in a database: what the ones above are made of ---- */
#define F_CONFIDENCE_SUM           "confidence_sum"
#define F_CONFIDENCE_COUNT         "confidence_count"
#define F_CREATED_US               "created_us"
#define F_LAST_UPDATED_US          "last_updated_us"
#define F_ENDED_US                 "ended_us"

/* ---- of the legacy form, where they differ ---- */
#define L_TYPE                     "type"
#define L_DATA                     "data"
#define L_STREAM                   "stream"
#define L_CONFIDENCE_LEVEL         "confidence_level"
#define L_CONFIDENCE_REPORTED      "confidence_reported"
#define L_ALTERNATIVES             "alternatives_considered"
#define L_THINKING_CONTENT         "thinking_content"
#define L_UPDATE_TYPE              "update_type"
#define L_OPERATION                "operation"
#define L_CONTEXT                  "context"
/* Members of the context text that never vary: the contract has them, nobody gives them. */
#define L_CONTEXT_REST             OUIOE_KEY ("conversation_history") "[]," OUIOE_KEY ("available_services") "{}," \
                                   OUIOE_KEY ("user_preferences") "{}," OUIOE_KEY ("safety_constraints") "[]," \
                                   OUIOE_KEY ("operation_complexity") "\"medium\"," \
                                   OUIOE_KEY ("estimated_duration") "null"

/* ---- of an entry in Redis that is ours: what the fields of the contract do not tell ---- */
#define L_OWN                      "ouioe"
#define L_OWN_PLAIN                "1"     /* they tell everything */
#define L_OWN_UNREPORTED           "0"     /* but that the confidence was not given */
