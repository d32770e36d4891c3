/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel-helpers/set_elements.h"

#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "core/base/byte_order.h"
#include "core/base/time.h"
#include "kernel-helpers/nf_tables.h"
#include "kernel-helpers/rules_private.h"

#define SPI_SIZE 4

static uint64_t attribute_be64(const struct nlattr *attribute)
{
	uint64_t value;

	memcpy(&value, mnl_attr_get_payload(attribute), sizeof value);
	return be64toh(value);
}

static bool holds_u64(const struct nlattr *attribute)
{
	return mnl_attr_get_payload_len(attribute) == sizeof(uint64_t);
}

/* Ours never have more than their lifetime left. Nanoseconds. */
static int64_t remaining_of(uint64_t milliseconds)
{
	const uint64_t most = UINT64_C(1000) * LIFETIME_SECONDS;

	return (int64_t)(milliseconds < most ? milliseconds : most) * NANOSECONDS_PER_MILLISECOND;
}

static bool read_key(const struct nlattr *key, const struct esp_form *form, struct set_count *count)
{
	const struct nlattr *value;

	nf_tables_each_nested(value, key)
	{
		const uint8_t *bytes = mnl_attr_get_payload(value);

		if (mnl_attr_get_type(value) != NFTA_DATA_VALUE ||
		    mnl_attr_get_payload_len(value) != 2u * form->address_size + SPI_SIZE)
			continue;
		if (form->address_size == 4) {
			count->source = ip_address_from_ipv4(bytes);
			count->destination = ip_address_from_ipv4(bytes + 4);
		} else {
			count->source = ip_address_from_ipv6(bytes);
			count->destination = ip_address_from_ipv6(bytes + 16);
		}
		count->spi = read_be32(bytes + 2 * form->address_size);
		count->encapsulation = (uint8_t)form->encapsulation;
		return true;
	}
	return false;
}

static void read_counter(const struct nlattr *data, uint64_t *packets, uint64_t *bytes)
{
	const struct nlattr *attribute;

	nf_tables_each_nested(attribute, data)
	{
		if (!holds_u64(attribute))
			continue;
		if (mnl_attr_get_type(attribute) == NFTA_COUNTER_PACKETS)
			*packets = attribute_be64(attribute);
		else if (mnl_attr_get_type(attribute) == NFTA_COUNTER_BYTES)
			*bytes = attribute_be64(attribute);
	}
}

/* An expression of an element: of ours only counters have data of this form. */
static void read_expression(const struct nlattr *expression, struct set_count *count)
{
	const struct nlattr *attribute;

	nf_tables_each_nested(attribute, expression)
	{
		if (mnl_attr_get_type(attribute) == NFTA_EXPR_DATA)
			read_counter(attribute, &count->kernel_packets, &count->kernel_bytes);
	}
}

static bool read_element(const struct nlattr *nested, const struct esp_form *form, struct set_element *element)
{
	const struct nlattr *attribute;
	bool key = false;

	memset(element, 0, sizeof *element);
	nf_tables_each_nested(attribute, nested)
	{
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_SET_ELEM_KEY:
			key = read_key(attribute, form, &element->count);
			break;
		case NFTA_SET_ELEM_EXPIRATION:
			if (holds_u64(attribute))
				element->remaining = remaining_of(attribute_be64(attribute));
			break;
		case NFTA_SET_ELEM_EXPR:
			read_expression(attribute, &element->count);
			break;
		default:
			break;
		}
	}
	return key;
}

int set_elements_read(const struct nlmsghdr *message, const struct esp_form *form, set_elements_take *take,
                      void *context)
{
	const struct nlattr *attribute, *nested;

	nf_tables_each(attribute, message)
	{
		if (mnl_attr_get_type(attribute) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		nf_tables_each_nested(nested, attribute)
		{
			struct set_element element;
			int result = read_element(nested, form, &element) ? take(&element, context) : 0;

			if (result != 0)
				return result;
		}
	}
	return 0;
}

void set_elements_read_counter(const struct nlmsghdr *message, uint64_t *packets)
{
	const struct nlattr *attribute;
	uint64_t bytes;

	nf_tables_each(attribute, message)
	{
		if (mnl_attr_get_type(attribute) == NFTA_OBJ_DATA)
			read_counter(attribute, packets, &bytes);
	}
}
