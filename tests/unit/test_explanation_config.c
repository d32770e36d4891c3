/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of the two ends of a tunnel, in all the ways in which an ASA writes networks: what is a mistake in
 * them, and what is not. */
#include <glib.h>
#include <string.h>

#include "core/pasted/explanation.h"

/* Both ends' maps, on an access list of the name V that comes before. */
#define LEFT_MAP                                                                                                       \
	"crypto map M 10 match address V\n"                                                                            \
	"crypto map M 10 set peer 203.0.113.6\n"                                                                       \
	"crypto map M 10 set ikev2 ipsec-proposal AES256\n"                                                            \
	"crypto map M interface outside\n"
#define RIGHT_MAP                                                                                                      \
	"crypto map M 10 match address V\n"                                                                            \
	"crypto map M 10 set peer 203.0.113.2\n"                                                                       \
	"crypto map M 10 set ikev2 ipsec-proposal AES256\n"                                                            \
	"crypto map M interface outside\n"
#define PERMIT "access-list V extended permit "

struct example {
	const char *name;
	const char *left, *right;
	const char *said; /* in the evidence of the one mistake there is; NULL: none */
};

static const struct example examples[] = {
        {"networks", PERMIT "ip 10.10.0.0 255.255.0.0 172.20.0.0 255.255.255.0\n" LEFT_MAP,
         PERMIT "ip 172.20.0.0 255.255.255.0 10.10.0.0 255.255.0.0\n" RIGHT_MAP, NULL},
        {"objects",
         "object network A\n subnet 10.10.0.0 255.255.0.0\nobject network B\n host 172.20.0.1\n" PERMIT
         "ip object A object B\n" LEFT_MAP,
         PERMIT "ip host 172.20.0.1 10.10.0.0 255.255.0.0\n" RIGHT_MAP, NULL},
        {"an object of another size",
         "object network A\n range 10.10.0.0 10.10.0.9\n" PERMIT "ip object A host 172.20.0.1\n" LEFT_MAP,
         PERMIT "ip host 172.20.0.1 10.10.0.0 255.255.0.0\n" RIGHT_MAP, "which is not its mirror"},
        {"an object that was not pasted", PERMIT "ip object A host 172.20.0.1\n" LEFT_MAP,
         PERMIT "ip host 172.20.0.1 10.10.0.0 255.255.0.0\n" RIGHT_MAP, NULL},
        {"an object whose lines are nonsense",
         "object network A\n range 10.10.0.0 nowhere\n subnet nowhere\n host nowhere\n" PERMIT
         "ip host 10.1.1.1 host 172.20.0.1\n" LEFT_MAP,
         PERMIT "ip host 172.20.0.1 host 10.1.1.1\n" RIGHT_MAP, NULL},
        {"anywhere", PERMIT "ip any 172.20.0.0 255.255.255.0\n" LEFT_MAP,
         PERMIT "ip 172.20.0.0 255.255.255.0 any4\n" RIGHT_MAP, NULL},
        {"anywhere of another version", PERMIT "ip any6 fd00:2::/64\n" LEFT_MAP,
         PERMIT "ip fd00:2::/64 any\n" RIGHT_MAP, "permits ip"},
        {"IPv6", PERMIT "ip fd00:1::/64 fd00:2::/64\n" LEFT_MAP, PERMIT "ip fd00:2::/64 fd00:1::/64\n" RIGHT_MAP, NULL},
        {"IPv6 with another prefix", PERMIT "ip fd00:1::/64 fd00:2::/64\n" LEFT_MAP,
         PERMIT "ip fd00:2::/64 fd00:1::/48\n" RIGHT_MAP, "which is not its mirror"},
        {"a prefix that is none",
         PERMIT "ip fd00:1::/129 fd00:2::/64\n" PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP,
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, NULL},
        {"nothing like it",
         PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" PERMIT "ip host 10.3.3.3 host 10.4.4.4\n" LEFT_MAP,
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, "RIGHT has no line for"},
        {"ports are passed over", PERMIT "tcp host 10.1.1.1 eq 80 host 10.2.2.2 range 1 9\n" LEFT_MAP,
         PERMIT "tcp host 10.2.2.2 range 1 9 host 10.1.1.1 eq 80\n" RIGHT_MAP, NULL},
        {"another protocol", PERMIT "tcp host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP,
         PERMIT "udp host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, "LEFT permits tcp"},
        {"what is denied or remarked is not compared",
         "access-list V remark the partner\naccess-list V extended deny ip any any\n" PERMIT
         "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP,
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, NULL},
        {"versions",
         PERMIT "ip host 10.1.1.1 host 10.2.2.2\n"
                "crypto map M 10 match address V\ncrypto map M 10 set peer 203.0.113.6\n"
                "crypto map M 10 set ikev1 transform-set AES\ncrypto map M interface outside\n",
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, "LEFT: IKEv1 only"},
        {"PFS without a group", PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP "crypto map M 10 set pfs\n",
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, "set pfs without a group"},
        {"lifetimes that are near",
         PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP
                "crypto map M 10 set security-association lifetime seconds 3600\n",
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP
                "crypto map M 10 set security-association lifetime seconds 7200\n",
         NULL},
        {"lifetimes that are far apart",
         PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP
                "crypto map M 10 set security-association lifetime seconds 3600\n",
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP
                "crypto map M 10 set security-association lifetime seconds 36000\n",
         "lifetime 36000 seconds"},
        {"a dynamic entry is not judged",
         PERMIT "ip host 10.1.1.1 host 10.2.2.2\n" LEFT_MAP "crypto map M 20 ipsec-isakmp dynamic D\n"
                "crypto map M 20 set peer 203.0.113.7\n",
         PERMIT "ip host 10.2.2.2 host 10.1.1.1\n" RIGHT_MAP, NULL},
};

static void add_text(struct pasted *pasted, const char *prompt, const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	pasted_begin_file(pasted);
	pasted_add_line(pasted, prompt, strlen(prompt));
	for (unsigned i = 0; lines[i] != NULL; i++)
		pasted_add_line(pasted, lines[i], strlen(lines[i]));
	g_strfreev(lines);
}

static GArray *explain(const char *left, const char *right, struct pasted **pasted)
{
	*pasted = pasted_new();
	add_text(*pasted, "LEFT# show running-config", left);
	if (right != NULL)
		add_text(*pasted, "RIGHT# show running-config", right);
	return explanation_find(*pasted);
}

static bool says(const struct finding *finding, const char *words)
{
	for (unsigned i = 0; i < finding->evidence_count; i++)
		if (strstr(finding->evidence[i].text, words) != NULL)
			return true;
	return false;
}

static void check_example(gconstpointer data)
{
	const struct example *example = data;
	struct pasted *pasted;
	GArray *findings = explain(example->left, example->right, &pasted);
	unsigned faults = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = &g_array_index(findings, struct finding, i);
		if (!finding->fault)
			continue;
		faults++;
		g_assert_true(finding->in_configuration);
		g_assert_true(example->said != NULL && says(finding, example->said));
	}
	g_assert_cmpuint(faults, ==, example->said != NULL);
	g_array_unref(findings);
	pasted_free(pasted);
}

/* ---- which entries belong together ---- */

/* With several peers on a side, the interfaces' addresses say which entries lead to each other. */
static void addresses_tell_which_entries_meet(void)
{
	struct pasted *pasted;
	GArray *findings = explain("interface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.248\n"
	                           "access-list V extended permit ip host 10.1.1.1 host 10.2.2.2\n"
	                           "access-list W extended permit ip host 10.1.1.1 host 10.9.9.9\n" LEFT_MAP
	                           "crypto map M 20 match address W\ncrypto map M 20 set peer 198.51.100.9\n"
	                           "crypto map M 20 set ikev2 ipsec-proposal AES256\n",
	                           "interface GigabitEthernet0/0\n ip address 203.0.113.6 255.255.255.248\n"
	                           "access-list V extended permit ip host 10.2.2.3 host 10.1.1.1\n" RIGHT_MAP,
	                           &pasted);
	unsigned faults = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = &g_array_index(findings, struct finding, i);
		faults += finding->fault;
		g_assert_false(says(finding, "10.9.9.9"));
	}
	g_assert_cmpuint(faults, ==, 1);
	g_array_unref(findings);
	pasted_free(pasted);
}

/* ---- selectors that both ends show ---- */

#define SHOWN(local, remote, own, peer)                                                                                \
	"Crypto map tag: M, seq num: 10, local addr: " own "\n"                                                        \
	"local ident (addr/mask/prot/port): (" local "/0/0)\n"                                                         \
	"remote ident (addr/mask/prot/port): (" remote "/0/0)\n"                                                       \
	"current_peer: " peer "\n"                                                                                     \
	"#pkts encaps: 5, #pkts encrypt: 5, #pkts digest: 5\n"                                                         \
	"#pkts decaps: 5, #pkts decrypt: 5, #pkts verify: 5\n"                                                         \
	"local crypto endpt.: " own "/500, remote crypto endpt.: " peer "/500\n"

static unsigned faults_of_shown(const char *left, const char *right)
{
	struct pasted *pasted = pasted_new();
	unsigned faults = 0;

	add_text(pasted, "LEFT# show crypto ipsec sa", left);
	add_text(pasted, "RIGHT# show crypto ipsec sa", right);
	GArray *findings = explanation_find(pasted);
	for (guint i = 0; i < findings->len; i++)
		faults += g_array_index(findings, struct finding, i).fault;
	g_array_unref(findings);
	pasted_free(pasted);
	return faults;
}

static void selectors_that_are_shown_are_compared(void)
{
	static const char left[] =
	        SHOWN("10.10.0.0/255.255.0.0", "172.20.0.0/255.255.255.0", "203.0.113.2", "203.0.113.6");

	g_assert_cmpuint(faults_of_shown(left, SHOWN("172.20.0.0/255.255.255.0", "10.10.0.0/255.255.0.0", "203.0.113.6",
	                                             "203.0.113.2")),
	                 ==, 0);
	g_assert_cmpuint(faults_of_shown(left, SHOWN("172.20.0.0/255.255.255.0", "10.10.0.0/255.255.255.0",
	                                             "203.0.113.6", "203.0.113.2")),
	                 ==, 1);
	/* Not the other end of this tunnel. */
	g_assert_cmpuint(faults_of_shown(left, SHOWN("172.20.0.0/255.255.255.0", "10.10.0.0/255.255.255.0",
	                                             "203.0.113.6", "203.0.113.9")),
	                 ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(examples); i++) {
		char *path = g_strdup_printf("/explanation_config/%s", examples[i].name);
		g_test_add_data_func(path, &examples[i], check_example);
		g_free(path);
	}
	g_test_add_func("/explanation_config/addresses_tell_which_entries_meet", addresses_tell_which_entries_meet);
	g_test_add_func("/explanation_config/selectors_that_are_shown_are_compared",
	                selectors_that_are_shown_are_compared);
	return g_test_run();
}
