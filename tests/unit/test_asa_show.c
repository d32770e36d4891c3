/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels as an ASA would show them: from encrypted conversations, from decrypted ones, and where there are none. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "core/asa/show.h"
#include "payload_chain.h"
#include "scene.h"

#define AES_CBC 12
#define AES_GCM 20
#define SHA1_96 2
#define SHA256_128 12
#define METHOD_PSK 2

static int show_into(GString *text, const struct scene *scene, const char *command)
{
	char **words = g_strsplit(command, " ", 0);
	int result = asa_show_append(text, (const char *const *)words, g_strv_length(words), scene->tunnels);
	g_strfreev(words);
	return result;
}

static void assert_shows(const struct scene *scene, const char *command, const char *expected)
{
	GString *text = g_string_new(NULL);
	g_assert_cmpint(show_into(text, scene, command), ==, 0);
	if (strstr(text->str, expected) == NULL)
		g_error("show %s: no '%s' in:\n%s", command, expected, text->str);
	g_string_free(text, TRUE);
}

static void assert_shows_not(const struct scene *scene, const char *command, const char *unexpected)
{
	GString *text = g_string_new(NULL);
	g_assert_cmpint(show_into(text, scene, command), ==, 0);
	if (strstr(text->str, unexpected) != NULL)
		g_error("show %s: '%s' in:\n%s", command, unexpected, text->str);
	g_string_free(text, TRUE);
}

/* ---- decrypted messages ---- */

static void play_chain(struct scene *scene, uint8_t side, uint8_t exchange, uint32_t id, bool is_response,
                       struct payload_chain *chain)
{
	scene_decrypted_bytes(scene, side, exchange, id, is_response, chain->first, chain->bytes->data,
	                      chain->bytes->len);
	payload_chain_end(chain);
}

struct child {
	uint32_t spi_initiator; /* that the requester receives on */
	uint32_t spi_responder;
	uint16_t encryption, key_length, integrity, group;
};

static void add_child_payloads(struct payload_chain *chain, const struct child *child, uint32_t spi)
{
	payload_chain_add_esp(chain, spi, child->encryption, child->key_length, child->integrity, child->group);
	payload_chain_add_selector(chain, IKE2_PAYLOAD_TSI, "10.10.0.0", "10.10.255.255");
	payload_chain_add_selector(chain, IKE2_PAYLOAD_TSR, "172.20.0.0", "172.20.0.255");
}

static void authenticate(struct scene *scene, const struct child *child)
{
	struct payload_chain chain;

	scene_init_request(scene);
	scene_init_response(scene);
	payload_chain_begin(&chain);
	payload_chain_add_name(&chain, IKE2_PAYLOAD_IDI, "left.example");
	payload_chain_add_auth(&chain, METHOD_PSK);
	add_child_payloads(&chain, child, child->spi_initiator);
	play_chain(scene, scene->initiator, IKE2_AUTH, 1, false, &chain);
	payload_chain_begin(&chain);
	payload_chain_add_name(&chain, IKE2_PAYLOAD_IDR, "right\x01.example");
	payload_chain_add_auth(&chain, METHOD_PSK);
	add_child_payloads(&chain, child, child->spi_responder);
	play_chain(scene, !scene->initiator, IKE2_AUTH, 1, true, &chain);
}

static void rekey(struct scene *scene, uint8_t side, uint32_t id, const struct child *child, uint32_t old_spi)
{
	struct payload_chain chain;

	payload_chain_begin(&chain);
	add_child_payloads(&chain, child, child->spi_initiator);
	play_chain(scene, side, IKE2_CREATE_CHILD_SA, id, false, &chain);
	payload_chain_begin(&chain);
	add_child_payloads(&chain, child, child->spi_responder);
	play_chain(scene, !side, IKE2_CREATE_CHILD_SA, id, true, &chain);
	payload_chain_begin(&chain);
	payload_chain_add_delete(&chain, old_spi);
	play_chain(scene, side, IKE2_INFORMATIONAL, id + 1, false, &chain);
}

static const struct child aes_sha256 = {0xa0bffec9, 0xddae2213, AES_CBC, 256, SHA256_128, 0};

/* ---- IKE SAs ---- */

static void an_encrypted_tunnel_shows_what_is_in_the_clear(struct scene *scene)
{
	scene_up(scene);
	scene_wait(scene, 60);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_shows(scene, "crypto ikev2 sa",
	             "\nIKEv2 SAs:\n\n"
	             "Session-id:-, Status:UP-ACTIVE, IKE count:1, CHILD count:1\n\n"
	             "Tunnel-id Local                                               Remote                             "
	             "        "
	             "             Status         Role\n"
	             "        - 10.1.0.1/500                                        10.2.0.1/500                       "
	             "        "
	             "              READY    INITIATOR\n"
	             "      Encr: AES-CBC, keysize: 256, Hash: SHA256, DH Grp:14, Auth sign: -, Auth verify: -\n"
	             "      Life/Active Time: -/60 sec\n"
	             "Child sa: local selector  -\n"
	             "          remote selector -\n"
	             "          ESP spi in/out: 0x2001/0x1001\n");
}

static void a_decrypted_tunnel_shows_what_the_article_shows(struct scene *scene)
{
	authenticate(scene, &aes_sha256);
	assert_shows(scene, "crypto ikev2 sa detail", "Auth sign: PSK, Auth verify: PSK\n");
	assert_shows(scene, "crypto ikev2 sa detail",
	             "      Local id: left.example\n      Remote id: right?.example\n");
	assert_shows(scene, "crypto ikev2 sa detail",
	             "Child sa: local selector  10.10.0.0/0 - 10.10.255.255/65535\n"
	             "          remote selector 172.20.0.0/0 - 172.20.0.255/65535\n"
	             "          ESP spi in/out: 0xa0bffec9/0xddae2213\n"
	             "          AH spi in/out: 0x0/0x0\n"
	             "          CPI in/out: 0x0/0x0\n"
	             "          Encr: AES-CBC, keysize: 256, esp_hmac: SHA256\n"
	             "          ah_hmac: None, comp: IPCOMP_NONE, mode tunnel\n");
}

static void a_refused_authentication_leaves_no_sa(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, 200);
	assert_shows(scene, "crypto ikev2 sa", "Session-id:-, Status:-, IKE count:1, CHILD count:0");
	assert_shows(scene, "crypto ikev2 sa", " NEGO    INITIATOR\n");
	scene_response(scene, 1, IKE2_AUTH, 1, 8);
	assert_shows(scene, "crypto ikev2 sa", "\nThere are no IKEv2 SAs\n");
	assert_shows(scene, "crypto ipsec sa", "\nThere are no ipsec sas\n");
	assert_shows(scene, "vpn-sessiondb l2l", "There are presently no active sessions\n");
	assert_shows(scene, "crypto isakmp stats", "    Auth fails: 1\n");
}

static void an_sa_without_a_child_is_phase_2s_failure(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, 200);
	scene_response(scene, 1, IKE2_AUTH, 1, 64);
	assert_shows(scene, "crypto ikev2 sa", "Status:UP-IDLE, IKE count:1, CHILD count:0");
	assert_shows(scene, "crypto ipsec sa", "There are no ipsec sas");
}

static void an_ikev1_sa_is_shown_with_its_state(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_KE, 0);
	assert_shows(scene, "crypto ikev1 sa",
	             "1   IKE Peer: 10.2.0.1\n"
	             "    Type    : L2L             Role    : initiator\n"
	             "    Rekey   : no              State   : MM_WAIT_MSG4\n");
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_KE, 0);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, true, 0, 0);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, true, 0, 0);
	assert_shows(scene, "crypto isakmp sa",
	             "   Active SA: 1\n"
	             "    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)\n"
	             "Total IKE SA: 1\n");
	assert_shows(scene, "crypto isakmp sa", "State   : MM_ACTIVE\n\nThere are no IKEv2 SAs\n");
	assert_shows(scene, "crypto ikev1 sa detail", "    Encrypt : -               Hash    : -\n");
}

/* ---- ESP SAs ---- */

static void the_articles_counters_are_shown(struct scene *scene)
{
	authenticate(scene, &aes_sha256);
	scene_esp(scene, 0, aes_sha256.spi_responder, 2, 0.1);
	assert_shows(scene, "crypto ipsec sa",
	             "      local ident (addr/mask/prot/port): (10.10.0.0/255.255.0.0/0/0)\n"
	             "      remote ident (addr/mask/prot/port): (172.20.0.0/255.255.255.0/0/0)\n"
	             "      current_peer: 10.2.0.1\n\n\n"
	             "      #pkts encaps: 2, #pkts encrypt: 2, #pkts digest: 2\n"
	             "      #pkts decaps: 0, #pkts decrypt: -, #pkts verify: -\n");
	assert_shows(scene, "crypto ipsec sa",
	             "      local crypto endpt.: 10.1.0.1/500, remote crypto endpt.: 10.2.0.1/500\n"
	             "      path mtu -, ipsec overhead 78(44), media mtu -\n");
	assert_shows(scene, "crypto ipsec sa",
	             "      current outbound spi: DDAE2213\n"
	             "      current inbound spi : A0BFFEC9\n\n"
	             "    inbound esp sas:\n"
	             "      spi: 0xA0BFFEC9 (2696937161)\n"
	             "         SA State: active\n"
	             "         transform: esp-aes-256 esp-sha-256-hmac no compression\n"
	             "         in use settings ={L2L, Tunnel, IKEv2, }\n");
	assert_shows(scene, "crypto ipsec sa", "         IV size: 16 bytes\n");
}

static void nat_t_adds_to_the_overhead(struct scene *scene)
{
	scene->port = NAT_TRAVERSAL_PORT;
	scene->encapsulation = ENCAPSULATION_UDP;
	authenticate(scene, &(struct child){0x1, 0x2, AES_GCM, 256, 0, 0});
	scene_esp(scene, 0, 0x2, 1, 0.1);
	assert_shows(scene, "crypto ipsec sa", "ipsec overhead 63(44)");
	assert_shows(scene, "crypto ipsec sa", "={L2L, Tunnel,  NAT-T-Encaps, IKEv2, }");
	assert_shows(scene, "crypto ipsec sa", "transform: esp-aes-gcm-256 esp-null-hmac no compression");
	assert_shows(scene, "vpn-sessiondb l2l", "Protocol     : IKEv2 IPsecOverNatT\n");
	assert_shows(scene, "vpn-sessiondb l2l", "Encryption   : IKEv2: (1)AES256  IPsec: (1)AES-GCM-256\n");
	assert_shows(scene, "vpn-sessiondb l2l", "Hashing      : IKEv2: (1)SHA256  IPsec: (1)none\n");
}

static void counters_go_on_over_a_rekey_and_the_old_spi_goes(struct scene *scene)
{
	const struct child next = {0x77, 0x88, AES_CBC, 128, SHA1_96, 14};

	authenticate(scene, &aes_sha256);
	scene_esp_both(scene, aes_sha256.spi_responder, aes_sha256.spi_initiator, 5, 0.1);
	/* The other side rekeys: it sends on what the requester names. */
	rekey(scene, 1, 0, &next, aes_sha256.spi_responder);
	scene_esp_both(scene, next.spi_initiator, next.spi_responder, 3, 0.1);
	assert_shows(scene, "crypto ipsec sa", "#pkts encaps: 8, #pkts encrypt: 8");
	assert_shows(scene, "crypto ipsec sa", "#pkts decaps: 8, ");
	assert_shows(scene, "crypto ipsec sa",
	             "current outbound spi: 00000077\n      current inbound spi : 00000088\n");
	assert_shows(scene, "crypto ipsec sa", "={L2L, Tunnel, PFS Group 14, IKEv2, }");
	assert_shows_not(scene, "crypto ipsec sa", "A0BFFEC9");
	assert_shows(scene, "crypto ikev2 sa", "CHILD count:1");
	assert_shows(scene, "crypto ipsec stats", "Active tunnels: 1\nPrevious tunnels: 1\n");
}

static void two_children_with_other_networks_are_two_entries(struct scene *scene)
{
	struct payload_chain chain;

	authenticate(scene, &aes_sha256);
	for (unsigned answer = 0; answer < 2; answer++) {
		payload_chain_begin(&chain);
		payload_chain_add_esp(&chain, answer != 0 ? 0x66 : 0x55, AES_CBC, 256, SHA256_128, 0);
		payload_chain_add_selector(&chain, IKE2_PAYLOAD_TSI, "192.168.0.1", "192.168.0.6");
		payload_chain_add_selector(&chain, IKE2_PAYLOAD_TSR, "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff");
		play_chain(scene, answer != 0, IKE2_CREATE_CHILD_SA, 2, answer != 0, &chain);
	}
	scene_esp(scene, 0, aes_sha256.spi_responder, 4, 0.1);
	scene_esp(scene, 0, 0x66, 9, 0.1);
	scene_esp(scene, 1, 0x55, 1, 0.1);
	assert_shows(scene, "crypto ikev2 sa", "CHILD count:2");
	assert_shows(scene, "crypto ipsec sa", "#pkts encaps: 4, #pkts encrypt: 4");
	assert_shows(scene, "crypto ipsec sa", "#pkts encaps: 9, #pkts encrypt: 9");
	/* A range that is no network has no mask. */
	assert_shows(scene, "crypto ipsec sa",
	             "      local ident (addr/mask/prot/port): (192.168.0.1/-/0/0)\n"
	             "      remote ident (addr/mask/prot/port): (2001:db8::/ffff:ffff:ffff:ffff::/0/0)\n");
}

static void esp_alone_is_shown_without_its_negotiation(struct scene *scene)
{
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_shows(scene, "crypto ipsec sa", "#pkts encaps: 3, #pkts encrypt: 3");
	assert_shows(scene, "crypto ipsec sa", "ipsec overhead -,");
	assert_shows(scene, "crypto ipsec sa", "local crypto endpt.: 10.1.0.1/-, remote crypto endpt.: 10.2.0.1/-");
	assert_shows(scene, "crypto ipsec sa", "transform: -\n         in use settings ={L2L, -, }\n");
	assert_shows(scene, "crypto ikev2 sa", "There are no IKEv2 SAs");
}

/* ---- commands ---- */

static void words_may_be_shortened_where_one_command_is_left(struct scene *scene)
{
	static const struct {
		const char *command;
		int result;
	} commands[] = {
	        {"crypto ikev2 sa", 0},
	        {"cry ikev2 sa det", 0},
	        {"CRYPTO IPSEC SA", 0},
	        {"cr ips sta", 0},
	        {"vpn l2l", 0},
	        {"crypto ipsec sa peer 10.2.0.1", 0},
	        {"crypto ikev2 sa detail peer fd00::1", 0},
	        {"crypto ipsec s", -ENOENT}, /* sa or stats */
	        {"crypto ike sa", -ENOENT},  /* ikev1 or ikev2 */
	        {"crypto ipsec", -ENOENT},
	        {"crypto ipsec sa now", -ENOENT},
	        {"crypto ipsec stats peer 10.2.0.1", -ENOENT},
	        {"version", -ENOENT},
	        {"a b c d e f g h i", -ENOENT},
	        {"crypto ipsec sa peer nobody", -EINVAL},
	};
	scene_up(scene);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		GString *text = g_string_new(NULL);
		g_assert_cmpint(show_into(text, scene, commands[i].command), ==, commands[i].result);
		g_assert_true((commands[i].result == 0) == (text->len != 0));
		g_string_free(text, TRUE);
	}
	g_assert_cmpint(asa_show_append(NULL, NULL, 0, scene->tunnels), ==, -ENOENT);
}

static void a_peer_selects_its_tunnels(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_shows(scene, "crypto ipsec sa peer 10.2.0.1", "current_peer: 10.2.0.1");
	assert_shows(scene, "crypto ipsec sa peer 10.1.0.1", "There are no ipsec sas");
	assert_shows(scene, "crypto ikev2 sa peer 10.1.0.1", "There are no IKEv2 SAs");
}

static void every_command_of_the_help_is_answered(struct scene *scene)
{
	size_t count;
	const struct asa_show_command *commands = asa_show_commands(&count);

	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++) {
			GString *text = g_string_new(NULL);
			g_assert_cmpint(show_into(text, scene, commands[i].words), ==, 0);
			g_assert_cmpuint(text->len, !=, 0);
			g_string_free(text, TRUE);
		}
		scene_up(scene);
	}
}

static void cbc(gconstpointer test)
{
	struct scene scene;
	scene_begin(&scene, SUITE_CBC);
	((void (*)(struct scene *))test)(&scene);
	scene_end(&scene);
}

#define SCENE(name, function) g_test_add_data_func("/asa-show/" name, (gconstpointer)function, cbc)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	SCENE("an-encrypted-tunnel-shows-what-is-in-the-clear", an_encrypted_tunnel_shows_what_is_in_the_clear);
	SCENE("a-decrypted-tunnel-shows-what-the-article-shows", a_decrypted_tunnel_shows_what_the_article_shows);
	SCENE("a-refused-authentication-leaves-no-sa", a_refused_authentication_leaves_no_sa);
	SCENE("an-sa-without-a-child-is-phase-2s-failure", an_sa_without_a_child_is_phase_2s_failure);
	SCENE("an-ikev1-sa-is-shown-with-its-state", an_ikev1_sa_is_shown_with_its_state);
	SCENE("the-articles-counters-are-shown", the_articles_counters_are_shown);
	SCENE("nat-t-adds-to-the-overhead", nat_t_adds_to_the_overhead);
	SCENE("counters-go-on-over-a-rekey-and-the-old-spi-goes", counters_go_on_over_a_rekey_and_the_old_spi_goes);
	SCENE("two-children-with-other-networks-are-two-entries", two_children_with_other_networks_are_two_entries);
	SCENE("esp-alone-is-shown-without-its-negotiation", esp_alone_is_shown_without_its_negotiation);
	SCENE("words-may-be-shortened-where-one-command-is-left", words_may_be_shortened_where_one_command_is_left);
	SCENE("a-peer-selects-its-tunnels", a_peer_selects_its_tunnels);
	SCENE("every-command-of-the-help-is-answered", every_command_of_the_help_is_answered);
	return g_test_run();
}
