/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures cut short, in three ways. Built with AddressSanitizer and UBSan, which end the program at a finding.
 *
 *   file    each capture file cut to each of its lengths, from all of it to nothing, and read as the command reads it:
 *           the frames that are whole come out as they were, and a cut within one is said
 *   prefix  the frames that such a cut leaves, judged: each number of them, as none of them, one of them … all of them.
 *           One state takes frame after frame and is judged after each, and must say what one says that took them all
 *           at once: having judged changes nothing
 *   frame   each frame cut to each of its lengths, as a snap length would, in a buffer of just that size, so that the
 *           first byte read beyond it is found; one state takes them all, so that the cut frames meet each other
 *
 * usage: truncate_captures SHARE SHARES FILE...    takes every SHARES-th file, beginning with SHARE (0, 1, …)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/capture.h"
#include "core/catalogue/evidence.h"
#include "core/tunnel/tunnel.h"
#include "core/verdict/checklist.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/judge.h"
#include "core/wire/datagram_reader.h"
#include "core/wire/link_layer.h"

/* Tables of a size that a few frames need: they are made anew for each number of frames. */
#define SPI_CAPACITY 256
#define TUNNEL_CAPACITY 64

/* pcap, and of pcapng the blocks that matter here. */
#define PCAP_HEADER 24
#define PCAP_RECORD_HEADER 16
#define PCAP_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define PCAP_NANOSECONDS UINT32_C(0xa1b23c4d)
#define PCAPNG_SECTION UINT32_C(0x0a0d0d0a)
#define PCAPNG_BYTE_ORDER UINT32_C(0x1a2b3c4d)
#define PCAPNG_INTERFACE 1
#define PCAPNG_PACKET 6

struct tally {
	unsigned long lengths;
	unsigned long prefixes;
	unsigned long cut_frames;
	unsigned long verdicts;
};

struct story {
	const char *name;
	uint8_t *bytes; /* the file */
	size_t size;
	size_t header;  /* what a file needs to be opened */
	bool *is_end;   /* by length: whether it ends with a whole record or block */
	size_t *frames; /* by length: how many frames are whole */
	GArray *whole;  /* struct frame, their bytes in memory of just their size */
	int link_type;
};

static _Noreturn void fail(const char *name, size_t length, const char *what)
{
	fprintf(stderr, "truncate_captures: %s, at %zu: %s\n", name, length, what);
	exit(2);
}

/* ---- where records end, as the file formats say ---- */

static uint32_t word_at(const struct story *story, size_t offset, bool swapped)
{
	uint32_t word;

	if (offset + sizeof word > story->size)
		fail(story->name, offset, "the file is cut already");
	memcpy(&word, story->bytes + offset, sizeof word);
	return swapped ? GUINT32_SWAP_LE_BE(word) : word;
}

/* From end on there is one more whole piece, and perhaps one more frame. */
static void note_end(struct story *story, size_t end, bool is_frame)
{
	if (end > story->size)
		fail(story->name, end, "the file is cut already");
	story->is_end[end] = true;
	story->frames[end] += is_frame;
}

static void walk_pcap(struct story *story, bool swapped)
{
	size_t end = PCAP_HEADER;

	story->header = end;
	note_end(story, end, false);
	while (end < story->size) {
		end += PCAP_RECORD_HEADER + word_at(story, end + 8, swapped);
		note_end(story, end, true);
	}
}

static void walk_pcapng(struct story *story)
{
	bool swapped = word_at(story, 8, false) != PCAPNG_BYTE_ORDER;

	for (size_t begin = 0; begin < story->size;) {
		uint32_t type = word_at(story, begin, swapped);
		size_t end = begin + word_at(story, begin + 4, swapped);
		note_end(story, end, type == PCAPNG_PACKET);
		if (type == PCAPNG_INTERFACE && story->header == 0)
			story->header = end;
		begin = end;
	}
}

static void walk(struct story *story)
{
	uint32_t magic = word_at(story, 0, false), turned = GUINT32_SWAP_LE_BE(magic);

	story->is_end = g_new0(bool, story->size + 1);
	story->frames = g_new0(size_t, story->size + 1);
	if (magic == PCAPNG_SECTION)
		walk_pcapng(story);
	else if (magic == PCAP_MICROSECONDS || magic == PCAP_NANOSECONDS)
		walk_pcap(story, false);
	else if (turned == PCAP_MICROSECONDS || turned == PCAP_NANOSECONDS)
		walk_pcap(story, true);
	else
		fail(story->name, 0, "neither pcap nor pcapng");
	for (size_t length = 1; length <= story->size; length++)
		story->frames[length] += story->frames[length - 1];
}

/* ---- the whole file ---- */

static void keep_frame(struct story *story, const struct frame *frame)
{
	struct frame kept = *frame;

	kept.bytes = g_memdup2(frame->bytes, frame->captured);
	g_array_append_val(story->whole, kept);
}

static struct story read_story(const char *name)
{
	struct story story = {.name = name, .whole = g_array_new(FALSE, FALSE, sizeof(struct frame))};
	char error[CAPTURE_ERROR_SIZE];
	struct capture *capture = capture_open_file(name, NULL, error);
	struct frame frame;
	int result;

	if (capture == NULL || !g_file_get_contents(name, (gchar **)&story.bytes, &story.size, NULL))
		fail(name, 0, "not a capture");
	story.link_type = capture_link_type(capture);
	while ((result = capture_next(capture, &frame)) == 1)
		keep_frame(&story, &frame);
	capture_close(capture);
	walk(&story);
	if (result != 0 || story.whole->len != story.frames[story.size])
		fail(name, story.size, "not all of its frames can be read");
	return story;
}

static void free_story(struct story *story)
{
	for (guint i = 0; i < story->whole->len; i++)
		g_free((void *)g_array_index(story->whole, struct frame, i).bytes);
	g_array_free(story->whole, TRUE);
	g_free(story->bytes);
	g_free(story->is_end);
	g_free(story->frames);
}

/* ---- file: cut at each byte ---- */

/* A copy of the file in memory, which can be cut at will and still be opened by name. */
static int copy_to_memory(const struct story *story)
{
	int copy = memfd_create(story->name, MFD_CLOEXEC);

	if (copy < 0 || write(copy, story->bytes, story->size) != (ssize_t)story->size)
		fail(story->name, 0, strerror(errno));
	return copy;
}

static bool is_same(const struct frame *one, const struct frame *other)
{
	return one->number == other->number && one->time == other->time && one->captured == other->captured &&
	       one->length == other->length && memcmp(one->bytes, other->bytes, one->captured) == 0;
}

static void check_cut(const struct story *story, const char *path, size_t length)
{
	char error[CAPTURE_ERROR_SIZE] = "";
	struct capture *capture = capture_open_file(path, NULL, error);
	struct frame frame;
	size_t count = 0;
	int result;

	if (length < story->header) {
		if (capture != NULL || error[0] == '\0')
			fail(story->name, length, "without its header, it is opened all the same, or nothing is said");
		return;
	}
	if (capture == NULL)
		fail(story->name, length, error);
	for (; (result = capture_next(capture, &frame)) == 1; count++)
		if (count >= story->whole->len || !is_same(&frame, &g_array_index(story->whole, struct frame, count)))
			fail(story->name, length, "a frame is not what it was");
	if (count != story->frames[length])
		fail(story->name, length, "not as many frames as are whole");
	if (result != (story->is_end[length] ? 0 : -EBADMSG))
		fail(story->name, length, "a cut is not said, or said where there is none");
	if (result != 0 && capture_error(capture)[0] == '\0')
		fail(story->name, length, "the cut has no sentence");
	capture_close(capture);
}

static void cut_file(const struct story *story, struct tally *tally)
{
	int copy = copy_to_memory(story);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
	for (size_t cut = 0; cut <= story->size; cut++) {
		if (ftruncate(copy, (off_t)(story->size - cut)) < 0)
			fail(story->name, story->size - cut, strerror(errno));
		check_cut(story, path, story->size - cut);
		tally->lengths++;
	}
	close(copy);
}

/* ---- what frames are taken into ---- */

struct reading {
	struct datagram_reader *reader;
	struct tunnels *tunnels;
};

static struct reading begin_reading(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = true;
	options.spi_capacity = SPI_CAPACITY;
	options.tunnel_capacity = TUNNEL_CAPACITY;
	return (struct reading){datagram_reader_new(NULL), tunnels_new(&options)};
}

static void end_reading(struct reading *reading)
{
	datagram_reader_free(reading->reader);
	tunnels_free(reading->tunnels);
}

static void add_frame(struct reading *reading, int link_type, const struct frame *frame)
{
	struct annotation annotation;
	const struct datagram *datagram;
	int offset = link_layer_ip_offset(link_type, frame->bytes, frame->captured);

	if (offset < 0 || datagram_reader_take(reading->reader, frame->bytes + offset, frame->captured - (size_t)offset,
	                                       frame->length - (size_t)offset) != 0)
		return;
	while ((datagram = datagram_reader_next(reading->reader)) != NULL)
		tunnels_add(reading->tunnels, frame->number, frame->time, datagram, NULL, &annotation);
}

/* Asks everything that a front end asks about each tunnel, and writes down what is said. */
static void judge(struct tunnels *tunnels, GString *said, struct tally *tally)
{
	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		struct verdict verdict;
		struct checklist_item steps[CHECKLIST_STEPS];
		char text[512];

		if (tunnel == NULL)
			continue;
		tunnel_diagnose(tunnels, tunnel, &verdict);
		tunnel_checklist(tunnel, &verdict, steps);
		tunnel_ike_state(tunnel, text, sizeof text);
		g_string_append_printf(said, "%u: %s, %s, %s\n", number, cause_name(verdict.cause),
		                       confidence_name(verdict.confidence), text);
		for (unsigned i = 0; i < CHECKLIST_STEPS; i++)
			g_string_append_printf(said, "%d %s\n", (int)steps[i].answer, steps[i].why);
		for (unsigned i = 0; i < verdict.evidence.count; i++) {
			evidence_text(&verdict.evidence.items[i], text, sizeof text);
			g_string_append_printf(said, "%s\n", text);
		}
		tally->verdicts++;
	}
}

/* ---- prefix: each number of whole frames ---- */

static void judge_at_once(const struct story *story, guint count, GString *said, struct tally *tally)
{
	struct reading reading = begin_reading();

	for (guint i = 0; i < count; i++)
		add_frame(&reading, story->link_type, &g_array_index(story->whole, struct frame, i));
	judge(reading.tunnels, said, tally);
	end_reading(&reading);
}

static void judge_prefixes(const struct story *story, struct tally *tally)
{
	struct reading growing = begin_reading();
	GString *grown = g_string_new(NULL), *at_once = g_string_new(NULL);

	for (guint count = 0; count <= story->whole->len; count++) {
		if (count > 0)
			add_frame(&growing, story->link_type, &g_array_index(story->whole, struct frame, count - 1));
		g_string_truncate(grown, 0);
		g_string_truncate(at_once, 0);
		judge(growing.tunnels, grown, tally);
		judge_at_once(story, count, at_once, tally);
		if (!g_string_equal(grown, at_once)) {
			fprintf(stderr, "judged frame by frame:\n%sat once:\n%s", grown->str, at_once->str);
			fail(story->name, count, "frames that were judged one by one say something else");
		}
		tally->prefixes++;
	}
	g_string_free(grown, TRUE);
	g_string_free(at_once, TRUE);
	end_reading(&growing);
}

/* ---- frame: cut at each byte ---- */

static void cut_frame(struct reading *reading, int link_type, const struct frame *frame, struct tally *tally)
{
	for (size_t length = 0; length <= frame->captured; length++) {
		struct frame cut = *frame;
		uint8_t *bytes = malloc(length != 0 ? length : 1);

		if (bytes == NULL)
			fail("frame", length, strerror(ENOMEM));
		memcpy(bytes, frame->bytes, length);
		cut.bytes = bytes;
		cut.captured = length;
		add_frame(reading, link_type, &cut);
		free(bytes);
		tally->cut_frames++;
	}
}

static void cut_frames(const struct story *story, struct tally *tally)
{
	struct reading reading = begin_reading();
	GString *said = g_string_new(NULL);

	for (guint i = 0; i < story->whole->len; i++) {
		cut_frame(&reading, story->link_type, &g_array_index(story->whole, struct frame, i), tally);
		g_string_truncate(said, 0);
		judge(reading.tunnels, said, tally);
	}
	g_string_free(said, TRUE);
	end_reading(&reading);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned share, shares;

	if (argc < 4 || sscanf(argv[1], "%u", &share) != 1 || sscanf(argv[2], "%u", &shares) != 1 || share >= shares) {
		fprintf(stderr, "usage: truncate_captures SHARE SHARES FILE...\n");
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		if ((unsigned)i % shares != share)
			continue;
		struct story story = read_story(argv[i]);
		cut_file(&story, &tally);
		judge_prefixes(&story, &tally);
		cut_frames(&story, &tally);
		free_story(&story);
	}
	printf("share %u of %u: %lu file lengths, %lu numbers of frames, %lu cut frames, %lu verdicts\n", share + 1,
	       shares, tally.lengths, tally.prefixes, tally.cut_frames, tally.verdicts);
	return 0;
}
