/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames from a capture file, from standard input or from a live interface, through libpcap. */
#ifndef ASAPHASE_CLI_CAPTURE_H
#define ASAPHASE_CLI_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest error message with its terminating zero. */
#define CAPTURE_ERROR_SIZE 320

struct capture;

struct frame {
	uint32_t number;      /* counts from 1, as Wireshark does: frames that a filter rejects are counted too */
	int64_t time;         /* nanoseconds since the epoch */
	const uint8_t *bytes; /* valid until the next frame is read */
	size_t captured;
	size_t length; /* on the wire */
};

/*
 * Opens what libpcap reads; "-" is standard input. filter is a libpcap filter expression or NULL. Returns NULL with a
 * sentence in error. Free with capture_close.
 */
struct capture *capture_open_file(const char *file, const char *filter, char error[CAPTURE_ERROR_SIZE]);
struct capture *capture_open_interface(const char *interface, const char *filter, char error[CAPTURE_ERROR_SIZE]);
void capture_close(struct capture *capture);

/* Its LINKTYPE_ number, see core/wire/link_layer.h, and libpcap's name for it. */
int capture_link_type(const struct capture *capture);
const char *capture_link_type_name(const struct capture *capture);

/* For progress, in bytes: the file's size (0 where it has none, as an interface) and how far it has been read. */
int64_t capture_size(const struct capture *capture);
int64_t capture_position(const struct capture *capture);

/*
 * Returns 1 with the next frame; 0 at the end of the file, or after capture_stop(); -EBADMSG where the file is cut or
 * damaged (the sentence is in capture_error, the frame's number is the last one's plus 1), -EIO for an interface that
 * went away. A live interface blocks.
 */
int capture_next(struct capture *capture, struct frame *frame);
const char *capture_error(const struct capture *capture);

/* Ends capture_next early. May be called from a signal handler. */
void capture_stop(struct capture *capture);

#endif
