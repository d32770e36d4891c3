/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/link_layer.h"

#include <errno.h>
#include <stdbool.h>

#include "core/base/byte_order.h"

#define MAX_VLAN_TAGS 4

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_PPPOE_SESSION 0x8864

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057

/* How far into the frame reading has come. */
struct cursor {
	const uint8_t *frame;
	size_t captured;
	size_t offset;
};

static bool has(const struct cursor *cursor, size_t count)
{
	return cursor->captured - cursor->offset >= count;
}

static uint8_t byte_at(const struct cursor *cursor, size_t ahead)
{
	return cursor->frame[cursor->offset + ahead];
}

static uint16_t take_be16(struct cursor *cursor)
{
	uint16_t value = read_be16(cursor->frame + cursor->offset);

	cursor->offset += 2;
	return value;
}

/* Where every reader ends: the header's first byte is there and says IPv4 or IPv6. */
static int read_ip(struct cursor *cursor)
{
	if (!has(cursor, 1))
		return -EBADMSG;
	uint8_t version = byte_at(cursor, 0) >> 4;
	return version == 4 || version == 6 ? (int)cursor->offset : -ENODATA;
}

/* The protocol field may be compressed to its odd lower byte (RFC 1661 sec. 6.5). */
static int read_ppp_protocol(struct cursor *cursor)
{
	uint16_t protocol;

	if (!has(cursor, 1))
		return -EBADMSG;
	if (byte_at(cursor, 0) & 1) {
		protocol = byte_at(cursor, 0);
		cursor->offset++;
	} else {
		if (!has(cursor, 2))
			return -EBADMSG;
		protocol = take_be16(cursor);
	}
	return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? read_ip(cursor) : -ENODATA;
}

/* Address and control bytes may be left out (RFC 1661 sec. 6.6). */
static int read_ppp(struct cursor *cursor)
{
	if (has(cursor, 2) && byte_at(cursor, 0) == 0xff && byte_at(cursor, 1) == 0x03)
		cursor->offset += 2;
	return read_ppp_protocol(cursor);
}

/* RFC 2516 sec. 4: version and type, code, session, length; code 0 is data. */
static int read_pppoe(struct cursor *cursor)
{
	if (!has(cursor, 6))
		return -EBADMSG;
	if (byte_at(cursor, 1) != 0)
		return -ENODATA;
	cursor->offset += 6;
	return read_ppp_protocol(cursor);
}

static bool is_vlan(uint16_t ethertype)
{
	return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 || ethertype == 0x9200;
}

static int read_ethertype(struct cursor *cursor, uint16_t ethertype)
{
	for (int tags = 0; is_vlan(ethertype); tags++) {
		if (tags == MAX_VLAN_TAGS)
			return -ENODATA;
		if (!has(cursor, 4))
			return -EBADMSG;
		cursor->offset += 2;
		ethertype = take_be16(cursor);
	}
	if (ethertype == ETHERTYPE_PPPOE_SESSION)
		return read_pppoe(cursor);
	return ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6 ? read_ip(cursor) : -ENODATA;
}

static int read_ethernet(struct cursor *cursor)
{
	if (!has(cursor, 14))
		return -EBADMSG;
	cursor->offset += 12;
	return read_ethertype(cursor, take_be16(cursor));
}

static int read_linux_cooked(struct cursor *cursor)
{
	if (!has(cursor, 16))
		return -EBADMSG;
	cursor->offset += 14;
	return read_ethertype(cursor, take_be16(cursor));
}

static int read_linux_cooked_v2(struct cursor *cursor)
{
	if (!has(cursor, 20))
		return -EBADMSG;
	uint16_t ethertype = take_be16(cursor);
	cursor->offset += 18;
	return read_ethertype(cursor, ethertype);
}

/* Null and loop: an address family in either byte order. It differs by system, so the IP header itself decides. */
static int read_address_family(struct cursor *cursor)
{
	if (!has(cursor, 4))
		return -EBADMSG;
	cursor->offset += 4;
	return read_ip(cursor);
}

static const struct {
	int link_type;
	int (*read)(struct cursor *cursor);
} readers[] = {
        {0, read_address_family},    /* NULL */
        {1, read_ethernet},          /* ETHERNET */
        {9, read_ppp},               /* PPP */
        {12, read_ip},               /* raw IP as some systems number it */
        {14, read_ip},               /* the same on OpenBSD */
        {50, read_ppp},              /* PPP_HDLC */
        {51, read_pppoe},            /* PPP_ETHER */
        {101, read_ip},              /* RAW */
        {108, read_address_family},  /* LOOP */
        {113, read_linux_cooked},    /* LINUX_SLL */
        {228, read_ip},              /* IPV4 */
        {229, read_ip},              /* IPV6 */
        {276, read_linux_cooked_v2}, /* LINUX_SLL2 */
};

int link_layer_ip_offset(int link_type, const uint8_t *frame, size_t captured)
{
	struct cursor cursor = {frame, captured, 0};

	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		if (readers[i].link_type == link_type)
			return readers[i].read(&cursor);
	return -ENOTSUP;
}
