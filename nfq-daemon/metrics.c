/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/metrics.h"

#include <inttypes.h>

#include "core/base/time.h"
#include "core/verdict/children.h"
#include "core/verdict/diagnose.h"
#include "generated/version.h"
#include "nfq-daemon/clock.h"

/* What the metrics tell of a tunnel's verdict. It is asked once for an export: there may be very many tunnels. */
struct judged {
	enum cause cause;
	enum phase phase_failed;
	enum confidence confidence;
	enum answer answers[PHASE_LAST];
	int silent_side; /* from which nothing comes while the other sends; -1: neither */
	unsigned children;
	uint32_t children_one_way;
};

/* A tunnel that is exported, with its labels ready. */
struct exported {
	const struct tunnel *tunnel;
	struct judged judged;
	char labels[2 * IP_ADDRESS_TEXT_SIZE + 32]; /* local="…",remote="…" */
};

struct page {
	GString *text;
	const struct metrics *metrics;
	GArray *exported; /* struct exported */
	uint32_t tunnels; /* all that there are */
	const char *name; /* of the metric being written */
};

/* ---- which tunnels ---- */

/* A tunnel that never worked and was silent for so long makes room for others. */
#define SILENT_AFTER (3600 * NANOSECONDS)

/*
 * Who is exported first. A flood of spoofed packets must neither push a tunnel out, nor keep out one that comes up
 * later: what was exported and never worked gives way.
 */
enum rank {
	RANK_ALWAYS, /* declared, or exported before and once up */
	RANK_ONCE_UP,
	RANK_KNOWN, /* exported before */
	RANK_NEW,
	RANK_SILENT,
	RANKS,
};

static enum rank rank_of(const struct metrics *metrics, const struct tunnel *tunnel)
{
	bool exported = ledger_of(metrics->ledger, tunnel)->exported;

	if (tunnel->keep)
		return RANK_ALWAYS;
	if (ledger_was_up(tunnel))
		return exported ? RANK_ALWAYS : RANK_ONCE_UP;
	if (tunnels_now(metrics->tunnels) - tunnel->last_time >= SILENT_AFTER)
		return RANK_SILENT;
	return exported ? RANK_KNOWN : RANK_NEW;
}

static void judge(struct tunnels *tunnels, const struct tunnel *tunnel, struct judged *judged)
{
	const struct child_sa *up[TUNNEL_CHILDREN], *child;
	struct verdict verdict;
	bool never;

	tunnel_diagnose(tunnels, tunnel, &verdict);
	judged->cause = verdict.cause;
	judged->phase_failed = verdict.phase_failed;
	judged->confidence = verdict.confidence;
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		judged->answers[phase] = verdict.phases[phase].answer;
	/* Also where another cause goes first. */
	judged->silent_side = tunnel_silent_side(tunnels, tunnel, &child, &never);
	judged->children = tunnel_children_up(tunnels, tunnel, up);
	judged->children_one_way = verdict.children_one_way;
}

/* Its labels stay as they are now, whatever is learnt later of who began. */
static void export_tunnel(const struct page *page, struct tunnel *tunnel)
{
	struct exported exported = {.tunnel = tunnel};
	char local[IP_ADDRESS_TEXT_SIZE], remote[IP_ADDRESS_TEXT_SIZE];

	tunnel->asa_declared = true;
	ledger_of(page->metrics->ledger, tunnel)->exported = true;
	g_snprintf(exported.labels, sizeof exported.labels, "local=\"%s\",remote=\"%s\"",
	           ip_address_to_text(&tunnel->address[tunnel->asa_side], local),
	           ip_address_to_text(&tunnel->address[!tunnel->asa_side], remote));
	judge(page->metrics->tunnels, tunnel, &exported.judged);
	g_array_append_val(page->exported, exported);
}

/* Each tunnel is looked at once, however many ranks there are: there may be very many. */
static uint8_t *rank_all(struct page *page, uint32_t count)
{
	struct tunnels *tunnels = page->metrics->tunnels;
	uint8_t *ranks = g_malloc0(MAX(count, 1));

	for (uint32_t number = 0; number < count; number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		ranks[number] = (uint8_t)(tunnel != NULL ? rank_of(page->metrics, tunnel) : RANKS);
		page->tunnels += tunnel != NULL;
	}
	return ranks;
}

static bool has_room(const struct page *page)
{
	return page->exported->len < page->metrics->config->exported_tunnels;
}

static void choose_tunnels(struct page *page)
{
	struct tunnels *tunnels = page->metrics->tunnels;
	uint32_t count = tunnels_count(tunnels);
	uint8_t *ranks = rank_all(page, count);

	for (unsigned rank = 0; rank < RANKS; rank++) {
		for (uint32_t number = 0; number < count; number++) {
			if (ranks[number] != rank)
				continue;
			if (rank == RANK_ALWAYS || has_room(page))
				export_tunnel(page, tunnels_at(tunnels, number));
			else
				ledger_of(page->metrics->ledger, tunnels_at(tunnels, number))->exported = false;
		}
	}
	g_free(ranks);
}

/* ---- one series ---- */

static void append_value(const struct page *page, const char *labels, uint64_t value)
{
	g_string_append_printf(page->text, "%s{%s} %" PRIu64 "\n", page->name, labels, value);
}

static void append_plain(const struct page *page, uint64_t value)
{
	g_string_append_printf(page->text, "%s %" PRIu64 "\n", page->name, value);
}

static void append_seconds(const struct page *page, const char *labels, const char *direction, int64_t time)
{
	int64_t real = clock_to_realtime(time);

	g_string_append_printf(page->text, "%s{%s,direction=\"%s\"} %" PRId64 ".%03" PRId64 "\n", page->name, labels,
	                       direction, real / NANOSECONDS, real % NANOSECONDS / NANOSECONDS_PER_MILLISECOND);
}

/* Escaped as a label's value has to be. */
static void append_escaped(GString *text, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			g_string_append_c(text, '\\');
		if (*value == '\n')
			g_string_append(text, "\\n");
		else
			g_string_append_c(text, *value);
	}
}

/* ---- metrics of a tunnel ---- */

static const char *const directions[2] = {"encaps", "decaps"};

static unsigned side_of(const struct tunnel *tunnel, unsigned direction)
{
	return direction == 0 ? tunnel->asa_side : !tunnel->asa_side;
}

static void append_with_direction(const struct page *page, const struct exported *exported, const char *label,
                                  unsigned direction, uint64_t value)
{
	g_string_append_printf(page->text, "%s{%s,%s=\"%s\"} %" PRIu64 "\n", page->name, exported->labels, label,
	                       directions[direction], value);
}

static void append_encaps_packets(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->tunnel->esp[exported->tunnel->asa_side].packets);
}

static void append_encaps_bytes(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->tunnel->esp[exported->tunnel->asa_side].bytes);
}

static void append_decaps_packets(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->tunnel->esp[!exported->tunnel->asa_side].packets);
}

static void append_decaps_bytes(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->tunnel->esp[!exported->tunnel->asa_side].bytes);
}

static void append_lost(const struct page *page, const struct exported *exported)
{
	const struct tunnel *tunnel = exported->tunnel;

	for (unsigned direction = 0; direction < 2; direction++)
		append_with_direction(page, exported, "direction", direction,
		                      ledger_lost(page->metrics->ledger, tunnel, side_of(tunnel, direction)));
}

static void append_lost_uncertain(const struct page *page, const struct exported *exported)
{
	const struct tunnel *tunnel = exported->tunnel;

	for (unsigned direction = 0; direction < 2; direction++)
		append_with_direction(page, exported, "direction", direction,
		                      tunnel->esp[side_of(tunnel, direction)].lost_uncertain);
}

static void append_one_way(const struct page *page, const struct exported *exported)
{
	for (unsigned direction = 0; direction < 2; direction++)
		append_with_direction(page, exported, "missing", direction,
		                      exported->judged.silent_side == (int)side_of(exported->tunnel, direction));
}

static void append_hidden(const struct page *page, const struct exported *exported)
{
	const struct tunnel *tunnel = exported->tunnel;

	for (unsigned direction = 0; direction < 2; direction++)
		append_with_direction(page, exported, "direction", direction,
		                      tunnel->esp[side_of(tunnel, direction)].hidden);
}

/* Where no negotiation was seen, ESP both ways shows that there was one. */
static bool is_up(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa != NULL)
		return tunnel_ike_sa_is_up(tunnel, sa);
	return tunnel_has_esp_both_ways(tunnel);
}

static void append_ike_up(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, is_up(exported->tunnel));
}

static void append_children(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->judged.children);
}

static void append_children_one_way(const struct page *page, const struct exported *exported)
{
	append_value(page, exported->labels, exported->judged.children_one_way);
}

static void append_phases(const struct page *page, const struct exported *exported)
{
	static const int values[] = {[ANSWER_UNKNOWN] = 0, [ANSWER_OK] = 1, [ANSWER_FAILED] = -1};

	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		g_string_append_printf(page->text, "%s{%s,phase=\"%s\"} %d\n", page->name, exported->labels,
		                       phase_name(phase), values[exported->judged.answers[phase]]);
}

static void append_last_packet(const struct page *page, const struct exported *exported)
{
	const struct tunnel *tunnel = exported->tunnel;

	for (unsigned direction = 0; direction < 2; direction++)
		append_seconds(page, exported->labels, directions[direction],
		               tunnel->esp[side_of(tunnel, direction)].last_time);
}

static void append_failures(const struct page *page, const struct exported *exported)
{
	const struct ledger_entry *entry = ledger_of(page->metrics->ledger, exported->tunnel);

	for (enum cause cause = CAUSE_NONE; cause < CAUSE_LAST; cause++)
		if (entry->failures[cause] != 0)
			g_string_append_printf(page->text, "%s{%s,phase=\"%s\",cause=\"%s\"} %" PRIu64 "\n", page->name,
			                       exported->labels, phase_name(catalogue_entry(cause)->phase),
			                       cause_name(cause), entry->failures[cause]);
}

/* Its labels change with the verdict: for looking at and for alerts, not for sums over time. */
static void append_verdict(const struct page *page, const struct exported *exported)
{
	const struct judged *judged = &exported->judged;

	if (judged->cause == CAUSE_UNDETERMINED)
		return;
	g_string_append_printf(page->text, "%s{%s,phase=\"%s\",cause=\"%s\",confidence=\"%s\"} 1\n", page->name,
	                       exported->labels, phase_name(judged->phase_failed), cause_name(judged->cause),
	                       confidence_name(judged->confidence));
}

static const struct {
	const char *name;
	const char *type;
	const char *help;
	void (*append)(const struct page *page, const struct exported *exported);
} tunnel_metrics[] = {
        {"asaphase_tunnel_encaps_packets_total", "counter",
         "ESP packets from local to remote, as #pkts encaps of an ASA at local.", append_encaps_packets},
        {"asaphase_tunnel_encaps_bytes_total", "counter", "Bytes of these packets, outer IP header included.",
         append_encaps_bytes},
        {"asaphase_tunnel_decaps_packets_total", "counter",
         "ESP packets from remote to local, as #pkts decaps of an ASA at local.", append_decaps_packets},
        {"asaphase_tunnel_decaps_bytes_total", "counter", "Bytes of these packets, outer IP header included.",
         append_decaps_bytes},
        {"asaphase_tunnel_lost_packets_total", "counter",
         "ESP packets that the sequence numbers say were sent and did not arrive here.", append_lost},
        {"asaphase_tunnel_lost_uncertain_packets", "gauge",
         "So many more may be lost: in offload mode only a sample of the sequence numbers is seen.",
         append_lost_uncertain},
        {"asaphase_tunnel_one_way", "gauge", "1 while ESP goes one way and the direction named is missing.",
         append_one_way},
        {"asaphase_tunnel_hidden", "gauge",
         "1 where ESP of this direction is known to pass unseen, as with hardware offload: its counters stand still.",
         append_hidden},
        {"asaphase_tunnel_ike_up", "gauge",
         "1 while an IKE SA is up as far as packets tell; where no IKE was seen, 1 when ESP was seen both ways.",
         append_ike_up},
        {"asaphase_tunnel_children", "gauge", "Child SAs that are up as far as packets tell.", append_children},
        {"asaphase_tunnel_children_one_way", "gauge", "Of these, child SAs on which ESP goes one way.",
         append_children_one_way},
        {"asaphase_tunnel_last_packet_timestamp_seconds", "gauge",
         "When the last ESP packet of this direction was seen; 0 never.", append_last_packet},
        {"asaphase_tunnel_phase", "gauge",
         "1 where this phase works as far as packets show, -1 where it failed, 0 unknown.", append_phases},
        {"asaphase_tunnel_verdict", "gauge",
         "1; the fault that the tunnel has now, cause none where all phases work; no series where one is unknown.",
         append_verdict},
        {"asaphase_ike_failures_total", "counter", "Failures seen, by phase and cause.", append_failures},
};

/* ---- metrics per SPI, where asked for ---- */

static void append_spi(const struct page *page, const struct spi_entry *entry, uint64_t value)
{
	static const char *const encapsulations[] = {"none", "udp", "tcp"};
	char source[IP_ADDRESS_TEXT_SIZE], destination[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(page->text,
	                       "%s{source=\"%s\",destination=\"%s\",spi=\"0x%08" PRIx32
	                       "\",encapsulation=\"%s\"} %" PRIu64 "\n",
	                       page->name, ip_address_to_text(&entry->source, source),
	                       ip_address_to_text(&entry->destination, destination), entry->spi,
	                       encapsulations[MIN(entry->encapsulation, 2)], value);
}

static uint64_t packets_of(const struct spi_entry *entry)
{
	return entry->packets;
}

static uint64_t bytes_of(const struct spi_entry *entry)
{
	return entry->bytes;
}

static uint64_t duplicates_of(const struct spi_entry *entry)
{
	return entry->duplicate;
}

static uint64_t reordered_of(const struct spi_entry *entry)
{
	return entry->reordered;
}

static uint64_t lost_of(const struct spi_entry *entry)
{
	return entry->lost;
}

static const struct {
	const char *name;
	const char *type;
	const char *help;
	uint64_t (*value)(const struct spi_entry *entry);
} spi_metrics[] = {
        {"asaphase_spi_packets_total", "counter", "ESP packets of one SPI.", packets_of},
        {"asaphase_spi_bytes_total", "counter", "Bytes of these packets, outer IP header included.", bytes_of},
        {"asaphase_spi_lost_packets", "gauge", "Sequence numbers of one SPI that were skipped and have not arrived.",
         lost_of},
        {"asaphase_spi_duplicate_packets_total", "counter", "Sequence numbers that came again.", duplicates_of},
        {"asaphase_spi_reordered_packets_total", "counter", "Packets that came after a higher number.", reordered_of},
};

static void append_spis_of(const struct page *page, const struct exported *exported,
                           uint64_t (*value)(const struct spi_entry *entry))
{
	struct spi_table *table = tunnels_spi_table(page->metrics->tunnels);

	for (unsigned side = 0; side < 2; side++) {
		uint32_t number = exported->tunnel->esp[side].first_spi;
		while (number != SPI_TABLE_FULL) {
			const struct spi_entry *entry = spi_table_entry(table, number);
			append_spi(page, entry, value(entry));
			number = entry->next_of_owner;
		}
	}
}

/* ---- metrics of a queue ---- */

static bool packets_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.packets;
	return true;
}

static bool missed_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.missed;
	return true;
}

static bool outages_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.outages;
	return true;
}

static bool dropped_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->kernel.dropped;
	return queue->kernel.known;
}

static bool user_dropped_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->kernel.user_dropped;
	return queue->kernel.known;
}

static bool segments_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.segments;
	return true;
}

static bool unsplit_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.unsplit;
	return true;
}

static bool uncounted_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.uncounted;
	return true;
}

static bool refused_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.refused;
	return true;
}

static bool unread_of_queue(const struct metrics_queue *queue, uint64_t *value)
{
	*value = queue->seen.unread;
	return true;
}

static const struct {
	const char *name;
	const char *help;
	bool (*value)(const struct metrics_queue *queue, uint64_t *value); /* false: not known */
} queue_metrics[] = {
        {"asaphase_queue_packets_total", "Packets taken from the queue.", packets_of_queue},
        {"asaphase_queue_dropped_total", "Packets that the kernel dropped as the queue was full.", dropped_of_queue},
        {"asaphase_queue_user_dropped_total", "Packets that the kernel dropped as the daemon's buffer was full.",
         user_dropped_of_queue},
        {"asaphase_queue_missed_packets_total",
         "Packets that passed without being counted, as the daemon's buffer was full (fail-open).", missed_of_queue},
        {"asaphase_queue_outages_total",
         "Times that packets passed uncounted: the buffer was full, or the daemon stood still.", outages_of_queue},
        {"asaphase_queue_segments_total", "Wire packets beyond the first that GSO packets stood for.",
         segments_of_queue},
        {"asaphase_queue_unsplit_packets_total",
         "GSO packets counted as one, as their wire packets could not be told apart.", unsplit_of_queue},
        {"asaphase_queue_uncounted_packets_total", "ESP packets not counted, as the table of SPIs was full.",
         uncounted_of_queue},
        {"asaphase_queue_refused_messages_total", "IKE messages not looked at, as there were too many at a time.",
         refused_of_queue},
        {"asaphase_queue_unread_packets_total", "Packets too short or malformed to be read.", unread_of_queue},
};

/* ---- metrics of the daemon ---- */

static void append_spi_count(const struct page *page)
{
	append_plain(page, spi_table_size(tunnels_spi_table(page->metrics->tunnels)));
}

static void append_tunnel_count(const struct page *page)
{
	append_value(page, "exported=\"yes\"", page->exported->len);
	append_value(page, "exported=\"no\"", page->tunnels - page->exported->len);
}

static void append_tunnels_dropped(const struct page *page)
{
	append_plain(page, tunnels_dropped(page->metrics->tunnels));
}

static void append_offload_uncounted(const struct page *page)
{
	append_plain(page, page->metrics->offload_uncounted);
}

static void append_journal_suppressed(const struct page *page)
{
	append_plain(page, page->metrics->journal_suppressed);
}

static void append_peers(const struct page *page)
{
	for (guint i = 0; i < page->metrics->config->peers->len; i++) {
		const struct config_peer *peer = &g_array_index(page->metrics->config->peers, struct config_peer, i);
		char local[IP_ADDRESS_TEXT_SIZE], remote[IP_ADDRESS_TEXT_SIZE];
		g_string_append_printf(page->text, "%s{local=\"%s\",remote=\"%s\",name=\"", page->name,
		                       ip_address_to_text(&peer->local, local),
		                       ip_address_to_text(&peer->remote, remote));
		append_escaped(page->text, peer->name);
		g_string_append(page->text, "\"} 1\n");
	}
}

static void append_build(const struct page *page)
{
	g_string_append_printf(page->text, "%s{version=\"%s\",mode=\"%s\"} 1\n", page->name, ASAPHASE_VERSION,
	                       config_mode_name(page->metrics->config->mode));
}

static void append_export_time(const struct page *page)
{
	g_string_append_printf(page->text, "%s %.3f\n", page->name, page->metrics->time);
}

static const struct {
	const char *name;
	const char *type;
	const char *help;
	void (*append)(const struct page *page);
} daemon_metrics[] = {
        {"asaphase_spis", "gauge", "SPIs in the table.", append_spi_count},
        {"asaphase_tunnels", "gauge", "Pairs of addresses with IKE or ESP between them.", append_tunnel_count},
        {"asaphase_tunnels_dropped_total", "counter", "Pairs that had to give way as the table was full.",
         append_tunnels_dropped},
        {"asaphase_offload_uncounted_packets_total", "counter",
         "ESP packets that found no room in the kernel's sets, since the rules were installed.",
         append_offload_uncounted},
        {"asaphase_journal_suppressed_total", "counter", "Messages not written as there were too many at a time.",
         append_journal_suppressed},
        {"asaphase_peer_info", "gauge", "A declared peer and its name.", append_peers},
        {"asaphase_build_info", "gauge", "1; the daemon's version and mode.", append_build},
        {"asaphase_last_export_timestamp_seconds", "gauge", "When this file was written.", append_export_time},
};

/* ---- all of it ---- */

static void begin_metric(struct page *page, const char *name, const char *type, const char *help)
{
	page->name = name;
	g_string_append_printf(page->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_tunnel_metrics(struct page *page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tunnel_metrics); i++) {
		begin_metric(page, tunnel_metrics[i].name, tunnel_metrics[i].type, tunnel_metrics[i].help);
		for (guint j = 0; j < page->exported->len; j++)
			tunnel_metrics[i].append(page, &g_array_index(page->exported, struct exported, j));
	}
}

static void append_spi_metrics(struct page *page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(spi_metrics) && page->metrics->config->per_spi; i++) {
		begin_metric(page, spi_metrics[i].name, spi_metrics[i].type, spi_metrics[i].help);
		for (guint j = 0; j < page->exported->len; j++)
			append_spis_of(page, &g_array_index(page->exported, struct exported, j), spi_metrics[i].value);
	}
}

static void append_queue_metrics(struct page *page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(queue_metrics); i++) {
		begin_metric(page, queue_metrics[i].name, "counter", queue_metrics[i].help);
		for (unsigned j = 0; j < page->metrics->queue_count; j++) {
			char labels[32];
			uint64_t value;
			g_snprintf(labels, sizeof labels, "queue=\"%u\"", page->metrics->queues[j].queue);
			if (queue_metrics[i].value(&page->metrics->queues[j], &value))
				append_value(page, labels, value);
		}
	}
}

static void append_daemon_metrics(struct page *page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(daemon_metrics); i++) {
		begin_metric(page, daemon_metrics[i].name, daemon_metrics[i].type, daemon_metrics[i].help);
		daemon_metrics[i].append(page);
	}
}

void metrics_append(GString *text, const struct metrics *metrics)
{
	struct page page = {
	        .text = text, .metrics = metrics, .exported = g_array_new(FALSE, FALSE, sizeof(struct exported))};

	choose_tunnels(&page);
	append_tunnel_metrics(&page);
	append_spi_metrics(&page);
	append_queue_metrics(&page);
	append_daemon_metrics(&page);
	g_array_free(page.exported, TRUE);
}
