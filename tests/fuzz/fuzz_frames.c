/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole conversation: frames into the tunnel state, each printed, then every verdict as text and as JSON. The input
 * is a row of frames: 2 bytes length (network order), 1 byte tenths of a second since the frame before, the IP packet.
 */
#include <stdlib.h>

#include "core/asa/show.h"
#include "core/base/byte_order.h"
#include "core/verdict/json.h"
#include "core/verdict/judge.h"
#include "core/verdict/packet_line.h"
#include "core/verdict/text.h"
#include "core/wire/datagram_reader.h"
#include "tests/fuzz/fuzz_target.h"

#define FRAME_HEADER 3
#define TENTH_OF_A_SECOND 100000000
/* Small tables, so that giving way is met as well. */
#define SPI_CAPACITY 64
#define TUNNEL_CAPACITY 8

/* Whatever a packet holds: nothing reaches a terminal that could steer it, and nothing that is no text. */
static void check_text(const GString *text)
{
	if (!g_utf8_validate_len(text->str, text->len, NULL))
		abort();
	for (gsize i = 0; i < text->len; i++)
		if (g_ascii_iscntrl(text->str[i]) && text->str[i] != '\n')
			abort();
}

static void add_datagram(struct tunnels *tunnels, uint32_t frame, int64_t time, const struct datagram *datagram,
                         GString *line)
{
	static const struct text_style style = {.width = 80};
	struct ike_message message;
	struct annotation annotation;

	bool is_ike = datagram->kind == DATAGRAM_IKE &&
	              ike_message_read(datagram->payload, datagram->captured, datagram->length, &message) == 0;
	if (datagram->kind == DATAGRAM_IKE && !is_ike)
		return;
	tunnels_add(tunnels, frame, time, datagram, is_ike ? &message : NULL, &annotation);
	g_string_truncate(line, 0);
	packet_line_append(line, &style, tunnels, datagram, is_ike ? &message : NULL, &annotation);
	check_text(line);
}

static void judge(struct tunnels *tunnels, GString *text)
{
	static const struct text_style style = {.width = 40};
	JsonBuilder *json = json_builder_new();

	json_builder_begin_array(json);
	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		if (tunnel == NULL)
			continue;
		verdict_text_append(text, &style, tunnels, tunnel, 0);
		verdict_json_add(json, tunnels, tunnel);
	}
	json_builder_end_array(json);
	JsonNode *root = json_builder_get_root(json);
	json_node_unref(root);
	g_object_unref(json);
}

static void show(struct tunnels *tunnels, GString *text)
{
	size_t count;
	const struct asa_show_command *commands = asa_show_commands(&count);

	for (size_t i = 0; i < count; i++) {
		char **words = g_strsplit(commands[i].words, " ", 0);
		asa_show_append(text, (const char *const *)words, g_strv_length(words), tunnels);
		g_strfreev(words);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = true;
	options.spi_capacity = SPI_CAPACITY;
	options.tunnel_capacity = TUNNEL_CAPACITY;
	struct tunnels *tunnels = tunnels_new(&options);
	struct datagram_reader *reader = datagram_reader_new(NULL);
	const struct datagram *datagram;
	GString *text = g_string_new(NULL);
	int64_t time = 1;

	for (uint32_t frame = 1; size > FRAME_HEADER; frame++) {
		size_t length = read_be16(data);
		time += (int64_t)data[2] * TENTH_OF_A_SECOND;
		data += FRAME_HEADER;
		size -= FRAME_HEADER;
		if (length > size)
			length = size;
		if (datagram_reader_take(reader, data, length, length) == 0)
			while ((datagram = datagram_reader_next(reader)) != NULL)
				add_datagram(tunnels, frame, time, datagram, text);
		data += length;
		size -= length;
	}
	judge(tunnels, text);
	show(tunnels, text);
	check_text(text);
	g_string_free(text, TRUE);
	tunnels_free(tunnels);
	datagram_reader_free(reader);
	return 0;
}
