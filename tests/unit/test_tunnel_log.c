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
	g_test_add_func("/tunnel-log/the-only-tunnel-with-a-peer-is-known", the_only_tunnel_with_a_peer_is_known);
	return g_test_run();
}
