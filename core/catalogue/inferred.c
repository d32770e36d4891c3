/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/inferred.h"

static const char *const inferred_texts[INFERRED_LAST] = {
        [INFERRED_NOTHING] = "",
        [INFERRED_EMPTY] = "no payload: a liveness check or an answer to one",
        [INFERRED_SHORT] = "at most 15 bytes: empty, one bare notify, or one delete",
        [INFERRED_ONE_NOTIFY] = "one payload of 8 bytes: a bare notify, or the delete of the IKE SA",
        [INFERRED_WRONG_GROUP_NOTIFY] = "10 bytes: INVALID_KE_PAYLOAD, another DH group is wanted",
        [INFERRED_DELETE_ESP] = "12 bytes: the delete of one ESP SPI",
        [INFERRED_AUTH_REFUSED] = "room for one notify only: authentication refused",
        [INFERRED_CHILD_REFUSED] = "room for IDr and AUTH, not for an SA with selectors: authenticated, child refused",
        [INFERRED_CHILD_UP] = "room for an SA with selectors: child SA up",
        [INFERRED_CHILD_REQUEST] = "asks for a child SA",
        [INFERRED_CHILD_REQUEST_PFS] = "asks for a child SA or a new IKE SA, with room for a key exchange",
        [INFERRED_REFUSED] = "room for one notify only: refused",
        [INFERRED_CERTIFICATE] = "large: carries certificates",
        [INFERRED_AUTH_REQUEST] = "of the size that authentication by pre-shared key needs",
        [INFERRED_EAP] = "part of an EAP conversation",
};

const char *inferred_text(enum inferred inferred)
{
	return inferred < INFERRED_LAST ? inferred_texts[inferred] : "";
}

const char *sequence_step_text(enum sequence_step step)
{
	static const char *const texts[] = {
	        [SEQUENCE_NEXT] = "",
	        [SEQUENCE_AFTER_GAP] = "numbers before it are missing",
	        [SEQUENCE_LATE] = "late: a higher number came before it",
	        [SEQUENCE_DUPLICATE] = "duplicate: this number came before",
	        [SEQUENCE_ANEW] = "the numbers start anew",
	        [SEQUENCE_FAR] = "far from the numbers before it",
	};

	return step <= SEQUENCE_FAR ? texts[step] : "";
}
