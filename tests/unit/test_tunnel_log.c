/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ASA logged, beside the packets: when it sharpens a verdict, and when it must not touch one. */
#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/tunnel/log.h"
#include "core/verdict/judge.h"
#include "conversations.h"

#define PEERS "Local:10.1.0.1:500 Remote:10.2.0.1:500 Username:Unknown "
#define NO_POLICY "%ASA-3-751022: " PEERS "Tunnel rejected: Crypto Map Policy not found for remote traffic selector x!"
#define NO_PROPOSAL "%ASA-5-713068: IP = 10.2.0.1, Received non-routine Notify message: No proposal chosen (14)"
#define NOT_AUTHENTICATED                                                                                              \
	"%ASA-4-750003: " PEERS "IKEv2 Negotiation aborted due to ERROR: Failed to authenticate the IKE SA"
#define BAD_CERTIFICATE "%ASA-3-751006: " PEERS "Certificate authentication failed. Error: x"
#define SA_UP "%ASA-5-750006: " PEERS "SA UP. Reason: New Connection Established"
#define MINUTE (60 * NANOSECONDS)

static struct annotation add_log(const struct scene *scene, const char *line, const struct log_origin *origin)
{
	struct asa_log_message message;
	struct annotation annotation;

	g_assert_cmpint(asa_log_read(line, strlen(line), &message), ==, 0);
	tunnels_add_log(scene->tunnels, origin, &message, &annotation);
	return annotation;
}

static void log_line(const struct scene *scene, const char *line)
{
	add_log(scene, line, &(struct log_origin){.line = 7});
}

static void refuse_child(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
}

static void refuse_authentication(struct scene *scene)
{
	authenticate(scene, REFUSED);
}

static void a_refused_child_becomes_exact(struct scene *scene)
{
	char text[200];

	refuse_child(scene);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	struct annotation annotation = add_log(scene, NO_POLICY, &(struct log_origin){.frame = 9, .time = scene->time});
	g_assert_cmpuint(annotation.tunnel, ==, 0);
	g_assert_true(annotation.changed);
	g_assert_cmpint(annotation.phase, ==, PHASE_2);
	assert_verdict(scene, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN);
	struct verdict verdict = scene_verdict(scene);
	struct evidence *item = evidence_list_find(&verdict.evidence, EVIDENCE_LOGGED);
	g_assert_nonnull(item);
	g_assert_cmpuint(item->frame, ==, 9);
	g_assert_nonnull(strstr(evidence_text(item, text, sizeof text), "751022"));
}

static void a_line_of_a_file_is_named(struct scene *scene)
{
	char text[200];

	refuse_child(scene);
	log_line(scene, NO_POLICY);
	struct verdict verdict = scene_verdict(scene);
	struct evidence *item = evidence_list_find(&verdict.evidence, EVIDENCE_LOGGED_IN_FILE);
	g_assert_nonnull(strstr(evidence_text(item, text, sizeof text), "line 7"));
}

static void a_notify_without_phase_takes_that_of_the_packets(struct scene *scene)
{
	refuse_child(scene);
	log_line(scene, NO_PROPOSAL);
	assert_verdict(scene, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY);
}

static void a_second_witness_makes_a_cause_likely(struct scene *scene)
{
	refuse_authentication(scene);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	log_line(scene, NOT_AUTHENTICATED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
}

static void the_surest_message_of_an_attempt_counts(struct scene *scene)
{
	refuse_authentication(scene);
	log_line(scene, BAD_CERTIFICATE);
	log_line(scene, NOT_AUTHENTICATED);
	assert_verdict(scene, CAUSE_CERT_UNTRUSTED, CONFIDENCE_CERTAIN);
}

static void a_logged_success_undoes_a_logged_failure(struct scene *scene)
{
	refuse_child(scene);
	log_line(scene, NO_POLICY);
	log_line(scene, SA_UP);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
}

static void a_log_makes_no_fault_of_a_tunnel_that_works(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	log_line(scene, NOT_AUTHENTICATED);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void what_was_read_on_the_wire_stays(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	log_line(scene, NOT_AUTHENTICATED);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void a_failure_of_another_phase_says_nothing(struct scene *scene)
{
	refuse_child(scene);
	log_line(scene, NOT_AUTHENTICATED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
}

static void an_old_message_is_about_an_earlier_attempt(struct scene *scene)
{
	refuse_child(scene);
	add_log(scene, NO_POLICY, &(struct log_origin){.line = 1, .time = scene->time - 10 * MINUTE});
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	add_log(scene, NO_POLICY, &(struct log_origin){.line = 2, .time = scene->time + 10 * MINUTE});
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
}

static void another_peers_log_is_not_taken(struct scene *scene)
{
	refuse_child(scene);
	struct annotation annotation =
	        add_log(scene, "%ASA-3-751022: Local:10.1.0.1:500 Remote:10.9.0.1:500 Username:x Tunnel rejected",
	                &(struct log_origin){.line = 1});
	g_assert_cmpuint(annotation.tunnel, ==, UINT32_MAX);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
}

static void behind_a_nat_the_peer_alone_is_enough(struct scene *scene)
{
	refuse_child(scene);
	struct annotation annotation =
	        add_log(scene, "%ASA-3-751022: Local:192.168.1.1:4500 Remote:10.2.0.1:4500 Username:x Tunnel rejected",
	                &(struct log_origin){.line = 1});
	g_assert_cmpuint(annotation.tunnel, ==, 0);
	assert_verdict(scene, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN);
}

static void a_capture_may_hold_the_log_itself(struct scene *scene)
{
	const char *line = "<164>Nov 24 08:50:01 fw1 : " NO_POLICY;
	const uint8_t asa[4] = {10, 1, 0, 1}, collector[4] = {10, 1, 0, 9};
	struct datagram datagram = {.kind = DATAGRAM_SYSLOG,
	                            .source = ip_address_from_ipv4(asa),
	                            .destination = ip_address_from_ipv4(collector),
	                            .payload = (const uint8_t *)line,
	                            .captured = strlen(line),
	                            .length = strlen(line)};

	refuse_child(scene);
	tunnels_add(scene->tunnels, 77, scene->time, &datagram, NULL, &scene->last);
	g_assert_cmpuint(scene->last.tunnel, ==, 0);
	g_assert_cmpint(scene->last.phase, ==, PHASE_2);
	g_assert_true(scene->last.changed);
	assert_verdict(scene, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN);
}

static void play(gconstpointer test)
{
	struct scene scene;
	scene_begin(&scene, SUITE_GCM);
	((void (*)(struct scene *))test)(&scene);
	scene_end(&scene);
}

static void stray(struct tunnels *tunnels, uint8_t one, uint8_t other)
{
	const uint8_t source[4] = {10, one, 0, 1}, destination[4] = {10, other, 0, 1};
	struct esp_packet packet = {.source = ip_address_from_ipv4(source),
	                            .destination = ip_address_from_ipv4(destination),
	                            .spi = 0x1000,
	                            .sequence = 1,
	                            .tail = (uint32_t)one << 8 | other,
	                            .bytes = 100,
	                            .time = MINUTE};

	tunnels_add_esp(tunnels, &packet, 1);
}

/* While tunnels come and, where the table is full, go. */
static void the_only_tunnel_with_a_peer_is_known(void)
{
	struct tunnel_options options = tunnel_options_default();
	struct scene scene = {0};
	const struct log_origin origin = {.line = 7};

	options.tunnel_capacity = 2;
	scene.tunnels = tunnels_new(&options);
	stray(scene.tunnels, 1, 2);
	g_assert_cmpuint(add_log(&scene, NO_PROPOSAL, &origin).tunnel, ==, 0);
	stray(scene.tunnels, 2, 3);
	g_assert_cmpuint(add_log(&scene, NO_PROPOSAL, &origin).tunnel, ==, UINT32_MAX);
	stray(scene.tunnels, 4, 4);
	g_assert_null(tunnels_at(scene.tunnels, 0));
	g_assert_cmpuint(add_log(&scene, NO_PROPOSAL, &origin).tunnel, ==, 1);
	stray(scene.tunnels, 4, 5);
	g_assert_null(tunnels_at(scene.tunnels, 1));
	g_assert_cmpuint(add_log(&scene, NO_PROPOSAL, &origin).tunnel, ==, UINT32_MAX);
	tunnels_free(scene.tunnels);
}

/* ---- one message more exactly ---- */

/* A message about the two ends of the scene. */
static struct asa_log_message message_of(enum log_outcome outcome, enum phase phase, enum cause cause,
                                         enum confidence strength)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

	return (struct asa_log_message){.number = 750003,
	                                .local = ip_address_from_ipv4(here),
	                                .peer = ip_address_from_ipv4(there),
	                                .outcome = outcome,
	                                .phase = phase,
	                                .cause = cause,
	                                .strength = strength};
}

static struct annotation take(const struct scene *scene, int64_t time, struct asa_log_message message)
{
	struct annotation annotation;

	tunnels_add_log(scene->tunnels, &(struct log_origin){.line = 7, .time = time}, &message, &annotation);
	return annotation;
}

/* A failure of Phase 1 with this number. */
static void fail(const struct scene *scene, int64_t time, enum confidence strength, uint32_t number)
{
	struct asa_log_message message = message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, strength);

	message.number = number;
	take(scene, time, message);
}

static void assert_logged(const struct scene *scene, uint32_t number)
{
	g_assert_cmpuint(scene_tunnel(scene)->logged.number, ==, number);
}

static void of_one_attempt_a_message_counts_that_is_surer(struct scene *scene)
{
	refuse_authentication(scene);
	fail(scene, scene->time, CONFIDENCE_POSSIBLE, 1);
	assert_logged(scene, 1);
	fail(scene, scene->time, CONFIDENCE_POSSIBLE, 2);
	assert_logged(scene, 1);
	fail(scene, scene->time, CONFIDENCE_LIKELY, 3);
	assert_logged(scene, 3);
	fail(scene, scene->time + MINUTE - 1, CONFIDENCE_LIKELY, 4);
	assert_logged(scene, 3);
	fail(scene, scene->time + MINUTE - 1, CONFIDENCE_POSSIBLE, 5);
	assert_logged(scene, 3);
}

static void a_minute_later_it_is_another_attempt(struct scene *scene)
{
	refuse_authentication(scene);
	fail(scene, scene->time, CONFIDENCE_CERTAIN, 1);
	fail(scene, scene->time + MINUTE, CONFIDENCE_POSSIBLE, 2);
	assert_logged(scene, 2);
	g_assert_cmpint(scene_tunnel(scene)->logged.time, ==, scene->time + MINUTE);
	g_assert_cmpuint(scene_tunnel(scene)->logged.line, ==, 7);
	g_assert_cmpuint(scene_tunnel(scene)->logged.frame, ==, 0);
}

static void a_time_that_is_not_known_fits_any(struct scene *scene)
{
	refuse_authentication(scene);
	fail(scene, 0, CONFIDENCE_CERTAIN, 1);
	fail(scene, scene->time, CONFIDENCE_POSSIBLE, 2);
	assert_logged(scene, 1);
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
	fail(scene, scene->time, CONFIDENCE_CERTAIN, 3);
	fail(scene, 0, CONFIDENCE_POSSIBLE, 4);
	assert_logged(scene, 3);
}

static void what_came_up_undoes_failures_of_its_phase_and_before(struct scene *scene)
{
	static const struct {
		enum log_outcome outcome;
		enum phase came_up, failed;
		bool undone;
	} cases[] = {
	        {LOG_PHASE_UP, PHASE_1, PHASE_1, true}, {LOG_PHASE_UP, PHASE_1, PHASE_2, false},
	        {LOG_PHASE_UP, PHASE_2, PHASE_1, true}, {LOG_PHASE_UP, PHASE_2, PHASE_2, true},
	        {LOG_UP, PHASE_1, PHASE_2, true},       {LOG_NEUTRAL, PHASE_2, PHASE_1, false},
	        {LOG_FAILED, PHASE_2, PHASE_1, false},
	};

	refuse_authentication(scene);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		enum cause cause = cases[i].failed == PHASE_1 ? CAUSE_PSK_MISMATCH : CAUSE_TS_UNACCEPTABLE;
		take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
		take(scene, 0, message_of(LOG_FAILED, cases[i].failed, cause, CONFIDENCE_CERTAIN));
		g_assert_cmpint(scene_tunnel(scene)->logged.cause, ==, cause);
		take(scene, 0, message_of(cases[i].outcome, cases[i].came_up, CAUSE_NONE, CONFIDENCE_POSSIBLE));
		g_assert_cmpint(scene_tunnel(scene)->logged.cause, ==, cases[i].undone ? CAUSE_NONE : cause);
		if (cases[i].undone)
			g_assert_cmpuint(scene_tunnel(scene)->logged.number, ==, 0);
	}
}

static void a_failure_that_names_no_cause_takes_none_away(struct scene *scene)
{
	refuse_authentication(scene);
	fail(scene, 0, CONFIDENCE_POSSIBLE, 1);
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_NONE, CONFIDENCE_CERTAIN));
	assert_logged(scene, 1);
}

static void a_message_that_names_a_cause_of_what_came_up_is_no_failure(struct scene *scene)
{
	refuse_authentication(scene);
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN));
	g_assert_cmpint(scene_tunnel(scene)->logged.cause, ==, CAUSE_NONE);
}

/* ---- which tunnel ---- */

static uint32_t tunnel_named(const struct scene *scene, uint8_t local, uint8_t asa, uint8_t peer)
{
	const uint8_t ends[3][4] = {{10, local, 0, 1}, {10, asa, 0, 1}, {10, peer, 0, 1}};
	struct asa_log_message message = message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
	const struct ip_address logger = ip_address_from_ipv4(ends[1]), unset = {0};
	const struct log_origin origin = {.line = 7, .asa = asa != 0 ? &logger : NULL};
	struct annotation annotation;

	message.local = local != 0 ? ip_address_from_ipv4(ends[0]) : unset;
	message.peer = peer != 0 ? ip_address_from_ipv4(ends[2]) : unset;
	tunnels_add_log(scene->tunnels, &origin, &message, &annotation);
	return annotation.tunnel;
}

static void stray(struct tunnels *tunnels, uint8_t one, uint8_t other);

/* Of two tunnels with one peer. */
static void a_tunnel_is_named_by_both_ends_or_by_its_logger(struct scene *scene)
{
	refuse_authentication(scene);
	stray(scene->tunnels, 9, 2);
	g_assert_cmpuint(tunnel_named(scene, 1, 0, 2), ==, 0);
	g_assert_cmpuint(tunnel_named(scene, 9, 0, 2), ==, 1);
	g_assert_cmpuint(tunnel_named(scene, 0, 9, 2), ==, 1);
	g_assert_cmpuint(tunnel_named(scene, 77, 9, 2), ==, 1);
	g_assert_cmpuint(tunnel_named(scene, 1, 9, 2), ==, 0);
	g_assert_cmpuint(tunnel_named(scene, 77, 78, 2), ==, UINT32_MAX);
	g_assert_cmpuint(tunnel_named(scene, 0, 0, 2), ==, UINT32_MAX);
	g_assert_cmpuint(tunnel_named(scene, 0, 0, 9), ==, 1);
	g_assert_cmpuint(tunnel_named(scene, 1, 9, 0), ==, UINT32_MAX);
}

/* ---- what a message does to a verdict ---- */

/* The child is refused at the end of an SA that began a second before. A message of then says that selectors were. */
static bool is_about(struct scene *scene, int64_t time)
{
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
	take(scene, time, message_of(LOG_FAILED, PHASE_2, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN));
	return scene_cause(scene) == CAUSE_TS_UNACCEPTABLE;
}

static void a_message_is_about_what_is_less_than_a_minute_away(struct scene *scene)
{
	stray(scene->tunnels, 1, 2);
	scene_wait(scene, 1000);
	refuse_child(scene);
	const struct tunnel *tunnel = scene_tunnel(scene);
	int64_t first = tunnel->ike_sas[0]->first_time, last = tunnel->last_time;
	g_assert_false(is_about(scene, first - MINUTE));
	g_assert_true(is_about(scene, first - MINUTE + 1));
	g_assert_true(is_about(scene, last + MINUTE - 1));
	g_assert_false(is_about(scene, last + MINUTE));
	g_assert_true(is_about(scene, 0));
}

static void without_an_ike_sa_it_is_about_the_tunnel(struct scene *scene)
{
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	int64_t first = scene_tunnel(scene)->first_time;
	take(scene, first - MINUTE, message_of(LOG_FAILED, PHASE_DATA, CAUSE_ONE_WAY, CONFIDENCE_LIKELY));
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
	take(scene, first - MINUTE + 1, message_of(LOG_FAILED, PHASE_DATA, CAUSE_ONE_WAY, CONFIDENCE_LIKELY));
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
}

static void a_message_decides_between_alternatives_where_it_is_likely(struct scene *scene)
{
	refuse_child(scene);
	take(scene, 0, message_of(LOG_FAILED, PHASE_2, CAUSE_PFS_MISMATCH, CONFIDENCE_POSSIBLE));
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	take(scene, 0, message_of(LOG_FAILED, PHASE_2, CAUSE_PFS_MISMATCH, CONFIDENCE_LIKELY));
	assert_verdict(scene, CAUSE_PFS_MISMATCH, CONFIDENCE_LIKELY);
	take(scene, 0, message_of(LOG_FAILED, PHASE_2, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN));
	assert_verdict(scene, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN);
}

static void a_message_decides_nothing_that_is_certain(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	tunnels_settle_counts(scene->tunnels, scene->time + 5 * NANOSECONDS, NULL, NULL);
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN));
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LOGGED_IN_FILE), ==, 0);
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_POSSIBLE));
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LOGGED_IN_FILE), ==, 1);
}

static void a_message_that_agrees_makes_likely_or_certain(struct scene *scene)
{
	refuse_authentication(scene);
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE));
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN));
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
}

static void a_logged_message_is_evidence_with_its_time_or_the_tunnels_last(struct scene *scene)
{
	refuse_authentication(scene);
	take(scene, 0, message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE));
	struct evidence item = evidence_of(scene, EVIDENCE_LOGGED_IN_FILE);
	g_assert_cmpint(item.time, ==, scene_tunnel(scene)->last_time);
	g_assert_cmpuint(item.a, ==, 750003);
	g_assert_cmpuint(item.b, ==, 7);
	take(scene, 0, message_of(LOG_UP, PHASE_2, CAUSE_NONE, CONFIDENCE_POSSIBLE));
	take(scene, scene->time - 5, message_of(LOG_FAILED, PHASE_1, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE));
	g_assert_cmpint(evidence_of(scene, EVIDENCE_LOGGED_IN_FILE).time, ==, scene->time - 5);
}

#define SCENE(name, function) g_test_add_data_func("/tunnel-log/" name, (gconstpointer)function, play)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);

	SCENE("a-refused-child-becomes-exact", a_refused_child_becomes_exact);
	SCENE("a-line-of-a-file-is-named", a_line_of_a_file_is_named);
	SCENE("a-notify-without-phase-takes-that-of-the-packets", a_notify_without_phase_takes_that_of_the_packets);
	SCENE("a-second-witness-makes-a-cause-likely", a_second_witness_makes_a_cause_likely);
	SCENE("the-surest-message-of-an-attempt-counts", the_surest_message_of_an_attempt_counts);
	SCENE("a-logged-success-undoes-a-logged-failure", a_logged_success_undoes_a_logged_failure);
	SCENE("a-log-makes-no-fault-of-a-tunnel-that-works", a_log_makes_no_fault_of_a_tunnel_that_works);
	SCENE("what-was-read-on-the-wire-stays", what_was_read_on_the_wire_stays);
	SCENE("a-failure-of-another-phase-says-nothing", a_failure_of_another_phase_says_nothing);
	SCENE("an-old-message-is-about-an-earlier-attempt", an_old_message_is_about_an_earlier_attempt);
	SCENE("another-peers-log-is-not-taken", another_peers_log_is_not_taken);
	SCENE("behind-a-nat-the-peer-alone-is-enough", behind_a_nat_the_peer_alone_is_enough);
	SCENE("a-capture-may-hold-the-log-itself", a_capture_may_hold_the_log_itself);
	SCENE("of-one-attempt-a-message-counts-that-is-surer", of_one_attempt_a_message_counts_that_is_surer);
	SCENE("a-minute-later-it-is-another-attempt", a_minute_later_it_is_another_attempt);
	SCENE("a-time-that-is-not-known-fits-any", a_time_that_is_not_known_fits_any);
	SCENE("what-came-up-undoes-failures-of-its-phase-and-before",
	      what_came_up_undoes_failures_of_its_phase_and_before);
	SCENE("a-failure-that-names-no-cause-takes-none-away", a_failure_that_names_no_cause_takes_none_away);
	SCENE("a-message-that-names-a-cause-of-what-came-up-is-no-failure",
	      a_message_that_names_a_cause_of_what_came_up_is_no_failure);
	SCENE("a-tunnel-is-named-by-both-ends-or-by-its-logger", a_tunnel_is_named_by_both_ends_or_by_its_logger);
	SCENE("a-message-is-about-what-is-less-than-a-minute-away", a_message_is_about_what_is_less_than_a_minute_away);
	SCENE("without-an-ike-sa-it-is-about-the-tunnel", without_an_ike_sa_it_is_about_the_tunnel);
	SCENE("a-message-decides-between-alternatives-where-it-is-likely",
	      a_message_decides_between_alternatives_where_it_is_likely);
	SCENE("a-message-decides-nothing-that-is-certain", a_message_decides_nothing_that_is_certain);
	SCENE("a-message-that-agrees-makes-likely-or-certain", a_message_that_agrees_makes_likely_or_certain);
	SCENE("a-logged-message-is-evidence-with-its-time-or-the-tunnels-last",
	      a_logged_message_is_evidence_with_its_time_or_the_tunnels_last);
	g_test_add_func("/tunnel-log/the-only-tunnel-with-a-peer-is-known", the_only_tunnel_with_a_peer_is_known);
	return g_test_run();
}
