/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/answers.h"

#define FROM_THE_START "capture from before the negotiation begins, or give the keys for the IKE SA"
#define BOTH_DIRECTIONS "both directions: capture where packets of either end pass"
#define ESP_TOO "ESP too: capture esp or udp port 4500"
#define GO_ON "go on capturing for 30 s"

static const struct reason_words words[REASON_LAST] = {
        [REASON_NONE] = {"", NULL},
        [REASON_CAUSE] = {"", NULL},
        [REASON_AUTHENTICATED] = {"the authentication was read, and succeeded", NULL},
        [REASON_AUTHENTICATION_INFERRED] = {"the answer to the authentication has a success's length", NULL},
        [REASON_AUTHENTICATION_AND_ESP] =
                {"the answer to the authentication has a success's length, and ESP flows both ways", NULL},
        [REASON_IKE_SA_ANSWERS] = {"encrypted requests on the IKE SA are answered", NULL},
        [REASON_ESP_SHOWS_KEYS] = {"ESP flows both ways, which takes keys of an IKE SA", NULL},
        [REASON_CHILD_AGREED] = {"the child SA's acceptance was read", NULL},
        [REASON_CHILD_INFERRED] = {"the answer has the length of an accepted child SA", NULL},
        [REASON_CHILD_CARRIES_ESP] = {"the child SA carries ESP both ways", NULL},
        [REASON_ESP_BOTH_WAYS] = {"ESP both ways", NULL},
        [REASON_NOTHING_SEEN] = {"no packet between the two was seen", GO_ON},
        [REASON_NOT_REACHED] = {"not reached", NULL},
        [REASON_NO_IKE] = {"no IKE captured", "capture udp port 500 and 4500 too, from before the negotiation begins"},
        [REASON_UNDER_WAY] = {"the negotiation has not ended", GO_ON},
        [REASON_ONE_DIRECTION] = {"packets of one end only", BOTH_DIRECTIONS},
        [REASON_MIDSTREAM] = {"the beginning of the IKE SA was not seen", FROM_THE_START},
        [REASON_REFUSED_UNEXPLAINED] = {"the negotiation was refused, and the reason that is given does not fit it",
                                        "the log of the end that refuses"},
        [REASON_ANSWER_UNREAD] = {"an encrypted answer could not be read", FROM_THE_START},
        [REASON_DELETED] = {"the IKE SA came up and was deleted", "capture the next negotiation"},
        [REASON_NO_CHILD] = {"no child SA was asked for", "send traffic that the crypto map matches, and capture it"},
        [REASON_NO_ESP] = {"no ESP captured", ESP_TOO},
        [REASON_NO_ESP_YET] = {"no ESP on this child SA", "send traffic through the tunnel, and capture it"},
        [REASON_FEW_PACKETS] = {"too few ESP packets to tell", GO_ON},
        [REASON_ONE_WAY_UNPROVEN] = {"ESP one way, and not for long", GO_ON},
};

const char *answer_name(enum answer answer)
{
	static const char *const names[] = {
	        [ANSWER_UNKNOWN] = "unknown",
	        [ANSWER_OK] = "ok",
	        [ANSWER_FAILED] = "failed",
	};

	return names[answer];
}

const struct reason_words *catalogue_reason(enum answer_reason reason)
{
	return &words[reason];
}
