/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State per pair of peers, from the packets between them: IKE SAs, exchanges, children, ESP counters. The whole data
 * model is in this header. One writer; not thread-safe.
 *
 * A front end makes one struct tunnels, hands it every packet in the order of capture with tunnels_add() of
 * verdict/judge.h, and asks verdict/diagnose.h for verdicts at any time.
 */
#ifndef ASAPHASE_CORE_TUNNEL_TUNNEL_H
#define ASAPHASE_CORE_TUNNEL_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/catalogue/cause.h"
#include "core/catalogue/evidence.h"
#include "core/count/spi_table.h"
#include "core/wire/datagram.h"
#include "core/wire/ike.h"
#include "core/wire/infer.h"
#include "core/wire/vendor.h"

#define TUNNEL_IKE_SAS 16       /* kept for one pair of peers; the oldest that is not up gives way */
#define IKE_SA_EXCHANGES 8      /* kept for one IKE SA; the oldest answered gives way */
#define IKE_SA_IDENTITY_SIZE 64 /* with its terminating zero; longer ones are cut */
#define TUNNEL_CHILDREN 256     /* kept for one pair of peers; one that is gone gives way first */
#define TUNNEL_HISTORY 32
#define TUNNEL_ASA_ADDRESSES 64

struct tunnel_options {
	struct ip_address
	        asa[TUNNEL_ASA_ADDRESSES]; /* whose view is mirrored; unset: the IKE initiator, else the first sender */
	uint8_t asa_count;
	uint32_t one_way_packets; /* at least so many packets one way … */
	uint32_t one_way_seconds; /* … over so many seconds, with none back */
	uint32_t spi_capacity;
	uint32_t tunnel_capacity;
	/* Packets of both ends pass here, as on a gateway: what does not come was not sent, and who is slow may come
	 * yet. */
	bool sees_both_ways;
	bool may_hold_copies; /* packets come from a capture, which may have one at several points of its way */
	bool reuse_numbers;   /* a tunnel that gives way leaves its number to another: for those who run for months */
};

/* 8 packets, 5 seconds, 2^20 SPIs, 65,536 tunnels. */
struct tunnel_options tunnel_options_default(void);

/* What the peers agreed on for a child SA: read from decrypted messages, or told by the kernel. */
struct child_agreement {
	bool suite_known;
	bool selectors_known;
	bool transport_mode;
	struct ike_suite suite;         /* of ESP, in IKEv2's numbers; dh_group is that of PFS, 0 none */
	struct ike_selector network[2]; /* that each side protects; the first, where there are several. of_initiator
	                                   is unused */
};

/* How far an IKE SA has come. Order matters: later is further. */
enum ike_stage {
	IKE_STAGE_INIT_SENT,    /* first request seen */
	IKE_STAGE_INIT_REFUSED, /* an error answered it */
	IKE_STAGE_INIT_DONE,    /* keys agreed; nothing authenticated yet (IKEv1: between MM2 and MM4) */
	IKE_STAGE_AUTH_SENT,    /* IKE_AUTH, MM5 or AM3 on its way; also between EAP messages */
	IKE_STAGE_AUTH_REFUSED, /* Phase 1 authentication refused */
	IKE_STAGE_UP,           /* IKE SA up; whether it has a child: children_up, child_refusals */
	IKE_STAGE_DELETED,
};

/* One request and its answer. Frames are 0 where not seen. */
struct ike_exchange {
	uint32_t message_id;
	uint8_t exchange_type;
	uint8_t sender;        /* side that sent the request */
	uint16_t copies;       /* times the request was sent */
	uint16_t asked_again;  /* of these, after the answer was seen and with nothing newer from the sender */
	uint16_t fragments;    /* RFC 7383 fragments of the request seen, 0 when it came whole */
	uint16_t request_port; /* destination port of the last copy */
	uint32_t request_frame;
	uint32_t response_frame;
	struct plaintext_length request_plaintext; /* over all fragments; known false for IKEv1 */
	struct plaintext_length response_plaintext;
	uint64_t request_digest;
	uint64_t response_digest;
	uint32_t request_fragment_set; /* bit n: fragment n + 1 was counted into request_plaintext */
	uint32_t response_fragment_set;
	int64_t request_time;
	int64_t last_copy_time;
	int64_t response_time; /* 0: unanswered */
	enum inferred request_holds;
	enum inferred response_holds;
	bool rekey;            /* decrypted: the request carries REKEY_SA */
	uint32_t request_spi;  /* decrypted: the ESP SPI that the requester wants to receive on; 0 unknown */
	uint32_t response_spi; /* the same of the responder; IKEv1 only */
	bool settled;          /* the answer's meaning has been taken into the SA */
};

enum nat {
	NAT_UNKNOWN,
	NAT_NONE,
	NAT_ASA, /* the ASA's side is behind a NAT */
	NAT_PEER,
	NAT_BOTH,
	NAT_FORCED, /* claimed by both on private addresses: forced encapsulation */
};

/* What IKE_SA_INIT, or the first messages of an IKEv1 phase 1, agreed on. */
struct ike_init {
	bool suite_known; /* suite was read */
	struct ike_suite suite;
	char offered[160]; /* the initiator's proposals in words; "" when not seen */
	char chosen[96];
	uint16_t group_sent;
	uint16_t group_wanted; /* from INVALID_KE_PAYLOAD; 0 none */
};

/* What was seen of each side's proof. */
struct ike_authentication {
	bool certificates; /* it was large or fragmented */
	bool eap;
	bool refused_by_initiator; /* perhaps: the initiator sent one short INFORMATIONAL right after IKE_AUTH */
	char identity[2][IKE_SA_IDENTITY_SIZE]; /* decrypted, per side; "" unknown */
	uint8_t method[2];                      /* decrypted, per side: RFC 7296 sec. 3.8; 0 unknown */
};

/* The last failure of Phase 1 that nothing has undone since; all zero: none. */
struct ike_failure {
	uint16_t error; /* notify type of the refusal, 0 none or unknown */
	bool certain;   /* read in the clear or decrypted */
	int64_t time;   /* 0 none */
	uint32_t frame;
};

/* NAT detection, per side. */
struct ike_nat {
	bool seen[2];
	bool source_differs[2]; /* its own NAT_DETECTION_SOURCE_IP does not match the outer header */
};

/* The children that an IKE SA made. */
struct ike_children {
	uint16_t up;              /* successes, the first child and rekeys included */
	uint16_t rekeys;          /* successes after the first that a delete of an old SPI followed */
	bool rekey_open;          /* such a success whose delete has not been seen */
	uint16_t replacements;    /* of the rekeys, those whose delete came with the new child: no liveness check */
	bool replaced;            /* the last child is counted among them */
	int64_t last_delete_time; /* of the last message that may be a delete; 0 none */
	uint16_t refusals;        /* since the last success */
	uint16_t refusals_pfs;    /* of these, requests with room for a key exchange, or known to be rekeys */
	uint16_t error;           /* decrypted notify of the last refusal; 0 unknown */
	uint32_t refused_frame;
	int64_t first_time;
	int64_t last_time;
};

/*
 * Of an IKEv1 SA only. Exchanges of the phase 1 mode have the numbers 1, 2, 3 as message ID: MM1 and MM2, MM3 and MM4,
 * MM5 and MM6.
 */
struct ikev1_mode {
	uint8_t exchange_type;           /* IKE1_MAIN_MODE or IKE1_AGGRESSIVE_MODE */
	uint8_t messages;                /* highest message of the mode seen: 1 to 6 */
	uint16_t refusals;               /* Informationals that answered MM5, AM2 or AM3 */
	uint16_t lone_informationals[2]; /* per side: Informationals since the other side's last packet */
	int64_t lone_informational_start[2];
	struct child_agreement quick_mode; /* decrypted: what the second message of the last quick mode agreed on */
};

struct ike_sa {
	uint64_t initiator_spi;
	uint64_t responder_spi;
	uint8_t version;   /* 1 or 2 */
	uint8_t initiator; /* side */
	enum ike_stage stage;
	bool starts_midstream;  /* its beginning is not in the capture */
	bool answered;          /* anything came back for it */
	bool other_half_unseen; /* answers were used that the capture does not hold: one direction only */
	uint32_t first_frame, last_frame;
	int64_t first_time, last_time;
	int64_t last_from[2]; /* last message from each side; 0 never */
	int64_t up_time;      /* when it came up; 0 never */
	uint16_t ports[2];    /* last seen, per side */
	vendor_ids vendors[2];
	struct ike_init init;
	struct ike_authentication authentication;
	struct ike_failure failure;
	struct ike_nat nat;
	struct ike_children children;
	struct ikev1_mode ikev1;
	struct ike_exchange exchanges[IKE_SA_EXCHANGES];
	uint8_t exchange_count;
	struct evidence_list evidence;
};

enum paired_by { PAIRED_BY_NONE, PAIRED_BY_IKE, PAIRED_BY_XFRM, PAIRED_BY_TIMING, PAIRED_BY_DECLARED };

/* What came one way since the last packet of the other way. */
struct esp_silence {
	uint64_t packets;
	int64_t start;   /* time of the first of them */
	int64_t last;    /* of the last packet this way */
	int64_t longest; /* silence of the other way that ended by itself */

	/* Counted elsewhere and not settled yet, see tunnels_take_counts(). */
	uint64_t new_packets;
	int64_t new_first;
	int64_t new_last;
};

struct child_sa {
	uint32_t spi_from[2]; /* SPI in packets sent by side 0, side 1; 0 unknown */
	enum paired_by paired_by;
	uint32_t frame; /* where it came up or was first seen */
	int64_t time;
	struct esp_silence silence[2];     /* by sending side; of an only child see child_silence() */
	uint64_t next_check[2];            /* silence.packets at which one-way is asked again */
	bool announced;                    /* IKE showed that it came up */
	bool deleted;                      /* a Delete named one of its SPIs, or the kernel dropped it */
	struct child_agreement *agreement; /* owned by the tunnel; NULL where nothing is known */
};

/* An exchange, the kernel or a packet back tells of it; else anybody may have made it up. */
static inline bool child_is_explained(const struct child_sa *child)
{
	return child->announced || child->paired_by != PAIRED_BY_NONE;
}

/* ESP in one direction of a tunnel, over all SPIs that ever were. Up to silence.longest it is what counting touches. */
struct esp_direction {
	uint64_t packets;
	uint64_t bytes;
	uint64_t next_check; /* packets count at which the rules are asked again */
	uint64_t lost;       /* over all SPIs that ever were; less again when they arrive late */
	int64_t last_time;
	uint32_t last_frame;
	uint8_t outage_closing;      /* packets to come that may still tell what the last outage has cost */
	uint64_t next_one_way_check; /* silence.packets at which one-way is asked again */
	struct esp_silence silence;

	int64_t first_time;
	uint32_t first_frame;
	uint64_t looked_from;        /* next_check doubles from this packet on */
	bool hidden;                 /* it is known that packets of this direction pass unseen */
	uint64_t lost_uncertain;     /* so many more may be lost, where a sample tells loss */
	uint64_t lost_before_outage; /* when the tunnel was last found to be one-way */
	uint64_t lost_in_outages;    /* what being one-way has cost: no sign of a lossy path */
	uint64_t earlier_packets;    /* of packets: counted before this program started, see tunnel_restore() */
	uint64_t loss_packets[2];    /* packets and lost, at the last and the next to last begin of a window: see */
	uint64_t loss_lost[2];       /* tunnels_settle_counts(); loss is judged since the latter. 0 in a capture */
	uint32_t spis;               /* SPIs seen */
	uint32_t live_spis;          /* of them in the SPI table */
	uint32_t single_spis;        /* of these, those that no second packet has made trusted */
	uint32_t first_spi; /* newest entry in the SPI table, chained by spi_entry.next_of_owner; SPI_TABLE_FULL ends */
};

/* Fewer lost packets are no verdict. */
#define LOSS_LEAST 3

/* Losses that speak of the path: those of the times when the tunnel was found to be one-way are none. */
static inline uint64_t esp_direction_path_losses(const struct esp_direction *direction)
{
	return direction->lost > direction->lost_in_outages ? direction->lost - direction->lost_in_outages : 0;
}

/* Packets that this program saw itself. */
static inline uint64_t esp_direction_seen(const struct esp_direction *direction)
{
	return direction->packets - direction->earlier_packets;
}

struct tunnel_event {
	uint32_t frame;
	int64_t time;
	enum cause cause;
};

/* The failure that an ASA's log names for a tunnel. */
struct logged_failure {
	enum cause cause; /* CAUSE_NONE: none, or undone by a success */
	enum confidence strength;
	uint32_t number; /* of the message, 750003 */
	uint32_t frame;  /* where a capture holds it; 0 */
	uint32_t line;   /* where a log file holds it; 0 */
	int64_t time;    /* 0 not known */
};

/* The first members are what counting an ESP packet touches. */
struct tunnel {
	uint32_t number;    /* 0, 1, 2 … in order of appearance; used again only where options say so */
	enum cause current; /* cause after the last packet that was judged */
	enum confidence current_confidence;
	int64_t last_time;
	int64_t last_from[2]; /* any packet from each side; 0 never */
	uint32_t last_frame;
	uint8_t asa_side;
	bool asa_declared;            /* by options or tunnels_declare(), not by default */
	bool keep;                    /* never gives way to others */
	bool dirty;                   /* has counts that are not settled */
	struct esp_direction esp[2];  /* by sending side */
	struct ip_address address[2]; /* side 0: first sender */
	int64_t first_time;
	uint32_t first_frame;
	uint16_t child_count;
	uint16_t last_child[2]; /* by sending side: index of the child whose packet came last */
	uint8_t ike_sa_count;
	uint8_t history_count;
	uint8_t invalid_spi_count;
	struct ike_sa **ike_sas;      /* in order of appearance, TUNNEL_IKE_SAS at most */
	struct child_sa *children;    /* in order of appearance, TUNNEL_CHILDREN at most; adding one may move them */
	struct tunnel_event *history; /* changes of verdict, TUNNEL_HISTORY at most */
	uint32_t children_total;      /* ever, also those that left the list */
	uint32_t invalid_spis[4];     /* named in INVALID_SPI notifies */
	uint32_t invalid_spi_frame;
	int64_t invalid_spi_time;
	int64_t invalid_spi_said_time; /* when one of these was named last */
	uint32_t too_big_mtu;          /* from ICMP; 0 none */
	uint32_t too_big_frame;
	int64_t too_big_time;
	int64_t too_big_round;  /* time that the last round of them began */
	uint32_t too_big_count; /* rounds: see packet.c */
	uint32_t ike_messages_from[2];
	uint64_t ike_bytes_from[2]; /* of IKE messages, without IP and UDP */
	uint32_t ike_retransmissions;
	uint64_t copies; /* packets that the capture holds once more: counted nowhere else */
	uint32_t first_copy_frame;
	int64_t first_copy_time;
	struct logged_failure logged;
	int64_t loss_window_start;
};

/* Any packet of it was seen. */
static inline bool tunnel_was_seen(const struct tunnel *tunnel)
{
	return tunnel->last_from[0] != 0 || tunnel->last_from[1] != 0;
}

static inline bool tunnel_has_esp_both_ways(const struct tunnel *tunnel)
{
	return esp_direction_seen(&tunnel->esp[0]) != 0 && esp_direction_seen(&tunnel->esp[1]) != 0;
}

/* The child's silence of packets from side. Those of an only child are the tunnel's. */
static inline const struct esp_silence *child_silence(const struct tunnel *tunnel, const struct child_sa *child,
                                                      unsigned side)
{
	return tunnel->child_count == 1 ? &tunnel->esp[side].silence : &child->silence[side];
}

struct tunnels;

struct tunnels *tunnels_new(const struct tunnel_options *options);
void tunnels_free(struct tunnels *tunnels);

const struct tunnel_options *tunnels_options(const struct tunnels *tunnels);

/* From now on this is one-way. */
void tunnels_set_one_way(struct tunnels *tunnels, uint32_t packets, uint32_t seconds);

struct spi_table *tunnels_spi_table(struct tunnels *tunnels);

/* For walking: tunnels are numbered 0 to count - 1; NULL for one that gave way to others when the table was full. */
uint32_t tunnels_count(const struct tunnels *tunnels);
struct tunnel *tunnels_at(const struct tunnels *tunnels, uint32_t number);
struct tunnel *tunnels_find(const struct tunnels *tunnels, const struct ip_address *a, const struct ip_address *b);

/* Time of the last packet added; what "now" means for a capture. tunnels_settle_counts() advances it for a daemon. */
int64_t tunnels_now(const struct tunnels *tunnels);

/* Tunnels that were dropped because the table was full. */
uint64_t tunnels_dropped(const struct tunnels *tunnels);

/* What a packet means, as far as is known when it is added. Numbers, no pointers: valid as long as the caller keeps it.
 */
struct annotation {
	uint32_t tunnel;        /* its number; UINT32_MAX: nothing to do with IPsec */
	enum phase phase;       /* that the packet belongs to */
	bool phase_1_completed; /* by this packet */
	bool phase_2_completed; /* a child SA came up by this packet, as far as can be told */
	bool changed; /* this packet changed the tunnel's verdict, or is a new instance of its failure: ask diagnose.h
	               */
	uint32_t request_in;        /* for a response: frame of its request; 0 none */
	int64_t response_time;      /* nanoseconds since that request's first copy */
	uint32_t retransmission_of; /* frame of the first copy; 0: not a retransmission */
	uint32_t copy_of;           /* frame in which the capture has the same packet before; 0: none, or not known */
	enum inferred inferred;
	bool asks_cookie;      /* one round trip more, not a fault */
	bool asks_other_group; /* the same, if the initiator has that group */
	bool nat_checked;      /* it says where a NAT is: tunnel_nat() */
	vendor_ids vendors;    /* its sender's so far, where it carries any */
	uint8_t copy;          /* 2 for the first retransmission, and so on; 1 otherwise */
	char state[20];        /* IKE state after this packet, see tunnel_ike_state() */
	/* ESP only */
	uint32_t spi_entry;  /* number in the SPI table, or SPI_TABLE_FULL */
	uint32_t paired_spi; /* 0 unknown */
	uint64_t encaps;     /* of the tunnel after this packet, ASA's view */
	uint64_t decaps;
	uint32_t lost; /* of this SPI so far */
	uint32_t reordered;
	enum sequence_step step;
};

/* ---- packets that were counted elsewhere ---- */

/*
 * Takes what was counted of one SPI since it was last told: by the threads of a daemon, or by the kernel. Totals and
 * the SPI's entry have them at once; for rules that ask about silence, all that is taken until the next
 * tunnels_settle_counts() (verdict/judge.h) counts as one look, within which the order of packets is not known.
 */
void tunnels_take_counts(struct tunnels *tunnels, const struct spi_counts *counts);

/* ESP passed that was not counted, until this time; of which tunnel is not known. Silence is less sure then. */
void tunnels_note_uncounted(struct tunnels *tunnels, int64_t time);
int64_t tunnels_uncounted_time(const struct tunnels *tunnels); /* the last; 0 never */

/* ---- what is known without packets ---- */

/* The tunnel between two ends of which local is mirrored, made where there is none; it is kept for good. NULL where the
 * table is full. */
struct tunnel *tunnels_declare(struct tunnels *tunnels, const struct ip_address *local,
                               const struct ip_address *remote);

/* Adds what an earlier run counted in the direction that side sends. last_time: of its last packet, 0 never. */
void tunnel_restore(struct tunnel *tunnel, unsigned side, uint64_t packets, uint64_t bytes, uint64_t lost,
                    int64_t last_time);

/*
 * Says which two SPIs make a child: spi in packets that side sends, back in those of the other side. Returns the child,
 * good until the tunnel has another; spi and back are not 0.
 */
struct child_sa *tunnel_pair_spis(struct tunnel *tunnel, unsigned side, uint32_t spi, uint32_t back,
                                  enum paired_by paired_by, int64_t time);

/* The child of these two SPIs is gone, as whoever has its SAs says. */
void tunnel_delete_pair(struct tunnel *tunnel, unsigned side, uint32_t spi, uint32_t back);

/* Removes SPIs not used since before; their counts stay in their tunnels. */
void tunnels_retire_spis(struct tunnels *tunnels, int64_t before);

/* ---- reading the state ---- */

/* What became of an IKE SA. */
enum ike_outcome {
	IKE_OUTCOME_PENDING,
	IKE_OUTCOME_UP,
	IKE_OUTCOME_FAILED,
	IKE_OUTCOME_DELETED,
};
enum ike_outcome ike_sa_outcome(const struct tunnel *tunnel, const struct ike_sa *sa);

/* The IKE SA that speaks for the tunnel now: the newest with an outcome, unless an older one is up and still in use.
 * NULL: none seen. */
const struct ike_sa *tunnel_ike_sa(const struct tunnel *tunnel);

/* Whether this IKE SA of the tunnel is up, as far as is known. */
bool tunnel_ike_sa_is_up(const struct tunnel *tunnel, const struct ike_sa *sa);

/* The ASA's word for it: "READY", "NEGO", "NONE", "MM_WAIT_MSG2" …, "MM_ACTIVE". Writes into text, returns it. */
const char *tunnel_ike_state(const struct tunnel *tunnel, char *text, size_t size);

/* The same of one IKEv1 SA, as the ASA on that side sees it: MM_WAIT_MSG2 … MM_ACTIVE, AM_ACTIVE. */
const char *ikev1_sa_state(const struct ike_sa *sa, unsigned asa_side, char *text, size_t size);

enum nat tunnel_nat(const struct tunnel *tunnel);
const char *nat_name(enum nat nat);                   /* NULL for NAT_UNKNOWN and NAT_NONE */
const char *paired_by_name(enum paired_by paired_by); /* NULL for none */

/* The child that an SPI sent by side belongs to, or NULL. */
const struct child_sa *tunnel_child(const struct tunnel *tunnel, unsigned side, uint32_t spi);

/*
 * The children that are up now, as far as packets tell, oldest first; returns how many. Without keys a delete cannot be
 * told from other short messages: then as many as came up and were not replaced, those used last.
 */
unsigned tunnel_children_up(struct tunnels *tunnels, const struct tunnel *tunnel,
                            const struct child_sa *up[TUNNEL_CHILDREN]);

/* Where this side's packets on that SPI are counted; NULL where none were seen. */
const struct spi_entry *tunnel_spi_entry(struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side,
                                         uint32_t spi);

/* What is known to be agreed on for this child of a tunnel, to be filled in; made where there is nothing yet. */
struct child_agreement *child_sa_agreement(struct child_sa *child);

#endif
