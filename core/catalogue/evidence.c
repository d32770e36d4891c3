/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text_template.h"
#include "core/wire/ike_names.h"

#define KEPT_FIRST 2

void evidence_list_add(struct evidence_list *list, struct evidence item)
{
	if (list->count == EVIDENCE_MOST) {
		memmove(&list->items[KEPT_FIRST], &list->items[KEPT_FIRST + 1],
		        sizeof list->items[0] * (EVIDENCE_MOST - KEPT_FIRST - 1));
		list->count--;
	}
	unsigned at = list->count++;
	for (; at > 0 && list->items[at - 1].frame > item.frame && item.frame != 0; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = item;
}

struct evidence *evidence_list_find(struct evidence_list *list, enum evidence_kind kind)
{
	for (unsigned i = list->count; i-- > 0;)
		if (list->items[i].kind == kind)
			return &list->items[i];
	return NULL;
}

void evidence_list_remove(struct evidence_list *list, enum evidence_kind kind)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < list->count; i++)
		if (list->items[i].kind != kind)
			list->items[kept++] = list->items[i];
	list->count = (uint8_t)kept;
}

/* The sentence of each kind, with {a} and {b} in the form that a colon names. */
static const char *const templates[EVIDENCE_LAST] = {
        [EVIDENCE_NONE] = "",
        [EVIDENCE_INIT_REQUEST] = "first message of Phase 1 sent",
        [EVIDENCE_INIT_RESPONSE] = "first message answered{a:agreed}",
        [EVIDENCE_INIT_UNANSWERED] = "first message sent {a} times in {b:ms}, nothing came back",
        [EVIDENCE_INIT_ERROR] = "first exchange refused in the clear: {a:notify}",
        [EVIDENCE_INVALID_KE] = "responder asks for {b:group} instead of {a:group}",
        [EVIDENCE_INVALID_KE_SAME] =
                "responder refuses the key exchange of {a:group} and names no other group: it takes the group, not the "
                "public value",
        [EVIDENCE_INVALID_VERSION] = "responder refuses IKE version {a}",
        [EVIDENCE_OTHER_VERSION_TRIED] = "IKEv{a} went unanswered and IKEv{b} is in use as well",
        [EVIDENCE_COOKIE] = "responder asks for a cookie: one round trip more, not a fault",
        [EVIDENCE_REDIRECT] = "responder sends the initiator to another gateway",
        [EVIDENCE_AUTH_REQUEST] = "authentication sent to port {b}, too small for a certificate",
        [EVIDENCE_AUTH_REQUEST_CERTIFICATE] = "authentication sent, {a} bytes in {b} piece(s): certificates",
        [EVIDENCE_AUTH_UNANSWERED] = "authentication sent {a} times to port {b}, nothing came back there",
        [EVIDENCE_ANSWER_LOST] = "sent {a} times more to port {b} although it was answered: the answer does not arrive",
        [EVIDENCE_AUTH_REFUSED_ANY_SUITE] = "answer of {a} bytes has room for one notify only, whatever the suite: "
                                            "authentication refused",
        [EVIDENCE_AUTH_REFUSED] = "answer of {a} bytes has room for one notify only ({b} bytes of payload at most): "
                                  "authentication refused",
        [EVIDENCE_AUTH_REFUSED_BY_INITIATOR] = "right after the answer the initiator sends one short message and is "
                                               "silent: it may have refused the responder",
        [EVIDENCE_CHILD_REFUSED] =
                "answer holds about {a} bytes, an SA with selectors would need {b}: authenticated, child refused",
        [EVIDENCE_CHILD_UP] = "answer has room for an SA with selectors: child SA up",
        [EVIDENCE_DECRYPTED_ERROR] = "decrypted: {a:notify}",
        [EVIDENCE_EAP] = "authentication goes on with message ID {a}: EAP, the short answer was no refusal",
        [EVIDENCE_NEW_ATTEMPT] = "{a:ms} later a new attempt begins: the last one failed",
        [EVIDENCE_REFUSED_BEFORE] = "an earlier attempt ended in the same way",
        [EVIDENCE_CREATE_CHILD_REFUSED] = "CREATE_CHILD_SA answered with room for one notify only: refused",
        [EVIDENCE_CREATE_CHILD_REFUSED_PFS] =
                "CREATE_CHILD_SA with room for a key exchange ({a} bytes) answered with one notify: refused",
        [EVIDENCE_CHILD_REKEYED] = "another child SA, {a:ms} after the one before",
        [EVIDENCE_REKEY_COUNT] = "{a} rekeys in {b:ms}",
        [EVIDENCE_LIVENESS_UNANSWERED] = "request to a peer that was up, sent {a} times over {b:ms}, unanswered",
        [EVIDENCE_DELETED] = "the {a:role} deletes the IKE SA, {b:ms} after it came up",
        [EVIDENCE_MAIN_MODE_STUCK] = "Phase 1 stays at message {a}, sent {b} times",
        [EVIDENCE_MM5_REFUSED] = "the encrypted identity was answered by {a} Informational(s) instead of the peer's "
                                 "own: authentication refused",
        [EVIDENCE_AGGRESSIVE_REFUSED] = "aggressive mode ends in an Informational: authentication refused",
        [EVIDENCE_QUICK_MODE_REFUSED] = "quick mode answered by an Informational instead of a second message: refused",
        [EVIDENCE_QUICK_MODE_UNANSWERED] = "quick mode sent {a} times, unanswered",
        [EVIDENCE_PHASE_1_UP] = "Phase 1 completed",
        [EVIDENCE_QUICK_MODE_UP] = "quick mode completed: child SA up",
        [EVIDENCE_ESP_FIRST] = "first ESP on SPI {a:spi}",
        [EVIDENCE_ESP_ONE_WAY] = "last of {a} ESP packets one way in {b:ms}, none came back in that time",
        [EVIDENCE_ESP_UNCOUNTED] =
                "ESP of whichever tunnel passed uncounted in that time: what is missing may be among it",
        [EVIDENCE_CHILD_ONE_WAY] = "of this child SA only SPI {a:spi} is in use, its other SPI {b:silent}",
        [EVIDENCE_ESP_NONE] = "no ESP in {a} s since the child came up",
        [EVIDENCE_ESP_LOST] = "{a} ESP packets lost, {b} received",
        [EVIDENCE_ESP_AFTER_FAILURE] = "ESP starts on new SPI {a:spi} after all: child SA up",
        [EVIDENCE_INVALID_SPI] = "receiver says SPI {a:spi} is unknown to it",
        [EVIDENCE_TOO_BIG] = "ICMP: packet too big, next link takes {a} bytes",
        [EVIDENCE_LOGGED] = "the ASA logged message {a} about this peer",
        [EVIDENCE_LOGGED_IN_FILE] = "the ASA logged message {a} about this peer: line {b} of the log",
        [EVIDENCE_ONE_DIRECTION_CAPTURED] = "the capture holds one direction only: nothing can be said about answers",
        [EVIDENCE_NOTHING_SEEN] = "no packet between the two was seen: nothing can be said",
        [EVIDENCE_STARTS_MIDSTREAM] =
                "the beginning of this IKE SA was not seen between these addresses: what was agreed is not known",
};

static void write_number(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32, value);
}

static void write_spi(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "0x%08" PRIx32, value);
}

static void write_notify(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%s (%" PRIu32 ")", ike_notify_name((uint16_t)value), value);
}

static void write_group(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%s", ike_dh_group_name(value));
}

static void write_seconds(uint32_t milliseconds, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32 ".%03" PRIu32 " s", milliseconds / 1000, milliseconds % 1000);
}

/* Which end of the IKE SA: 0 the initiator. */
static void write_role(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%s", value == 0 ? "initiator" : "responder");
}

/* Of a message that was cut, or whose group is named elsewhere, the group is not known. */
static void write_agreed(uint32_t group, char *text, size_t size)
{
	if (group != 0)
		snprintf(text, size, ", keys agreed in %s", ike_dh_group_name(group));
	else
		snprintf(text, size, "%s", "");
}

static void write_silent(uint32_t spi, char *text, size_t size)
{
	if (spi != 0)
		snprintf(text, size, "0x%08" PRIx32 " is silent", spi);
	else
		snprintf(text, size, "%s", "was not seen");
}

/* "{a}" is written as a number, "{a:spi}" as the named form. */
static const struct {
	const char *name;
	void (*write)(uint32_t value, char *text, size_t size);
} forms[] = {
        {"", write_number},     {":spi", write_spi},   {":notify", write_notify}, {":group", write_group},
        {":ms", write_seconds}, {":role", write_role}, {":agreed", write_agreed}, {":silent", write_silent},
};

/* The value of a word: a letter for which number, then the form it is written in. */
static void write_word(const void *context, const char *word, size_t length, char *text, size_t size)
{
	const struct evidence *item = context;

	if (length == 0 || (word[0] != 'a' && word[0] != 'b'))
		return;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strlen(forms[i].name) == length - 1 && memcmp(word + 1, forms[i].name, length - 1) == 0)
			forms[i].write(word[0] == 'a' ? item->a : item->b, text, size);
}

const char *evidence_text(const struct evidence *item, char *text, size_t size)
{
	return text_template_fill(item->kind < EVIDENCE_LAST ? templates[item->kind] : "", write_word, item, text,
	                          size);
}
