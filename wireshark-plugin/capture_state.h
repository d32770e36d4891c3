/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything kept about the capture file that is open: the state of its tunnels, and per frame what was known when the
 * frame was first seen. The first pass fills it, in order of capture; whatever Wireshark shows later, in whatever
 * order, comes from the frames' records.
 */
#ifndef ASAPHASE_WIRESHARK_CAPTURE_STATE_H
#define ASAPHASE_WIRESHARK_CAPTURE_STATE_H

#include "core/tunnel/tunnel.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/words.h"
#include "wireshark-plugin/epan_versions.h"

/* A verdict as of one frame. words points into this structure: it stays where it was made. */
struct verdict_snapshot {
	struct verdict verdict; /* what it points at in the state is NULL: that has moved on since */
	bool is_beginning;      /* the tunnel's first, on an IKE message: there is no more to say yet */
	const char *refused; /* the sentence about a negotiation that was refused while the tunnel works; NULL: none */
	uint32_t refused_frame;
	const char *children; /* "1 of 3 children one-way: 0x…/0x…"; NULL where the verdict is of all alike */
	struct verdict_words words;
};

/* What every datagram that belongs to a tunnel has. */
struct frame_record {
	uint8_t kind;                     /* enum datagram_kind */
	uint8_t phase;                    /* enum phase */
	uint8_t asa_side;                 /* of the tunnel, as taken at this frame */
	uint8_t step;                     /* enum sequence_step; ESP only */
	uint32_t tunnel;                  /* its number */
	uint32_t copy_of;                 /* frame that holds the same packet before; 0: none. Then kind is "other" */
	struct verdict_snapshot *verdict; /* NULL unless the datagram changed or restated the verdict or an answer */
	struct frame_record *next;        /* of the datagram that the same frame brings after this one; NULL: none */
};

/* Kept small: there are as many as ESP packets, which a file that Wireshark can open numbers with 32 bits. */
struct esp_record {
	struct frame_record frame;
	uint32_t encaps, decaps;  /* of the tunnel after this packet */
	uint32_t paired_spi;      /* 0 unknown */
	uint32_t lost, reordered; /* of this SPI so far */
	uint32_t spi_entry;       /* number in the SPI table */
	uint32_t bytes;           /* of the IP packet */
};

struct ike_record {
	struct frame_record frame;
	struct annotation annotation;
	enum nat nat;
	uint32_t response_in; /* filled in when the response comes; 0 none yet */
	uint8_t major_version;
	uint8_t exchange_type;
	bool is_from_asa;
	bool completes; /* the rest of a message that the frame of its first fragment has shown: counted there */
	uint32_t message_id;
	uint64_t initiator_spi;
};

/* A message of an ASA in a syslog packet; its tunnel is UINT32_MAX where it names none that the capture holds. */
struct log_record {
	struct frame_record frame;
	uint32_t number; /* 750003 */
	uint8_t severity;
	bool is_failure;
	enum cause cause;    /* CAUSE_NONE: names none */
	const char *meaning; /* a sentence, static */
};

/* Has Wireshark call us when a file is opened and closed. */
void capture_state_register(void);

/* The tunnels of the open file; NULL when none is open. */
struct tunnels *capture_state_tunnels(void);

/*
 * Takes a frame on the first pass: its datagrams into the tunnels' state, and what that says into records. frame is the
 * whole frame's buffer. Where nobody asks for the frame's records now, this is put off until somebody asks for any.
 */
void capture_state_take(tvbuff_t *frame, packet_info *pinfo, bool is_asked);

/* The first record of a frame taken before; NULL where the frame has nothing to do with a tunnel. */
const struct frame_record *capture_state_record(uint32_t frame);

/* The frame that answers this request, of which this may be a later copy; 0 none yet. */
uint32_t capture_state_response_to(const struct ike_record *request);

#endif
