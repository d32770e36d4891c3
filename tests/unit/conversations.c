/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversations.h"

#include <glib.h>

static void play_in(enum scene_suite suite, gconstpointer data)
{
	const struct conversation_test *test = data;
	struct scene scene;

	scene_begin(&scene, suite);
	test->play(&scene);
	scene_end(&scene);
}

static void play_in_cbc(gconstpointer data)
{
	play_in(SUITE_CBC, data);
}

static void play_in_gcm(gconstpointer data)
{
	play_in(SUITE_GCM, data);
}

static void add(const char *subject, const char *suite, const struct conversation_test *test, GTestDataFunc play)
{
	char *path = g_strdup_printf("/%s/%s/%s", subject, suite, test->name);

	g_test_add_data_func(path, test, play);
	g_free(path);
}

int conversations_run(int argc, char **argv, const char *subject, const struct conversation_test *tests, size_t count)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < count; i++) {
		add(subject, "cbc", &tests[i], play_in_cbc);
		add(subject, "gcm", &tests[i], play_in_gcm);
	}
	return g_test_run();
}

void assert_no_fault(const struct scene *scene)
{
	enum cause cause = scene_cause(scene);

	if (cause_is_fault(cause))
		g_assert_cmpstr(cause_name(cause), ==, "no fault");
}

void assert_cause(const struct scene *scene, enum cause cause)
{
	g_assert_cmpstr(cause_name(scene_cause(scene)), ==, cause_name(cause));
}

void assert_undetermined(const struct scene *scene, enum phase phase, enum answer_reason reason)
{
	struct verdict verdict = scene_verdict(scene);

	g_assert_cmpstr(cause_name(verdict.cause), ==, cause_name(CAUSE_UNDETERMINED));
	g_assert_cmpstr(answer_name(verdict.phases[phase].answer), ==, answer_name(ANSWER_UNKNOWN));
	g_assert_cmpstr(catalogue_reason(verdict.phases[phase].reason)->why, ==, catalogue_reason(reason)->why);
}

void assert_verdict(const struct scene *scene, enum cause cause, enum confidence confidence)
{
	struct verdict verdict = scene_verdict(scene);

	g_assert_cmpstr(cause_name(verdict.cause), ==, cause_name(cause));
	g_assert_cmpstr(confidence_name(verdict.confidence), ==, confidence_name(confidence));
	g_assert_cmpint(verdict.phase_failed, ==, catalogue_entry(cause)->phase);
}

unsigned count_evidence(const struct scene *scene, enum evidence_kind kind)
{
	struct verdict verdict = scene_verdict(scene);
	unsigned count = 0;

	for (unsigned i = 0; i < verdict.evidence.count; i++)
		count += verdict.evidence.items[i].kind == kind;
	return count;
}

struct evidence evidence_of(const struct scene *scene, enum evidence_kind kind)
{
	struct verdict verdict = scene_verdict(scene);
	const struct evidence *item = evidence_list_find(&verdict.evidence, kind);

	g_assert_nonnull(item);
	return *item;
}

void authenticate(struct scene *scene, uint32_t answer)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, scene->initiator, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, !scene->initiator, IKE2_AUTH, 1, answer);
}
