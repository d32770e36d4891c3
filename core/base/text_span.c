/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/text_span.h"

#include <glib.h>
#include <string.h>

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

bool text_span_skip(struct text_span *span, const char *words)
{
	size_t length = strlen(words);

	if (text_span_length(span) < length || g_ascii_strncasecmp(span->at, words, length) != 0)
		return false;
	span->at += length;
	return true;
}

void text_span_skip_blanks(struct text_span *span)
{
	while (span->at < span->end && is_blank(*span->at))
		span->at++;
}

void text_span_trim(struct text_span *span)
{
	text_span_skip_blanks(span);
	while (span->end > span->at && is_blank(span->end[-1]))
		span->end--;
}

bool text_span_find(struct text_span *span, const char *words)
{
	for (struct text_span here = *span; here.at < here.end; here.at++) {
		struct text_span after = here;
		if (text_span_skip(&after, words)) {
			*span = after;
			return true;
		}
	}
	return false;
}

bool text_span_take_digits(struct text_span *span, unsigned digits, uint32_t *number)
{
	*number = 0;
	for (; digits > 0; digits--) {
		if (span->at == span->end || !is_digit(*span->at))
			return false;
		*number = *number * 10 + (uint32_t)(*span->at++ - '0');
	}
	return true;
}

bool text_span_take_number(struct text_span *span, uint64_t *number)
{
	text_span_skip_blanks(span);
	if (span->at == span->end || !is_digit(*span->at))
		return false;
	*number = 0;
	for (; span->at < span->end && is_digit(*span->at); span->at++) {
		if (*number > (UINT64_MAX - 9) / 10)
			return false;
		*number = *number * 10 + (uint64_t)(*span->at - '0');
	}
	return true;
}

bool text_span_take_word(struct text_span *span, struct text_span *word)
{
	text_span_skip_blanks(span);
	word->at = span->at;
	while (span->at < span->end && !is_blank(*span->at))
		span->at++;
	word->end = span->at;
	text_span_skip_blanks(span);
	return word->end > word->at;
}

bool text_span_equals(const struct text_span *span, const char *words)
{
	return text_span_length(span) == strlen(words) &&
	       g_ascii_strncasecmp(span->at, words, text_span_length(span)) == 0;
}

char *text_span_copy(const struct text_span *span, char *text, size_t size)
{
	size_t used = 0;

	for (; used + 1 < size && used < text_span_length(span); used++)
		text[used] = g_ascii_isprint(span->at[used]) ? span->at[used] : '?';
	text[used] = '\0';
	return text;
}

bool text_span_is_address(const struct text_span *span, struct ip_address *address)
{
	char copy[IP_ADDRESS_TEXT_SIZE];
	size_t length = text_span_length(span);

	if (length == 0 || length >= sizeof copy)
		return false;
	memcpy(copy, span->at, length);
	copy[length] = '\0';
	return ip_address_from_text(copy, address) == 0;
}

#define LONGEST_ENDPOINT (IP_ADDRESS_TEXT_SIZE + 8)

static bool read_address(const char *text, size_t length, struct ip_address *address)
{
	struct text_span span = text_span_of(text, length);

	return text_span_is_address(&span, address);
}

static bool read_port(const char *text, size_t length, uint16_t *port)
{
	uint32_t number;
	struct text_span span = text_span_of(text, length);

	if (length == 0 || length > 5 || !text_span_take_digits(&span, (unsigned)length, &number) ||
	    number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* Bytes that an address or an endpoint consists of. */
static size_t endpoint_length(const struct text_span *span)
{
	size_t length = 0;

	while (span->at + length < span->end && length < LONGEST_ENDPOINT &&
	       (g_ascii_isxdigit(span->at[length]) || strchr(".:[]/", span->at[length]) != NULL) &&
	       span->at[length] != '\0')
		length++;
	/* A bracket that was opened before it. */
	if (length > 0 && span->at[0] != '[' && memchr(span->at, ']', length) != NULL)
		length = (size_t)((const char *)memchr(span->at, ']', length) - span->at);
	/* The point that ends a sentence. */
	while (length > 0 && (span->at[length - 1] == '.' || span->at[length - 1] == '/'))
		length--;
	return length;
}

bool text_span_take_endpoint(struct text_span *span, bool has_port, struct ip_address *address, uint16_t *port)
{
	size_t length = endpoint_length(span), host = length;
	const char *text = span->at;

	span->at += length;
	if (!has_port && read_address(text, length, address))
		return true;
	while (host > 0 && text[host - 1] != ':' && text[host - 1] != '/')
		host--;
	if (host > 1 && read_port(text + host, length - host, port)) {
		bool bracketed = text[0] == '[' && text[host - 2] == ']';
		const char *first = bracketed ? text + 1 : text;
		size_t count = bracketed ? host - 3 : host - 1;
		if (read_address(first, count, address))
			return true;
	}
	*port = 0;
	if (read_address(text, length, address))
		return true;
	/* "10.1.0.1/255.255.255.0/0/0" and the like */
	for (host = 0; host < length && text[host] != '/'; host++)
		;
	return host < length && read_address(text, host, address);
}
