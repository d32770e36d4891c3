// SPDX-License-Identifier: GPL-2.0-or-later
/* The rule set as text, for nftables and for whoever reviews it. */
#include "kernel-helpers/rules_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Raised when sets change so that older ones cannot be kept. */
#define SETS_FORMAT 2

#define PEER_CAPACITY 65536u

/* How much of a set may be on probation: a burst of one part in so many, and one part in so many a second after it. */
#define NEW_SPI_BURST_PART 4
#define NEW_SPI_RATE_PART 512

/* In UDP the SPI is the first 32 bits after the 8 bytes of the UDP header, the sequence number the next 32. */
const struct esp_form esp_forms[ESP_FORMS] = {
        {"esp_ipv4", ENCAPSULATION_NONE, 4, "ip", "ipv4", "esp spi", "esp sequence"},
        {"esp_ipv6", ENCAPSULATION_NONE, 16, "ip6", "ipv6", "esp spi", "esp sequence"},
        {"udp_esp_ipv4", ENCAPSULATION_UDP, 4, "ip", "ipv4", "@th,64,32", "@th,96,32"},
        {"udp_esp_ipv6", ENCAPSULATION_UDP, 16, "ip6", "ipv6", "@th,64,32", "@th,96,32"},
};

/* How many sets each form has. */
static unsigned sets_of_form(uint32_t spi_capacity)
{
	return spi_capacity > ONE_SET_CAPACITY ? SETS_OF_FORM_MOST : 1;
}

void set_name(const struct esp_form *form, unsigned sets, unsigned number, char name[SET_NAME_SIZE])
{
	if (sets == 1)
		snprintf(name, SET_NAME_SIZE, "%s", form->name);
	else
		snprintf(name, SET_NAME_SIZE, "%s_%u", form->name, number);
}

static const char *mode_name(enum rules_mode mode)
{
	return mode == RULES_MODE_OFFLOAD ? "offload" : "queue";
}

static const char *role_name(enum rules_role role)
{
	return role == RULES_ROLE_TERMINATING ? "terminating" : "transit";
}

void rules_comment(const struct rules_options *options, char comment[128])
{
	if (options->mode == RULES_MODE_OFFLOAD)
		snprintf(comment, 128, "asaphase %s, %s, %" PRIu32 " SPIs of each form, format %d",
		         mode_name(options->mode), role_name(options->role), options->spi_capacity, SETS_FORMAT);
	else
		snprintf(comment, 128, "asaphase %s, %s", mode_name(options->mode), role_name(options->role));
}

/* ---- head ---- */

static const char purpose_offload[] = "# asaphase counts ESP packets per SA in the kernel. To the daemon's queues go "
                                      "IKE, the first packet of a new SPI, and\n"
                                      "# a thin sample, whose sequence numbers tell loss.\n";
static const char purpose_queue[] =
        "# asaphase counts ESP packets per SA in the daemon: IKE and every ESP packet go to its queues.\n";

static const char promises[] = "#\n"
                               "# Everything is in this one table: `nft delete table inet " RULES_TABLE
                               "` leaves nothing behind. Nothing is dropped:\n"
                               "# what is not queued is accepted, and \"bypass\" accepts what no daemon reads.\n"
                               "\n";

static void print_head(FILE *file, const struct rules_options *options)
{
	char comment[128];

	rules_comment(options, comment);
	fputs(options->mode == RULES_MODE_OFFLOAD ? purpose_offload : purpose_queue, file);
	fputs(promises, file);
	fprintf(file, "table inet %s {\n\tcomment \"%s\"\n", RULES_TABLE, comment);
}

/* ---- what is kept ---- */

static void print_sets_of_form(FILE *file, const struct esp_form *form, uint32_t capacity)
{
	unsigned sets = sets_of_form(capacity);
	char name[SET_NAME_SIZE];

	for (unsigned i = 0; i < sets; i++) {
		set_name(form, sets, i, name);
		fprintf(file, "\tset %s {\n\t\ttypeof %s saddr . %s daddr . esp spi\n", name, form->ip, form->ip);
		fprintf(file, "\t\tsize %" PRIu32 "; flags dynamic,timeout; gc-interval 10s\n\t}\n", capacity / sets);
	}
}

static void print_peer_set(FILE *file, const char *version)
{
	fprintf(file, "\tset peers_%s {\n\t\ttype %s_addr . %s_addr\n", version, version, version);
	fprintf(file, "\t\tsize %u; flags dynamic,timeout; gc-interval 10s\n\t}\n", PEER_CAPACITY);
}

static void print_sets(FILE *file, const struct rules_options *options)
{
	unsigned sets = sets_of_form(options->spi_capacity);

	fprintf(file,
	        "\n\t# The counts: an element with a counter for each source, destination and SPI. Its first packet "
	        "admits an SPI for\n"
	        "\t# %u s, on probation; later ones keep it for %u h. A full set refuses new SPIs: one in use never "
	        "gives way.\n",
	        PROBATION_SECONDS, LIFETIME_SECONDS / 3600);
	if (sets > 1)
		fprintf(file,
		        "\t# The last bits of the SPI choose one of %u sets, which are read faster than a big one.\n",
		        sets);
	for (unsigned i = 0; i < ESP_FORMS; i++)
		print_sets_of_form(file, &esp_forms[i], options->spi_capacity);

	fputs("\n\t# ESP packets that were passed and found no room in a set.\n"
	      "\tcounter " COUNTER_UNCOUNTED " {\n\t}\n"
	      "\n\t# Who spoke IKE to whom within a day. New SPIs between such peers have an allowance of their own, "
	      "so that a\n"
	      "\t# flood of invented ones between others cannot use it up.\n",
	      file);
	print_peer_set(file, "ipv4");
	print_peer_set(file, "ipv6");
}

/* ---- the ways to the queues ---- */

static void print_queue_statement(FILE *file, unsigned first, unsigned count, bool by_cpu)
{
	fprintf(file, "\t\tqueue flags bypass%s to %u", by_cpu && count > 1 ? ",fanout" : "", first);
	if (count > 1)
		fprintf(file, "-%u", first + count - 1);
	fputc('\n', file);
}

static void print_iptables_target(FILE *file, unsigned first, unsigned count, bool by_cpu)
{
	fputs("\t\t# This kernel lacks nftables' queue statement. asaphased puts iptables' target here, which the "
	      "words of\n"
	      "\t\t# nft cannot say: ",
	      file);
	if (count > 1)
		fprintf(file, "-j NFQUEUE --queue-balance %u:%u --queue-bypass", first, first + count - 1);
	else
		fprintf(file, "-j NFQUEUE --queue-num %u --queue-bypass", first);
	fprintf(file, "%s\n", by_cpu && count > 1 ? " --queue-cpu-fanout" : "");
}

static void print_queue_chain(FILE *file, const char *name, unsigned first, unsigned count, bool by_cpu,
                              enum rules_queueing queueing)
{
	fprintf(file, "\tchain %s {\n", name);
	if (queueing == RULES_QUEUEING_NFT)
		print_queue_statement(file, first, count, by_cpu);
	else
		print_iptables_target(file, first, count, by_cpu);
	fputs("\t}\n", file);
}

static void print_queue_chains(FILE *file, const struct rules_options *options, enum rules_queueing queueing)
{
	fputs("\n\t# The ways to the daemon. Whole packets are read from the first queue.\n", file);
	print_queue_chain(file, CHAIN_TO_IKE_QUEUE, options->first_queue, 1, false, queueing);
	fprintf(file, "\n\t# Only headers are read from %s. %s.\n", options->esp_queues > 1 ? "these" : "this one",
	        options->by_cpu ? "Each CPU has its queue" : "Addresses choose the queue, so a tunnel keeps to one");
	print_queue_chain(file, CHAIN_TO_ESP_QUEUE, options->first_queue + 1u, options->esp_queues, options->by_cpu,
	                  queueing);
}

/* ---- counting ESP ---- */

static void print_key(FILE *file, const struct esp_form *form)
{
	fprintf(file, "%s saddr . %s daddr . %s", form->ip, form->ip, form->spi);
}

/*
 * Counts most packets of known SPIs and ends their way: the rule that bulk traffic meets, so each of its words counts.
 * Masks are compared faster than ranges.
 */
static void print_known(FILE *file, const struct esp_form *form, const char *set)
{
	fprintf(file, "%s & %u != 0 %s & 0x%08x != 0 ", form->sequence, REFRESH_ONE_IN - 1, form->sequence,
	        ~(REFRESH_BELOW - 1u));
	fputs("\\\n\t\t\t", file);
	print_key(file, form);
	fprintf(file, " @%s accept\n", set);
}

/* The rules of print_known where the one set of a form can be named before its chain is entered. */
static void print_known_of(FILE *file, enum encapsulation encapsulation, const char *protocol,
                           const struct rules_options *options)
{
	if (options->mode != RULES_MODE_OFFLOAD || sets_of_form(options->spi_capacity) > 1)
		return;
	for (unsigned i = 0; i < ESP_FORMS; i++) {
		if (esp_forms[i].encapsulation != encapsulation)
			continue;
		fprintf(file, "\t\t%smeta nfproto %s ", protocol, esp_forms[i].version);
		print_known(file, &esp_forms[i], esp_forms[i].name);
	}
}

static void print_choice_of_set(FILE *file, const struct esp_form *form, unsigned sets)
{
	char name[SET_NAME_SIZE];

	fprintf(file, "\t\tmeta nfproto %s ", form->version);
	if (sets == 1) {
		fprintf(file, "goto count_%s\n", form->name);
		return;
	}
	fprintf(file, "%s & %u vmap { ", form->spi, sets - 1);
	for (unsigned i = 0; i < sets; i++) {
		set_name(form, sets, i, name);
		fprintf(file, "%s\\\n\t\t\t%u : goto count_%s", i > 0 ? ", " : "", i, name);
	}
	fputs(" }\n", file);
}

static void print_choices_of_set(FILE *file, enum encapsulation encapsulation, const struct rules_options *options)
{
	for (unsigned i = 0; i < ESP_FORMS; i++) {
		if (esp_forms[i].encapsulation == encapsulation)
			print_choice_of_set(file, &esp_forms[i], sets_of_form(options->spi_capacity));
	}
}

static void print_count_chain(FILE *file, const struct esp_form *form, const char *set, bool known)
{
	fprintf(file, "\tchain count_%s {\n\t\t", set);
	if (known) {
		print_known(file, form, set);
		fputs("\t\t", file);
	}
	print_key(file, form);
	fprintf(file, " != @%s goto new_%s\n\t\tupdate @%s { ", set, set, set);
	print_key(file, form);
	fprintf(file, " timeout %uh counter } goto sample\n\t}\n", LIFETIME_SECONDS / 3600);
}

/* A fragment after the first has no SPI and no ports; the first one stands for the packet. */
static void print_first_fragment_only(FILE *file, const char *version)
{
	if (strcmp(version, "ipv6") != 0)
		fputs("\t\tip frag-off & 0x1fff != 0 accept comment \"later fragment\"\n", file);
	if (strcmp(version, "ipv4") != 0)
		fputs("\t\tfrag frag-off != 0 accept comment \"later fragment\"\n", file);
}

/* RFC 3948: what is in UDP on the ports of NAT traversal and is not ESP. */
static void print_esp_in_udp_only(FILE *file)
{
	fputs("\t\tudp length < 16 accept comment \"NAT keepalive\"\n"
	      "\t\t@th,64,32 0 goto ike_message comment \"non-ESP marker\"\n",
	      file);
}

static void print_new_chain(FILE *file, const struct esp_form *form, const char *set)
{
	fprintf(file, "\tchain new_%s {\n", set);
	print_first_fragment_only(file, form->version);
	if (form->encapsulation == ENCAPSULATION_UDP)
		print_esp_in_udp_only(file);
	fprintf(file, "\t\t%s >= 0 jump allowance_%s\n\t\tadd @%s { ", form->sequence, form->version, set);
	print_key(file, form);
	fprintf(file, " timeout %us counter } goto " CHAIN_TO_ESP_QUEUE "\n", PROBATION_SECONDS);
	fputs("\t\tcounter name " COUNTER_UNCOUNTED "\n\t}\n", file);
}

/* Returns where a new SPI may be admitted; ends the packet's way where not. */
static void print_allowance(FILE *file, const char *ip, const char *version, uint32_t capacity)
{
	static const char *const membership[] = {"", "!= "};

	fprintf(file, "\tchain allowance_%s {\n", version);
	for (unsigned i = 0; i < 2; i++)
		fprintf(file,
		        "\t\t%s saddr . %s daddr %s@peers_%s limit rate %" PRIu32 "/second burst %" PRIu32
		        " packets return\n",
		        ip, ip, membership[i], version, capacity / NEW_SPI_RATE_PART, capacity / NEW_SPI_BURST_PART);
	fputs("\t\tcounter name " COUNTER_UNCOUNTED " accept\n\t}\n", file);
}

static void print_sample(FILE *file, const struct rules_options *options)
{
	fprintf(file,
	        "\n\t# To the daemon goes one in %" PRIu32 " packets of a known SPI, by the sequence number, and no "
	        "more than %" PRIu32 " a second.\n",
	        options->sample_one_in, options->sample_rate);
	fputs("\tchain sample {\n", file);
	for (unsigned i = 0; i < 2; i++)
		fprintf(file,
		        "\t\tmeta l4proto %s %s & %" PRIu32 " == 0 limit rate %" PRIu32 "/second burst %" PRIu32
		        " packets goto " CHAIN_TO_ESP_QUEUE "\n",
		        i == 0 ? "esp" : "udp", esp_forms[2 * i].sequence, options->sample_one_in - 1,
		        options->sample_rate, options->sample_rate);
	fputs("\t}\n", file);
}

static void print_counting(FILE *file, const struct rules_options *options)
{
	unsigned sets = sets_of_form(options->spi_capacity);
	char name[SET_NAME_SIZE];

	fputs("\n\tchain esp_packet {\n", file);
	print_choices_of_set(file, ENCAPSULATION_NONE, options);
	fprintf(file,
	        "\t}\n\n"
	        "\t# count_…: the packets that keep a known SPI in its set, for %u h from now, which counts them as "
	        "well.%s\n"
	        "\t# Asking whether a key is *not* in a set counts nothing.\n"
	        "\t# new_…: an SPI that is not there is admitted, if there is an allowance for it, and its packet goes "
	        "to the "
	        "daemon.\n"
	        "\t# \">= 0\" is true of every packet that is long enough to have a sequence number.\n",
	        LIFETIME_SECONDS / 3600, sets > 1 ? " Most packets\n\t# are counted before that, by a lookup." : "");
	for (unsigned i = 0; i < ESP_FORMS; i++) {
		for (unsigned number = 0; number < sets; number++) {
			set_name(&esp_forms[i], sets, number, name);
			print_count_chain(file, &esp_forms[i], name, sets > 1);
			print_new_chain(file, &esp_forms[i], name);
		}
	}
	fputs("\n\t# How many new SPIs may be admitted: between peers that spoke IKE, and between all others. The rest "
	      "is "
	      "passed, uncounted.\n",
	      file);
	print_allowance(file, "ip", "ipv4", options->spi_capacity);
	print_allowance(file, "ip6", "ipv6", options->spi_capacity);
	print_sample(file, options);
}

static void print_queueing(FILE *file)
{
	fputs("\n\tchain esp_packet {\n", file);
	print_first_fragment_only(file, "both");
	fputs("\t\tgoto " CHAIN_TO_ESP_QUEUE "\n\t}\n", file);
}

/* ---- telling IPsec from the rest ---- */

static void print_ports(FILE *file, const char *which, const uint16_t *ports, const char *chain)
{
	for (; *ports != 0; ports++)
		fprintf(file, "\t\tudp %s %u goto %s\n", which, *ports, chain);
}

static void print_udp_chain(FILE *file, const struct rules_options *options)
{
	static const char *const directions[] = {"dport", "sport"};

	fputs("\n\t# The ports of IKE and of NAT traversal, at either end.\n\tchain udp_packet {\n", file);
	for (unsigned i = 0; i < 2; i++) {
		print_ports(file, directions[i], options->nat_traversal_ports, "nat_traversal");
		print_ports(file, directions[i], options->ike_ports, "ike_message");
	}
	fputs("\t}\n", file);
}

static void print_nat_traversal_chain(FILE *file, const struct rules_options *options)
{
	fputs("\n\t# ESP in UDP (RFC 3948): its SPI is the first word after the UDP header, its sequence number the "
	      "next. IKE has\n"
	      "\t# four zero bytes there, and NAT keepalives are shorter.\n"
	      "\tchain nat_traversal {\n",
	      file);
	if (options->mode == RULES_MODE_OFFLOAD) {
		print_known_of(file, ENCAPSULATION_UDP, "", options);
		print_choices_of_set(file, ENCAPSULATION_UDP, options);
	} else {
		print_esp_in_udp_only(file);
		fputs("\t\tgoto esp_packet\n", file);
	}
	fputs("\t}\n", file);
}

static void print_ike_chain(FILE *file, const struct rules_options *options)
{
	fprintf(file, "\n\t# IKE goes to the daemon%s.\n\tchain ike_message {\n",
	        options->mode == RULES_MODE_OFFLOAD ? ", and who spoke it is kept for a day" : "");
	print_first_fragment_only(file, "both");
	if (options->mode == RULES_MODE_OFFLOAD)
		fprintf(file,
		        "\t\tupdate @peers_ipv4 { ip saddr . ip daddr timeout %uh }\n"
		        "\t\tupdate @peers_ipv6 { ip6 saddr . ip6 daddr timeout %uh }\n",
		        LIFETIME_SECONDS / 3600, LIFETIME_SECONDS / 3600);
	fputs("\t\tgoto " CHAIN_TO_IKE_QUEUE "\n\t}\n", file);
}

static void print_icmp_chain(FILE *file)
{
	fputs("\n\t# \"Unreachable\" and \"too big\", which may speak of a tunnel.\n"
	      "\tchain icmp_error {\n"
	      "\t\ticmp type destination-unreachable limit rate 100/second burst 100 packets goto " CHAIN_TO_IKE_QUEUE
	      "\n"
	      "\t\ticmpv6 type { destination-unreachable, packet-too-big } limit rate 100/second burst 100 packets "
	      "goto " CHAIN_TO_IKE_QUEUE "\n\t}\n",
	      file);
}

static void print_hook(FILE *file, const char *hook, const char *interface, const struct rules_options *options)
{
	fprintf(file, "\tchain %s {\n\t\ttype filter hook %s priority raw; policy accept;\n", hook, hook);
	if (options->vrf)
		fprintf(file, "\t\tmeta %skind \"vrf\" accept comment \"seen before\"\n", interface);
	print_known_of(file, ENCAPSULATION_NONE, "meta l4proto esp ", options);
	fprintf(file, "\t\tmeta l4proto tcp accept comment \"never ours\"\n\t\t%s lo accept comment \"on no wire\"\n",
	        interface);
	fputs("\t\tmeta l4proto esp goto esp_packet\n"
	      "\t\tmeta l4proto udp goto udp_packet\n"
	      "\t\tmeta l4proto icmp goto icmp_error\n"
	      "\t\tmeta l4proto ipv6-icmp goto icmp_error\n"
	      "\t}\n",
	      file);
}

static void print_hooks(FILE *file, const struct rules_options *options)
{
	fputs("\n\t# A packet's way begins here. Each packet on a wire is seen once", file);
	fputs(options->vrf ? ", and a VRF's second sight of it left out.\n" : ".\n", file);
	if (options->mode == RULES_MODE_OFFLOAD && sets_of_form(options->spi_capacity) == 1)
		fprintf(file,
		        "\t# The first rules are where most ESP ends: asking whether its SPI is in the set counts the "
		        "packet there.\n"
		        "\t# Packets with a sequence number below %u, and each %uth, go on to count_… below.\n",
		        REFRESH_BELOW, REFRESH_ONE_IN);
	print_hook(file, "prerouting", "iif", options);
	if (options->role == RULES_ROLE_TERMINATING)
		print_hook(file, "output", "oif", options);
}

int rules_print(FILE *file, const struct rules_options *options, enum rules_queueing queueing)
{
	char message[RULES_MESSAGE_SIZE];

	if (rules_check(options, message) != 0)
		return -EINVAL;
	print_head(file, options);
	if (options->mode == RULES_MODE_OFFLOAD)
		print_sets(file, options);
	print_hooks(file, options);
	print_udp_chain(file, options);
	print_nat_traversal_chain(file, options);
	print_ike_chain(file, options);
	print_icmp_chain(file);
	if (options->mode == RULES_MODE_OFFLOAD)
		print_counting(file, options);
	else
		print_queueing(file);
	print_queue_chains(file, options, queueing);
	fputs("}\n", file);
	return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}
