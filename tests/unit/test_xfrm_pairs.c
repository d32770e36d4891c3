/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the kernel's SAs belong together, from netlink messages made by hand. */
#include "nfq-daemon/xfrm_pairs.h"

#include <netinet/in.h>

#include "netlink_message.h"

#define NOON 1700000000
#define KEY "never to be seen: kkkkkkkkkkkkkkkkkk"

#define HERE "192.0.2.1"
#define THERE "198.51.100.2"

struct kernel {
	struct xfrm_pairs *pairs;
	GArray *told; /* struct xfrm_pair */
	GArray *gone;
	bool refuses;
};

static void drop(const struct xfrm_pair *pair, void *context)
{
	g_array_append_val(((struct kernel *)context)->gone, *pair);
}

static bool take(const struct xfrm_pair *pair, void *context)
{
	struct kernel *kernel = context;

	if (!kernel->refuses)
		g_array_append_val(kernel->told, *pair);
	return !kernel->refuses;
}

static void begin(struct kernel *kernel)
{
	*kernel = (struct kernel){.told = g_array_new(FALSE, FALSE, sizeof(struct xfrm_pair)),
	                          .gone = g_array_new(FALSE, FALSE, sizeof(struct xfrm_pair))};
	kernel->pairs = xfrm_pairs_new(drop, kernel);
}

static void end(struct kernel *kernel)
{
	xfrm_pairs_free(kernel->pairs);
	g_array_free(kernel->told, TRUE);
	g_array_free(kernel->gone, TRUE);
}

static void look(struct kernel *kernel)
{
	xfrm_pairs_match(kernel->pairs);
	xfrm_pairs_offer(kernel->pairs, take, kernel);
}

/* ---- messages ---- */

struct sa {
	const char *from, *to;
	uint32_t spi, reqid;
	uint64_t added; /* seconds after noon */
	bool reserved;  /* no keys yet */
	bool gcm;
	bool transport;
	uint8_t offload;  /* to a network card: XFRM_OFFLOAD_… */
	uint8_t protocol; /* 0: ESP */
};

#define SA(from_, to_, spi_, ...) ((struct sa){.from = (from_), .to = (to_), .spi = (spi_), .reqid = __VA_ARGS__})

static struct xfrm_usersa_info info_of(const struct sa *sa)
{
	struct xfrm_usersa_info info = {
	        .id = {.spi = htonl(sa->spi), .proto = sa->protocol != 0 ? sa->protocol : IPPROTO_ESP},
	        .curlft = {.add_time = NOON + sa->added},
	        .reqid = sa->reqid,
	        .mode = sa->transport ? XFRM_MODE_TRANSPORT : XFRM_MODE_TUNNEL,
	};

	info.family = put_address(sa->from, &info.saddr);
	put_address(sa->to, &info.id.daddr);
	return info;
}

static void put_algorithms(struct nlmsghdr *header, const struct sa *sa)
{
	union {
		char bytes[128];
		struct xfrm_algo cipher;
		struct xfrm_algo_auth hash;
		struct xfrm_algo_aead aead;
	} algorithm = {{0}};

	if (sa->gcm) {
		g_strlcpy(algorithm.aead.alg_name, "rfc4106(gcm(aes))", 64);
		algorithm.aead.alg_key_len = 288;
		algorithm.aead.alg_icv_len = 128;
		memcpy(algorithm.aead.alg_key, KEY, 36);
		mnl_attr_put(header, XFRMA_ALG_AEAD, sizeof algorithm.aead + 36, &algorithm);
		return;
	}
	g_strlcpy(algorithm.cipher.alg_name, "cbc(aes)", 64);
	algorithm.cipher.alg_key_len = 256;
	memcpy(algorithm.cipher.alg_key, KEY, 32);
	mnl_attr_put(header, XFRMA_ALG_CRYPT, sizeof algorithm.cipher + 32, &algorithm);
	memset(&algorithm, 0, sizeof algorithm);
	g_strlcpy(algorithm.hash.alg_name, "hmac(sha256)", 64);
	algorithm.hash.alg_key_len = 256;
	algorithm.hash.alg_trunc_len = 128;
	memcpy(algorithm.hash.alg_key, KEY, 32);
	mnl_attr_put(header, XFRMA_ALG_AUTH_TRUNC, sizeof algorithm.hash + 32, &algorithm);
}

static void add_sa(struct kernel *kernel, struct sa sa)
{
	struct message message;
	const struct xfrm_usersa_info info = info_of(&sa);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWSA, &info, sizeof info);

	if (!sa.reserved)
		put_algorithms(header, &sa);
	const struct xfrm_user_offload offload = {.ifindex = 2, .flags = sa.offload};
	if (sa.offload != 0)
		mnl_attr_put(header, XFRMA_OFFLOAD_DEV, sizeof offload, &offload);
	xfrm_pairs_read(kernel->pairs, header);
}

static void delete_sa(struct kernel *kernel, struct sa sa)
{
	struct message message;
	const struct xfrm_usersa_info info = info_of(&sa);
	const struct xfrm_usersa_id id = {
	        .daddr = info.id.daddr, .spi = info.id.spi, .family = info.family, .proto = info.id.proto};
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_DELSA, &id, sizeof id);

	mnl_attr_put(header, XFRMA_SA, sizeof info, &info);
	xfrm_pairs_read(kernel->pairs, header);
}

static void expire_sa(struct kernel *kernel, struct sa sa, bool hard)
{
	struct message message;
	const struct xfrm_user_expire expiry = {.state = info_of(&sa), .hard = hard};

	xfrm_pairs_read(kernel->pairs, begin_message(&message, XFRM_MSG_EXPIRE, &expiry, sizeof expiry));
}

struct policy {
	uint32_t index;
	uint8_t direction;
	const char *from, *to; /* ends */
	uint32_t reqid;
	const char *network, *other; /* source and destination, /24 */
};

static void add_policy(struct kernel *kernel, struct policy policy)
{
	struct message message;
	struct xfrm_userpolicy_info info = {
	        .sel = {.prefixlen_s = 24, .prefixlen_d = 24}, .index = policy.index, .dir = policy.direction};
	struct xfrm_user_tmpl template = {.id.proto = IPPROTO_ESP, .reqid = policy.reqid, .mode = XFRM_MODE_TUNNEL};

	info.sel.family = put_address(policy.network, &info.sel.saddr);
	put_address(policy.other, &info.sel.daddr);
	template.family = put_address(policy.from, &template.saddr);
	put_address(policy.to, &template.id.daddr);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWPOLICY, &info, sizeof info);
	mnl_attr_put(header, XFRMA_TMPL, sizeof template, &template);
	xfrm_pairs_read(kernel->pairs, header);
}

static void add_policies(struct kernel *kernel, uint32_t out, uint32_t in)
{
	add_policy(kernel, (struct policy){out * 8 + 1, XFRM_POLICY_OUT, HERE, THERE, out, "10.1.0.0", "10.2.0.0"});
	add_policy(kernel, (struct policy){in * 8, XFRM_POLICY_IN, THERE, HERE, in, "10.2.0.0", "10.1.0.0"});
}

static void assert_pair(const struct kernel *kernel, guint index, uint32_t out, uint32_t in)
{
	g_assert_cmpuint(kernel->told->len, >, index);
	const struct xfrm_pair *pair = &g_array_index(kernel->told, struct xfrm_pair, index);
	char text[IP_ADDRESS_TEXT_SIZE];
	unsigned here = strcmp(ip_address_to_text(&pair->end[0], text), HERE) == 0 ? 0 : 1;

	g_assert_cmphex(pair->spi_from[here], ==, out);
	g_assert_cmphex(pair->spi_from[!here], ==, in);
}

/* ---- tests ---- */

static void test_the_same_reqid(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 2, .added = 1));
	add_sa(&kernel, SA("203.0.113.7", HERE, 0x21, 2));
	look(&kernel);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	g_assert_cmpuint(g_array_index(kernel.told, struct xfrm_pair, 0).added, ==, NOON + 1);
	end(&kernel);
}

static void test_what_was_agreed_on(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	add_sa(&kernel, SA("2001:db8::1", "2001:db8::2", 0x30, 2, .gcm = true, .transport = true));
	add_sa(&kernel, SA("2001:db8::2", "2001:db8::1", 0x40, 2, .gcm = true, .transport = true));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, i);
		const struct child_agreement *agreement = &pair->agreement;
		char text[IP_ADDRESS_TEXT_SIZE], end_text[IP_ADDRESS_TEXT_SIZE];
		g_assert_true(agreement->suite_known);
		g_assert_cmpuint(agreement->suite.key_length, ==, 256);
		g_assert_cmpint(agreement->transport_mode, ==, !agreement->selectors_known);
		if (agreement->transport_mode) {
			g_assert_cmpuint(agreement->suite.encryption, ==, 20);
			continue;
		}
		g_assert_cmpuint(agreement->suite.encryption, ==, 12);
		g_assert_cmpuint(agreement->suite.integrity, ==, 12);
		bool here = strcmp(ip_address_to_text(&pair->end[0], end_text), HERE) == 0;
		g_assert_cmpstr(ip_address_to_text(&agreement->network[!here].first, text), ==, "10.1.0.0");
		g_assert_cmpstr(ip_address_to_text(&agreement->network[!here].last, text), ==, "10.1.0.255");
		g_assert_cmpstr(ip_address_to_text(&agreement->network[here].first, text), ==, "10.2.0.0");
		g_assert_cmpuint(agreement->network[0].last_port, ==, UINT16_MAX);
	}
	end(&kernel);
}

static void test_reqids_that_differ_are_joined_by_policies(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	add_policies(&kernel, 1, 2);
	g_assert_true(xfrm_pairs_changed(kernel.pairs));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	end(&kernel);
}

/* Reqids crosswise: policies know better. */
static void test_policies_go_before_reqids(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_policy(&kernel, (struct policy){33, XFRM_POLICY_OUT, HERE, THERE, 2, "10.3.0.0", "10.4.0.0"});
	add_policy(&kernel, (struct policy){40, XFRM_POLICY_IN, THERE, HERE, 1, "10.4.0.0", "10.3.0.0"});
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 1));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	bool first = g_array_index(kernel.told, struct xfrm_pair, 0).spi_from[0] % 2 == 1;
	assert_pair(&kernel, first, 0x10, 0x20);
	assert_pair(&kernel, !first, 0x11, 0x21);
	end(&kernel);
}

static void test_what_is_not_unique_is_left_alone(void)
{
	struct kernel kernel;

	begin(&kernel);
	for (uint32_t i = 0; i < 2; i++) {
		add_sa(&kernel, SA(HERE, THERE, 0x10 + i, 1, .added = 20 * i));
		add_sa(&kernel, SA(THERE, HERE, 0x20 + i, 1, .added = 20 * i));
	}
	/* One more than there are ways back; and another protocol, a reserved SPI and another mode are no way back. */
	add_sa(&kernel, SA(HERE, THERE, 0x30, 2));
	add_sa(&kernel, SA(HERE, THERE, 0x31, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x40, 2));
	add_sa(&kernel, SA(HERE, THERE, 0x50, 3));
	add_sa(&kernel, SA(THERE, HERE, 0x60, 3, .protocol = IPPROTO_AH));
	add_sa(&kernel, SA(THERE, HERE, 0x61, 3, .reserved = true));
	add_sa(&kernel, SA(THERE, HERE, 0x62, 3, .transport = true));
	/* Nobody's other direction is its own. */
	add_sa(&kernel, SA(HERE, HERE, 0x70, 4));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	end(&kernel);
}

/* Started in the middle of a rekey: the two generations are an hour apart. */
static void test_generations_are_told_by_their_time(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = 0));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .added = 1));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 1, .added = 3600));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	delete_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x11, 1, .added = 3602));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	assert_pair(&kernel, 1, 0x11, 0x21);
	end(&kernel);
}

/* What had a partner once never gets another, however fast rekeys follow one another. */
static void test_rekeys_every_few_seconds(void)
{
	struct kernel kernel;

	begin(&kernel);
	for (uint32_t i = 0; i < 50; i++) {
		add_sa(&kernel, SA(THERE, HERE, 0x2000 + i, 1, .added = 5 * i, .reserved = true));
		look(&kernel);
		add_sa(&kernel, SA(THERE, HERE, 0x2000 + i, 1, .added = 5 * i));
		look(&kernel);
		add_sa(&kernel, SA(HERE, THERE, 0x1000 + i, 1, .added = 5 * i + 1));
		look(&kernel);
		assert_pair(&kernel, i, 0x1000 + i, 0x2000 + i);
		if (i == 0)
			continue;
		delete_sa(&kernel, SA(THERE, HERE, 0x2000 + i - 1, 1));
		look(&kernel);
		delete_sa(&kernel, SA(HERE, THERE, 0x1000 + i - 1, 1));
		look(&kernel);
		g_assert_cmpuint(kernel.gone->len, ==, i);
	}
	g_assert_cmpuint(kernel.told->len, ==, 50);
	g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 1);
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 2);
	end(&kernel);
}

static void test_expiry_and_flush(void)
{
	struct kernel kernel;
	const struct sa out = SA(HERE, THERE, 0x10, 1), in = SA(THERE, HERE, 0x20, 1);

	begin(&kernel);
	add_sa(&kernel, out);
	add_sa(&kernel, in);
	look(&kernel);
	expire_sa(&kernel, in, false);
	g_assert_cmpuint(kernel.gone->len, ==, 0);
	expire_sa(&kernel, in, true);
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x30, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x40, 2));
	look(&kernel);
	struct message message;
	const struct xfrm_usersa_flush flush = {.proto = IPPROTO_ESP};
	xfrm_pairs_read(kernel.pairs, begin_message(&message, XFRM_MSG_FLUSHSA, &flush, sizeof flush));
	g_assert_cmpuint(kernel.gone->len, ==, 2);
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 0);
	end(&kernel);
}

/* After notifications were missed. */
static void test_what_a_dump_does_not_have_is_gone(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	xfrm_pairs_begin_dump(kernel.pairs);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 2));
	xfrm_pairs_end_dump(kernel.pairs);
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x11, 1));
	look(&kernel);
	/* The policies that joined the two reqids are gone as well. */
	g_assert_cmpuint(kernel.told->len, ==, 1);
	end(&kernel);
}

static void test_a_pair_is_offered_until_it_is_taken(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	kernel.refuses = true;
	look(&kernel);
	kernel.refuses = false;
	look(&kernel);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	xfrm_pairs_forget_taken(kernel.pairs);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	end(&kernel);
}

/* A card that decrypts what arrives: that way nothing is seen. */
static void test_offload_hides_a_direction(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .offload = XFRM_OFFLOAD_IPV6));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .offload = XFRM_OFFLOAD_INBOUND));
	look(&kernel);
	assert_pair(&kernel, 0, 0x10, 0x20);
	const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, 0);
	bool here = pair->spi_from[0] == 0x10;
	g_assert_false(pair->hidden[!here]);
	g_assert_true(pair->hidden[here]);
	end(&kernel);
}

/* Only what was taken is looked at. */
static void count_look(struct xfrm_pair *pair, void *looks)
{
	pair->watch[0].begun = true;
	++*(unsigned *)looks;
}

static void test_taken_pairs_are_looked_at(void)
{
	struct kernel kernel;
	unsigned looks = 0;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	xfrm_pairs_match(kernel.pairs);
	xfrm_pairs_look(kernel.pairs, count_look, &looks);
	g_assert_cmpuint(looks, ==, 0);
	look(&kernel);
	g_assert_false(g_array_index(kernel.told, struct xfrm_pair, 0).watch[0].begun);
	xfrm_pairs_look(kernel.pairs, count_look, &looks);
	g_assert_cmpuint(looks, ==, 1);
	xfrm_pairs_forget_taken(kernel.pairs);
	look(&kernel);
	g_assert_true(g_array_index(kernel.told, struct xfrm_pair, 1).watch[0].begun);
	end(&kernel);
}

/* Each length of each message: nothing is read past its end, and nothing is made of half an SA. */
static void test_cut_messages(void)
{
	struct kernel kernel;
	struct message whole;
	const struct sa sa = SA(HERE, THERE, 0x10, 1);
	const struct xfrm_usersa_info info = info_of(&sa);
	static const uint16_t types[] = {XFRM_MSG_NEWSA,     XFRM_MSG_UPDSA,     XFRM_MSG_DELSA,
	                                 XFRM_MSG_EXPIRE,    XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY,
	                                 XFRM_MSG_DELPOLICY, XFRM_MSG_POLEXPIRE, XFRM_MSG_FLUSHPOLICY};

	begin(&kernel);
	struct nlmsghdr *header = begin_message(&whole, XFRM_MSG_NEWSA, &info, sizeof info);
	put_algorithms(header, &sa);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		for (uint32_t length = sizeof *header; length < header->nlmsg_len; length++) {
			struct nlmsghdr *cut = g_memdup2(header, length);
			cut->nlmsg_type = types[i];
			cut->nlmsg_len = length;
			xfrm_pairs_read(kernel.pairs, cut);
			g_free(cut);
		}
	}
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	end(&kernel);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/xfrm_pairs/" #function, test_##function                                                              \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(the_same_reqid),
        TEST(what_was_agreed_on),
        TEST(reqids_that_differ_are_joined_by_policies),
        TEST(policies_go_before_reqids),
        TEST(what_is_not_unique_is_left_alone),
        TEST(generations_are_told_by_their_time),
        TEST(rekeys_every_few_seconds),
        TEST(expiry_and_flush),
        TEST(what_a_dump_does_not_have_is_gone),
        TEST(a_pair_is_offered_until_it_is_taken),
        TEST(offload_hides_a_direction),
        TEST(taken_pairs_are_looked_at),
        TEST(cut_messages),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
