/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pasted/explanation_text.h"

#include <inttypes.h>

#include "core/verdict/steps_text.h"
#include "core/verdict/words.h"

#define INDENT 4

static void append_title(GString *text, const struct text_style *style, const struct pasted *pasted,
                         const struct finding *finding)
{
	const struct pasted_device *device = pasted_device_at(pasted, finding->device);
	const char *name = device->name[0] != '\0' ? device->name : "the ASA";
	char local[IP_ADDRESS_TEXT_SIZE], peer[IP_ADDRESS_TEXT_SIZE];

	if (ip_address_is_set(&finding->local))
		text_style_append(text, style, PAINT_BOLD, "%s (%s)", ip_address_to_text(&finding->local, local), name);
	else
		text_style_append_string(text, style, PAINT_BOLD, name);
	if (ip_address_is_set(&finding->peer))
		text_style_append(text, style, PAINT_BOLD, " – %s (peer)", ip_address_to_text(&finding->peer, peer));
	if (finding->map[0] != '\0')
		g_string_append_printf(text, ", crypto map %s", finding->map);
	if (finding->ike_version != 0)
		g_string_append_printf(text, ", IKEv%u", finding->ike_version);
	g_string_append_c(text, '\n');
}

static void append_headline(GString *text, const struct text_style *style, const struct finding *finding)
{
	g_string_append(text, "  ");
	if (finding->fault && finding->in_configuration) {
		text_style_append(text, style, PAINT_WARNING, "In the configuration, phase %s",
		                  phase_name(finding->phase_failed));
		g_string_append(text, ": ");
	} else if (finding->fault && finding->phase_failed != PHASE_NONE) {
		text_style_append_string(text, style, PAINT_BAD, verdict_words_failure(finding->phase_failed));
		g_string_append(text, ": ");
	}
	g_string_append_printf(text, "%s\n", finding->headline);
}

static void append_cause(GString *text, const struct finding *finding)
{
	const struct catalogue_entry *entry = catalogue_entry(finding->cause);

	if (!finding->fault)
		return;
	if (finding->cause == CAUSE_NONE) {
		g_string_append(text, "  cause: this text does not say\n");
		return;
	}
	g_string_append_printf(text, "  cause: %s, %s", entry->name, confidence_name(finding->confidence));
	for (unsigned i = 0; i < CATALOGUE_ALTERNATIVES && entry->alternatives[i] != NULL; i++)
		g_string_append_printf(text, "%s%s", i == 0 ? "; it could also be " : ", ", entry->alternatives[i]);
	g_string_append_c(text, '\n');
}

static void append_place(GString *text, const struct pasted_place *place, const char *const *files)
{
	char *where = files != NULL ? g_strdup_printf("%s:%" PRIu32, files[place->file], place->line)
	                            : g_strdup_printf("line %" PRIu32, place->line);

	g_string_append_printf(text, "    %-10s ", where);
	g_free(where);
}

static void append_evidence(GString *text, const struct text_style *style, const struct finding *finding,
                            const char *const *files)
{
	if (finding->evidence_count == 0)
		return;
	g_string_append(text, "  ");
	text_style_append(text, style, PAINT_BOLD, "Evidence\n");
	for (unsigned i = 0; i < finding->evidence_count; i++) {
		const struct pasted_note *note = &finding->evidence[i];
		append_place(text, &note->place, files);
		g_string_append(text, note->text);
		if (note->times > 1)
			g_string_append_printf(text, " (%" PRIu32 " times)", note->times);
		g_string_append_c(text, '\n');
	}
}

/* What stands for an address that the text does not name. */
static void append_steps(GString *text, const struct text_style *style, const struct finding *finding)
{
	char local[IP_ADDRESS_TEXT_SIZE] = "<asa>", peer[IP_ADDRESS_TEXT_SIZE] = "<peer>";
	const struct catalogue_values values = {.asa = local,
	                                        .peer = peer,
	                                        .asa_port = IKE_PORT,
	                                        .peer_port = IKE_PORT,
	                                        .version = finding->ike_version != 0 ? finding->ike_version : 2};
	uint8_t versions = finding->ike_version == 1 ? FOR_IKEV1 : finding->ike_version == 2 ? FOR_IKEV2 : FOR_BOTH;

	if (ip_address_is_set(&finding->local))
		ip_address_to_text(&finding->local, local);
	if (ip_address_is_set(&finding->peer))
		ip_address_to_text(&finding->peer, peer);
	steps_text_append(text, style, finding->steps, versions, &values);
}

void explanation_text_append(GString *text, const struct text_style *style, const struct pasted *pasted,
                             const struct finding *finding, const char *const *files)
{
	append_title(text, style, pasted, finding);
	append_headline(text, style, finding);
	append_cause(text, finding);
	text_style_wrap(text, style, INDENT, finding->meaning);
	append_evidence(text, style, finding, files);
	append_steps(text, style, finding);
}
