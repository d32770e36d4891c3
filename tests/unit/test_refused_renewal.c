/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new negotiation is refused while the tunnel works on its old IKE SA. That is told and changes nothing, until the
 * old one ends: then the refusal is the cause, without another attempt.
 */
#include <glib.h>

#include "core/verdict/words.h"
#include "scene.h"

#define REFUSED 8 /* one bare notify */
#define AUTH_REQUEST 200
#define LIVENESS 0
#define NO_PROPOSAL 14
#define SPI_FROM_0 0x1001
#define SPI_FROM_1 0x2001

/* ---- how a tunnel comes up, how its renewal is refused, how it ends ---- */

static void up_v2(struct scene *scene)
{
	scene_up(scene);
}

static void up_v1(struct scene *scene)
{
	for (unsigned number = 1; number <= 6; number++)
		scene_ikev1(scene, number % 2 == 0, IKE1_MAIN_MODE, 0, number > 4, 0, 0);
	for (unsigned number = 1; number <= 3; number++)
		scene_ikev1(scene, number % 2 == 0, IKE1_QUICK_MODE, 99, true, 0, 0);
}

static void refuse_proposal_v2(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, NO_PROPOSAL, 0);
}

static void refuse_authentication_v2(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
}

static void refuse_proposal_v1(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, NO_PROPOSAL);
}

static void refuse_authentication_v1(struct scene *scene)
{
	for (unsigned number = 1; number <= 5; number++)
		scene_ikev1(scene, number % 2 == 0, IKE1_MAIN_MODE, 0, number > 4, number > 4 ? 0 : IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, true, 0, 0);
}

static void end_by_delete(struct scene *scene)
{
	static const uint8_t ike_sa[] = {0, 0, 0, 8, 1, 0, 0, 0};

	scene_decrypted_bytes(scene, 1, IKE2_INFORMATIONAL, 0, false, IKE2_PAYLOAD_DELETE, ike_sa, sizeof ike_sa);
}

static void end_by_silence(struct scene *scene)
{
	scene_esp(scene, 0, SPI_FROM_0, 60, 0.5);
}

static void end_by_liveness_v2(struct scene *scene)
{
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	for (unsigned i = 0; i < 4; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	}
}

static void end_by_liveness_v1(struct scene *scene)
{
	for (unsigned i = 0; i < 5; i++) {
		scene_wait(scene, 4);
		scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 500 + i, true, 0, 0);
	}
}

/* ---- the conversations ---- */

typedef void act(struct scene *scene);

struct renewal {
	const char *name;
	act *comes_up;
	act *is_refused;
	enum cause cause;   /* of the refusal */
	const char *reason; /* that the headline gives */
	act *ends;
};

#define PROPOSAL CAUSE_IKE_PROPOSAL_MISMATCH, "NO_PROPOSAL_CHOSEN"
#define AUTHENTICATION CAUSE_PSK_MISMATCH, "authentication"

static const struct renewal renewals[] = {
        {"ikev2/proposal/delete", up_v2, refuse_proposal_v2, PROPOSAL, end_by_delete},
        {"ikev2/proposal/silence", up_v2, refuse_proposal_v2, PROPOSAL, end_by_silence},
        {"ikev2/proposal/liveness", up_v2, refuse_proposal_v2, PROPOSAL, end_by_liveness_v2},
        {"ikev2/authentication/delete", up_v2, refuse_authentication_v2, AUTHENTICATION, end_by_delete},
        {"ikev2/authentication/silence", up_v2, refuse_authentication_v2, AUTHENTICATION, end_by_silence},
        {"ikev2/authentication/liveness", up_v2, refuse_authentication_v2, AUTHENTICATION, end_by_liveness_v2},
        {"ikev1/proposal/silence", up_v1, refuse_proposal_v1, PROPOSAL, end_by_silence},
        {"ikev1/proposal/liveness", up_v1, refuse_proposal_v1, PROPOSAL, end_by_liveness_v1},
        {"ikev1/authentication/silence", up_v1, refuse_authentication_v1, AUTHENTICATION, end_by_silence},
        {"ikev1/authentication/liveness", up_v1, refuse_authentication_v1, AUTHENTICATION, end_by_liveness_v1},
};

static void assert_cause(const struct scene *scene, enum cause cause)
{
	g_assert_cmpstr(cause_name(scene_cause(scene)), ==, cause_name(cause));
}

/* Returns the frame of the refusal; the scene goes on with the old SA. */
static uint32_t refuse(struct scene *scene, const struct renewal *renewal)
{
	uint64_t initiator_spi = scene->initiator_spi, responder_spi = scene->responder_spi;

	scene_wait(scene, 60);
	scene_new_attempt(scene, 0);
	renewal->is_refused(scene);
	scene->initiator_spi = initiator_spi;
	scene->responder_spi = responder_spi;
	return scene->frame;
}

static void assert_headline(const struct scene *scene, const struct renewal *renewal, uint32_t frame)
{
	struct verdict verdict = scene_verdict(scene);
	char text[256];

	g_assert_nonnull(verdict.refused);
	char *expected = g_strdup_printf("up; a new negotiation at frame %u was refused (%s): "
	                                 "if it was this tunnel's own renewal, it ends when the old SA does",
	                                 frame, renewal->reason);
	g_assert_cmpstr(verdict_words_refused(&verdict, text, sizeof text), ==, expected);
	g_free(expected);
}

static void play(const void *data)
{
	const struct renewal *renewal = data;
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	renewal->comes_up(&scene);
	scene_esp_both(&scene, SPI_FROM_0, SPI_FROM_1, 10, 0.5);
	g_assert_null(scene_verdict(&scene).refused);
	uint32_t frame = refuse(&scene, renewal);
	scene_esp_both(&scene, SPI_FROM_0, SPI_FROM_1, 10, 0.5);
	assert_cause(&scene, CAUSE_NONE);
	assert_headline(&scene, renewal, frame);
	renewal->ends(&scene);
	assert_cause(&scene, renewal->cause);
	g_assert_null(scene_verdict(&scene).refused);
	scene_end(&scene);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(renewals); i++) {
		char *name = g_strdup_printf("/refused-renewal/%s", renewals[i].name);
		g_test_add_data_func(name, &renewals[i], play);
		g_free(name);
	}
	return g_test_run();
}
