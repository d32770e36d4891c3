/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/capture.h"

#include <errno.h>
#include <glib.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/pcap_records.h"
#include "core/base/time.h"
#include "core/wire/link_layer.h"

/* Big enough for any datagram; what a frame does not fill costs nothing. */
#define LIVE_SNAP_LENGTH 262144
#define LIVE_TIMEOUT_MILLISECONDS 100

struct capture {
	pcap_t *pcap;
	struct pcap_records *records; /* NULL: libpcap reads */
	struct bpf_program filter;
	bool filtered; /* filter is run here, so that frame numbers stay those of the file */
	bool live;
	volatile sig_atomic_t stopped; /* where libpcap does not read */
	uint32_t frames;
};

static struct capture *fail(struct capture *capture, char error[CAPTURE_ERROR_SIZE], const char *what, const char *why)
{
	snprintf(error, CAPTURE_ERROR_SIZE, "%s%s%s", what, *what != '\0' ? ": " : "", why);
	capture_close(capture);
	return NULL;
}

static bool compile(struct capture *capture, const char *filter)
{
	return pcap_compile(capture->pcap, &capture->filter, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
}

/* A word that was meant as a FILE and is none stands in the filter: it is shown. */
static struct capture *fail_filter(struct capture *capture, char error[CAPTURE_ERROR_SIZE], const char *filter)
{
	char why[CAPTURE_ERROR_SIZE];

	snprintf(why, sizeof why, "%s, in: %s", pcap_geterr(capture->pcap), filter);
	return fail(capture, error, "filter", why);
}

/* libpcap begins some messages with the file's name, which the caller says itself. */
static const char *without_name(const char *message, const char *file)
{
	size_t length = strlen(file);
	if (strncmp(message, file, length) == 0 && strncmp(message + length, ": ", 2) == 0)
		return message + length + 2;
	return message;
}

static const char *why_no_capture(const char *message)
{
	static const struct {
		const char *pcap, *ours;
	} clearer[] = {
	        {"truncated dump file; tried to read 4 file header bytes, only got 0", "is empty"},
	        {"truncated dump file; tried to read", "is not a capture, or is cut within its header"},
	        {"unknown file format", "is not a capture that libpcap reads (pcap or pcapng)"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(clearer); i++)
		if (strncmp(message, clearer[i].pcap, strlen(clearer[i].pcap)) == 0)
			return clearer[i].ours;
	return message;
}

/* Where no frame can be read, "no IKE and no ESP" would be a false verdict. */
static bool is_readable(const struct capture *capture)
{
	return link_layer_ip_offset(capture_link_type(capture), NULL, 0) != -ENOTSUP;
}

static struct capture *fail_unreadable(struct capture *capture, char error[CAPTURE_ERROR_SIZE])
{
	char why[96];

	snprintf(why, sizeof why, "link type %.30s (%d) is not one that is read here", capture_link_type_name(capture),
	         capture_link_type(capture));
	return fail(capture, error, "", why);
}

struct capture *capture_open_file(const char *file, const char *filter, char error[CAPTURE_ERROR_SIZE])
{
	char message[PCAP_ERRBUF_SIZE] = "";
	struct capture *capture = g_new0(struct capture, 1);

	capture->pcap = pcap_open_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
	if (capture->pcap == NULL)
		return fail(capture, error, "", why_no_capture(without_name(message, file)));
	if (!is_readable(capture))
		return fail_unreadable(capture, error);
	if (filter != NULL) {
		if (!compile(capture, filter))
			return fail_filter(capture, error, filter);
		capture->filtered = true;
	}
	if (filter == NULL)
		capture->records = pcap_records_new(pcap_file(capture->pcap));
	return capture;
}

/* Some errors of pcap_activate have their text in pcap_geterr, the others only in pcap_statustostr. */
static const char *why_not_active(pcap_t *pcap, int status)
{
	const char *message = pcap_geterr(pcap);
	return *message != '\0' ? message : pcap_statustostr(status);
}

static int activate(pcap_t *pcap)
{
	if (pcap_set_snaplen(pcap, LIVE_SNAP_LENGTH) != 0 || pcap_set_promisc(pcap, 1) != 0 ||
	    pcap_set_timeout(pcap, LIVE_TIMEOUT_MILLISECONDS) != 0)
		return PCAP_ERROR_ACTIVATED; /* the only reason there is */
	/* Where the interface has no nanoseconds, microseconds will do. */
	int refused = pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	(void)refused;
	return pcap_activate(pcap);
}

struct capture *capture_open_interface(const char *interface, const char *filter, char error[CAPTURE_ERROR_SIZE])
{
	char message[PCAP_ERRBUF_SIZE] = "";
	struct capture *capture = g_new0(struct capture, 1);

	capture->live = true;
	capture->pcap = pcap_create(interface, message);
	if (capture->pcap == NULL)
		return fail(capture, error, "", message);
	int status = activate(capture->pcap);
	if (status < 0)
		return fail(capture, error, "", why_not_active(capture->pcap, status));
	if (!is_readable(capture))
		return fail_unreadable(capture, error);
	if (filter != NULL && (!compile(capture, filter) || pcap_setfilter(capture->pcap, &capture->filter) != 0))
		return fail_filter(capture, error, filter);
	return capture;
}

void capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	pcap_records_free(capture->records);
	pcap_freecode(&capture->filter);
	if (capture->pcap != NULL)
		pcap_close(capture->pcap);
	g_free(capture);
}

int capture_link_type(const struct capture *capture)
{
	return pcap_datalink(capture->pcap);
}

const char *capture_link_type_name(const struct capture *capture)
{
	const char *name = pcap_datalink_val_to_name(pcap_datalink(capture->pcap));
	return name != NULL ? name : "unknown";
}

int64_t capture_size(const struct capture *capture)
{
	struct stat status;
	FILE *file = capture->live ? NULL : pcap_file(capture->pcap);

	return file != NULL && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

int64_t capture_position(const struct capture *capture)
{
	if (capture->records != NULL)
		return pcap_records_position(capture->records);
	return capture->live ? 0 : ftello(pcap_file(capture->pcap));
}

static int64_t nanoseconds_of(const struct capture *capture, const struct pcap_pkthdr *header)
{
	int64_t fraction = header->ts.tv_usec;
	/* A damaged capture can claim any time. */
	if (header->ts.tv_sec < 0 || header->ts.tv_sec >= INT64_MAX / NANOSECONDS || fraction < 0 ||
	    fraction >= NANOSECONDS)
		return 0;
	if (pcap_get_tstamp_precision(capture->pcap) != PCAP_TSTAMP_PRECISION_NANO)
		fraction *= 1000;
	return (int64_t)header->ts.tv_sec * NANOSECONDS + fraction;
}

/* From here on libpcap reads. */
static bool hand_over(struct capture *capture)
{
	int64_t position = pcap_records_position(capture->records);

	pcap_records_free(capture->records);
	capture->records = NULL;
	return fseeko(pcap_file(capture->pcap), position, SEEK_SET) == 0;
}

static void set_frame(struct capture *capture, struct frame *frame, int64_t time, const uint8_t *bytes,
                      uint32_t captured, uint32_t length)
{
	*frame = (struct frame){
	        .number = capture->frames,
	        .time = time,
	        .bytes = bytes,
	        .captured = captured,
	        .length = length > captured ? length : captured,
	};
}

static int next_packet(struct capture *capture, struct frame *frame)
{
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int status;

	do {
		status = pcap_next_ex(capture->pcap, &header, &bytes);
		if (status == 1)
			capture->frames++;
	} while (status == 0 ||
	         (status == 1 && capture->filtered && pcap_offline_filter(&capture->filter, header, bytes) == 0));
	if (status == PCAP_ERROR_BREAK)
		return 0;
	frame->number = capture->frames; /* the last that could be read, whether or not the filter took it */
	if (status != 1)
		return capture->live ? -EIO : -EBADMSG;
	set_frame(capture, frame, nanoseconds_of(capture, header), bytes, header->caplen, header->len);
	return 1;
}

int capture_next(struct capture *capture, struct frame *frame)
{
	struct pcap_record record;

	if (capture->records == NULL)
		return next_packet(capture, frame);
	if (capture->stopped)
		return 0;
	switch (pcap_records_next(capture->records, &record)) {
	case PCAP_RECORDS_END:
		return 0;
	case PCAP_RECORDS_ONE:
		capture->frames++;
		set_frame(capture, frame, record.time, record.bytes, record.captured, record.length);
		return 1;
	default:
		return hand_over(capture) ? next_packet(capture, frame) : -EBADMSG;
	}
}

const char *capture_error(const struct capture *capture)
{
	return pcap_geterr(capture->pcap);
}

void capture_stop(struct capture *capture)
{
	capture->stopped = 1;
	pcap_breakloop(capture->pcap);
}
