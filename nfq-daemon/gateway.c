/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core/base/time.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/config.h"
#include "nfq-daemon/control_socket.h"
#include "nfq-daemon/exporter.h"
#include "nfq-daemon/instance_lock.h"
#include "nfq-daemon/journal.h"
#include "nfq-daemon/keeper.h"
#include "nfq-daemon/kernel_counts.h"
#include "nfq-daemon/monitor.h"
#include "nfq-daemon/privileges.h"
#include "nfq-daemon/queue_counters.h"
#include "nfq-daemon/queue_worker.h"
#include "nfq-daemon/state_file.h"
#include "nfq-daemon/xfrm.h"

#define QUEUES_MOST 65
#define TICK_MILLISECONDS 1000
#define RETIRE_SECONDS 60

/* IKE messages looked at before other things get their turn. */
#define PACKETS_AT_A_TIME 512

/* A worker that has not answered for so long hangs: the watchdog is not fed any more. */
#define ANSWER_WITHIN (10 * NANOSECONDS)

#define MISSED_SAID_EACH (60 * NANOSECONDS)

struct gateway {
	const char *config_file;
	struct config config;
	struct datagram_ports ports; /* the workers': a reload leaves it alone */
	GMainLoop *loop;
	int lock;
	int state_lock; /* of the state file; negative where there is none, or it cannot be written anyway */
	struct queue_socket sockets[QUEUES_MOST];
	struct keeper keeper;
	struct queue_worker *workers[QUEUES_MOST];
	unsigned queue_count;
	int queue_counters; /* file, or negative */
	int notify;         /* eventfd that workers write to */
	int64_t answered;   /* when all workers had last answered */
	struct monitor *monitor;
	struct kernel_counts *kernel; /* NULL in queue mode */
	struct xfrm *xfrm;            /* NULL where no tunnel ends here, or the kernel does not tell */
	struct queue_statistics seen; /* of all queues, at the last look */
	uint64_t missed_said;         /* of seen.missed, what the journal was told */
	int64_t missed_due;           /* when it may be told again */
	struct exporter *exporter;
	guint export_timer;
	int listener; /* of the control socket */
	struct control_subject subject;
	struct control_socket *control;
};

/* ---- a look at all workers, each second ---- */

static gboolean ask_workers(gpointer data)
{
	struct gateway *gateway = data;

	for (unsigned i = 0; i < gateway->queue_count; i++)
		queue_worker_ask(gateway->workers[i]);
	return G_SOURCE_CONTINUE;
}

/* In queue mode what the workers count is what there is; in offload mode it is a sample. */
static bool take_from(struct gateway *gateway, struct shard *shard, bool *more)
{
	if (gateway->kernel != NULL)
		return shard_take(shard, kernel_counts_take_sample, gateway->kernel, more);
	return shard_take(shard, monitor_take_counts, gateway->monitor, more);
}

/* Returns whether all that was asked for has come. */
static bool take_counts(struct gateway *gateway)
{
	bool complete = true;

	for (unsigned i = 0; i < gateway->queue_count; i++) {
		struct shard *shard = queue_worker_shard(gateway->workers[i]);
		bool more = false;
		if (take_from(gateway, shard, &more) && more)
			queue_worker_ask(gateway->workers[i]);
		complete &= !shard_is_asked(shard);
	}
	return complete;
}

static void add_up_statistics(const struct gateway *gateway, struct queue_statistics *sum)
{
	uint64_t *sums = (uint64_t *)sum;

	memset(sum, 0, sizeof *sum);
	for (unsigned i = 0; i < gateway->queue_count; i++) {
		struct queue_statistics one;
		const uint64_t *values = (const uint64_t *)&one;
		queue_worker_statistics(gateway->workers[i], &one);
		for (size_t j = 0; j < sizeof one / sizeof *values; j++)
			sums[j] += values[j];
	}
}

/* What befell the queues tells what the samples are worth. */
static void read_kernel(struct gateway *gateway, const struct queue_statistics *now)
{
	if (now->segments + now->unsplit != 0)
		kernel_counts_give_up_loss(gateway->kernel);
	if (now->outages != gateway->seen.outages)
		kernel_counts_note_interruption(gateway->kernel);
	kernel_counts_read(gateway->kernel);
}

/* At most once in a while: an overload lasts. */
static void say_missed(struct gateway *gateway, uint64_t missed)
{
	int64_t now = clock_now();

	if (missed == gateway->missed_said || now < gateway->missed_due)
		return;
	journal_warning("%" PRIu64 " packets passed the queues without being looked at, as the daemon stood still or "
	                "a buffer was full; [queues] receive-buffer is %u MiB",
	                missed - gateway->missed_said, gateway->config.receive_buffer >> 20);
	gateway->missed_said = missed;
	gateway->missed_due = now + MISSED_SAID_EACH;
}

/* Brings the tunnels up to now. */
static void settle(struct gateway *gateway)
{
	struct queue_statistics now;

	add_up_statistics(gateway, &now);
	if (gateway->kernel != NULL)
		read_kernel(gateway, &now);
	say_missed(gateway, now.missed);
	gateway->seen = now;
	if (gateway->xfrm != NULL)
		xfrm_settle(gateway->xfrm, clock_now());
	monitor_settle(gateway->monitor);
}

static void take_look(struct gateway *gateway)
{
	gateway->answered = clock_now();
	if (gateway->kernel == NULL || kernel_counts_is_due(gateway->kernel, gateway->answered))
		settle(gateway);
}

static gboolean take_news(gint file, GIOCondition condition, gpointer data)
{
	struct gateway *gateway = data;
	eventfd_t value;
	bool more = false;

	(void)condition;
	eventfd_read(file, &value);
	for (unsigned i = 0; i < gateway->queue_count; i++)
		more |= monitor_take_packets(gateway->monitor, queue_worker_ring(gateway->workers[i]),
		                             PACKETS_AT_A_TIME);
	if (take_counts(gateway))
		take_look(gateway);
	if (more)
		eventfd_write(file, 1);
	return G_SOURCE_CONTINUE;
}

static gboolean take_xfrm_changes(gint file, GIOCondition condition, gpointer data)
{
	const struct gateway *gateway = data;

	(void)file;
	(void)condition;
	xfrm_read(gateway->xfrm);
	return G_SOURCE_CONTINUE;
}

static gboolean retire(gpointer data)
{
	struct gateway *gateway = data;

	monitor_retire(gateway->monitor);
	if (gateway->xfrm != NULL)
		xfrm_tell_again(gateway->xfrm);
	if (gateway->kernel != NULL)
		kernel_counts_retire(gateway->kernel, clock_now());
	return G_SOURCE_CONTINUE;
}

static gboolean feed_watchdog(gpointer data)
{
	const struct gateway *gateway = data;

	if (clock_now() - gateway->answered < ANSWER_WITHIN)
		sd_notify(0, "WATCHDOG=1");
	return G_SOURCE_CONTINUE;
}

/* ---- what is written ---- */

static void export(struct gateway *gateway)
{
	struct metrics_queue queues[QUEUES_MOST];

	for (unsigned i = 0; i < gateway->queue_count; i++) {
		queues[i].queue = queue_worker_queue(gateway->workers[i]);
		queue_worker_statistics(gateway->workers[i], &queues[i].seen);
		queues[i].kernel = queue_counters_read(gateway->queue_counters, queues[i].queue);
	}
	const struct export what = {&gateway->config, gateway->monitor, gateway->kernel, queues, gateway->queue_count};
	exporter_write(gateway->exporter, &what);
}

static gboolean export_now(gpointer data)
{
	struct gateway *gateway = data;

	if (gateway->kernel != NULL)
		settle(gateway); /* what is exported is fresh, however seldom the kernel is read */
	export(gateway);
	return G_SOURCE_CONTINUE;
}

static void set_export_timer(struct gateway *gateway)
{
	if (gateway->export_timer != 0)
		g_source_remove(gateway->export_timer);
	gateway->export_timer = g_timeout_add_seconds(gateway->config.interval, export_now, gateway);
}

/* ---- signals ---- */

static gboolean quit(gpointer data)
{
	g_main_loop_quit(((struct gateway *)data)->loop);
	return G_SOURCE_CONTINUE;
}

static gboolean reload(gpointer data)
{
	struct gateway *gateway = data;
	struct config config;
	char *error = NULL;

	sd_notify(0, "RELOADING=1");
	if (config_load(gateway->config_file, &config, &error) != 0) {
		journal_error("%s; the configuration stays as it was", error);
		g_free(error);
		config_free(&config);
		sd_notify(0, "READY=1");
		return G_SOURCE_CONTINUE;
	}
	const char *key = config_restart_key(&gateway->config, &config);
	if (key != NULL)
		journal_warning("%s: %s changed, which only a restart takes up", gateway->config_file, key);
	config_keep_restart_keys(&config, &gateway->config);
	config_free(&gateway->config);
	gateway->config = config;
	monitor_reconfigure(gateway->monitor, &gateway->config);
	set_export_timer(gateway);
	export(gateway);
	journal_notice("%s: read again", gateway->config_file);
	sd_notify(0, "READY=1");
	return G_SOURCE_CONTINUE;
}

/* ---- beginning ---- */

static void fail(char *error)
{
	journal_error("%s", error);
	g_free(error);
}

static bool open_queues(struct gateway *gateway)
{
	char message[QUEUE_MESSAGE_SIZE];
	const struct config *config = &gateway->config;

	for (unsigned i = 0; i < config->esp_queues + 1U; i++) {
		uint32_t range = i == 0 ? QUEUE_COPY_ALL : QUEUE_COPY_ESP;
		if (queue_socket_open(&gateway->sockets[i], (uint16_t)(config->first_queue + i), range,
		                      config->receive_buffer, message) != 0) {
			journal_error("%s", message);
			return false;
		}
		gateway->queue_count++;
	}
	return true;
}

/* Gives a folder that was just made to whom it is for; whatever has been put in its place since is left alone. */
static int give_folder(const char *name, uid_t user, gid_t group)
{
	int folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = folder < 0 || fchown(folder, user, group) != 0 ? -errno : 0;

	if (folder >= 0)
		close(folder);
	return result;
}

/* The folder that a file is to be written in, made where it is missing. */
static void prepare_folder(const char *path, uid_t user, gid_t group)
{
	char *folder = g_path_get_dirname(path);
	int result = 0;

	if (path[0] != '\0' && !g_file_test(folder, G_FILE_TEST_IS_DIR) && g_mkdir_with_parents(folder, 0755) == 0)
		result = give_folder(folder, user, group);
	if (result != 0)
		journal_warning("%s: %s", folder, strerror(-result));
	g_free(folder);
}

static void prepare_folders(const struct config *config, uid_t user, gid_t group)
{
	prepare_folder(config->socket, user, group);
	prepare_folder(config->state_file, user, group);
	prepare_folder(config->textfile, user, group);
}

static void give_lock(int lock, const char *path, uid_t user, gid_t group)
{
	if (fchown(lock, user, group) != 0)
		journal_warning("%s.lock: %s", path, strerror(errno));
}

/* Two daemons may go side by side, in network namespaces of their own; but not on one state. */
static bool take_state_lock(struct gateway *gateway, uid_t user, gid_t group)
{
	const char *path = gateway->config.state_file;
	char *error = NULL;

	if (path[0] == '\0')
		return true;
	gateway->state_lock = instance_lock_take(path, &error);
	if (gateway->state_lock == -EBUSY) {
		fail(error);
		return false;
	}
	/* Where no lock can be made, no state can be written either, which is said when that is tried. */
	g_free(error);
	if (gateway->state_lock >= 0)
		give_lock(gateway->state_lock, path, user, group);
	return true;
}

static bool take_lock(struct gateway *gateway, uid_t user, gid_t group)
{
	char *error = NULL;

	gateway->lock = instance_lock_take(gateway->config.socket, &error);
	if (gateway->lock < 0) {
		fail(error);
		return false;
	}
	give_lock(gateway->lock, gateway->config.socket, user, group);
	return take_state_lock(gateway, user, group);
}

/* Who may ask: the configured group, else the daemon's own. */
static bool listen_for_requests(struct gateway *gateway, uid_t user, gid_t group)
{
	const char *name = gateway->config.socket_group;
	char *error = NULL;

	if (name[0] != '\0') {
		const struct group *entry = getgrnam(name);
		if (entry == NULL) {
			journal_error("[socket] group: there is no group '%s'", name);
			return false;
		}
		group = entry->gr_gid;
	}
	gateway->listener = control_socket_listen(gateway->config.socket, user, group, &error);
	if (gateway->listener < 0)
		fail(error);
	return gateway->listener >= 0;
}

/* All that needs root, and then no more of it. */
static bool open_and_drop(struct gateway *gateway, const char *name)
{
	char message[PRIVILEGES_MESSAGE_SIZE];
	uid_t user = geteuid();
	gid_t group = getegid();

	if (name != NULL && privileges_user(name, &user, &group, message) != 0) {
		journal_error("--user: %s", message);
		return false;
	}
	prepare_folders(&gateway->config, user, group);
	if (!take_lock(gateway, user, group) || !listen_for_requests(gateway, user, group) || !open_queues(gateway))
		return false;
	gateway->queue_counters = queue_counters_open();
	if (name != NULL && privileges_drop(user, group, (gid_t)-1, message) != 0) {
		journal_error("--user: %s", message);
		return false;
	}
	privileges_forbid_new();
	return true;
}

static bool open_kernel(struct gateway *gateway, const struct state *state)
{
	char *error = NULL;

	if (gateway->config.mode != RULES_MODE_OFFLOAD)
		return true;
	gateway->kernel = kernel_counts_new(monitor_tunnels(gateway->monitor), state, &error);
	if (gateway->kernel == NULL)
		fail(error);
	return gateway->kernel != NULL;
}

static bool restore(struct gateway *gateway)
{
	struct state state;
	char *error = NULL;
	int result = 0;

	state_begin(&state);
	if (gateway->config.state_file[0] != '\0')
		result = state_file_read(gateway->config.state_file, &state, &error);
	if (error != NULL)
		journal_error("%s", error);
	g_free(error);
	monitor_restore(gateway->monitor, &state);
	bool good = (result == 0 || result == -EBADMSG) && open_kernel(gateway, &state);
	state_end(&state);
	return good;
}

static bool start_workers(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->queue_count; i++) {
		const struct queue_worker_options options = {
		        .socket = gateway->sockets[i],
		        .watch = &gateway->keeper.watches[i],
		        .ports = &gateway->ports,
		        .spi_capacity = gateway->config.spi_capacity,
		        .spi_idle = gateway->config.spi_idle * NANOSECONDS,
		        .notify = gateway->notify,
		};
		gateway->workers[i] = queue_worker_start(&options);
		if (gateway->workers[i] == NULL) {
			journal_error("queue %u: no thread for it: %s", gateway->sockets[i].queue, strerror(errno));
			return false;
		}
	}
	return true;
}

static bool start(struct gateway *gateway, const char *user)
{
	gateway->ports = gateway->config.ports;
	gateway->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!open_and_drop(gateway, user))
		return false;
	int result = keeper_start(&gateway->keeper, gateway->sockets, gateway->queue_count);
	if (result != 0) {
		journal_error("the keeper of the queues cannot start: %s", strerror(-result));
		return false;
	}
	gateway->monitor = monitor_new(&gateway->config);
	if (gateway->monitor == NULL) {
		journal_error("not enough memory for %u SPIs; see [tunnels] spis", gateway->config.spi_capacity);
		return false;
	}
	if (gateway->config.role == RULES_ROLE_TERMINATING)
		gateway->xfrm = xfrm_new(monitor_tunnels(gateway->monitor));
	gateway->exporter = exporter_new();
	gateway->subject = (struct control_subject){
	        .tunnels = monitor_tunnels(gateway->monitor),
	        .mode = config_mode_name(gateway->config.mode),
	        .started = clock_now(),
	};
	return restore(gateway) && start_workers(gateway);
}

/* ---- ending ---- */

/* What workers have not told yet, now that they have ended. */
static void take_last_counts(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->queue_count; i++) {
		struct shard *shard = queue_worker_shard(gateway->workers[i]);
		bool more = true;
		while (monitor_take_packets(gateway->monitor, queue_worker_ring(gateway->workers[i]),
		                            PACKETS_AT_A_TIME))
			;
		for (bool told = true; told && more;) {
			shard_ask(shard);
			shard_hand_over(shard, 0);
			told = take_from(gateway, shard, &more);
		}
	}
	settle(gateway);
}

static void stop_workers(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->queue_count; i++)
		if (gateway->workers[i] != NULL)
			queue_worker_stop(gateway->workers[i]);
}

/* Undoes what was done, however far that came. */
static void end(struct gateway *gateway)
{
	stop_workers(gateway);
	for (unsigned i = 0; i < gateway->queue_count; i++) {
		queue_socket_let_go(&gateway->sockets[i]);
		queue_worker_free(gateway->workers[i]);
	}
	keeper_stop(&gateway->keeper);
	if (gateway->listener >= 0) {
		unlink(gateway->config.socket);
		close(gateway->listener);
	}
	for (unsigned i = 0; i < gateway->queue_count; i++)
		queue_socket_close(&gateway->sockets[i]);
	kernel_counts_free(gateway->kernel);
	xfrm_free(gateway->xfrm);
	if (gateway->exporter != NULL)
		exporter_free(gateway->exporter);
	if (gateway->monitor != NULL)
		monitor_free(gateway->monitor);
	config_free(&gateway->config);
	if (gateway->queue_counters >= 0)
		close(gateway->queue_counters);
	if (gateway->notify >= 0)
		close(gateway->notify);
	if (gateway->state_lock >= 0)
		close(gateway->state_lock);
	if (gateway->lock >= 0)
		close(gateway->lock);
}

/* ---- running ---- */

static void add_watchdog(struct gateway *gateway)
{
	uint64_t microseconds;

	if (sd_watchdog_enabled(0, &microseconds) > 0)
		g_timeout_add((guint)(microseconds / 2000), feed_watchdog, gateway);
}

static void run(struct gateway *gateway)
{
	gateway->loop = g_main_loop_new(NULL, FALSE);
	gateway->answered = clock_now();
	g_unix_signal_add(SIGTERM, quit, gateway);
	g_unix_signal_add(SIGINT, quit, gateway);
	g_unix_signal_add(SIGHUP, reload, gateway);
	g_unix_fd_add(gateway->notify, G_IO_IN, take_news, gateway);
	if (gateway->xfrm != NULL)
		g_unix_fd_add(xfrm_file(gateway->xfrm), G_IO_IN, take_xfrm_changes, gateway);
	g_timeout_add(TICK_MILLISECONDS, ask_workers, gateway);
	g_timeout_add_seconds(RETIRE_SECONDS, retire, gateway);
	set_export_timer(gateway);
	add_watchdog(gateway);
	export(gateway);
	gateway->control = control_socket_new(gateway->listener, &gateway->subject);
	sd_notify(0, "READY=1");
	g_main_loop_run(gateway->loop);
	sd_notify(0, "STOPPING=1");
	control_socket_free(gateway->control);
	stop_workers(gateway);
	take_last_counts(gateway);
	export(gateway);
	g_main_loop_unref(gateway->loop);
}

int gateway_run(const char *config_file, const char *user)
{
	struct gateway gateway = {.config_file = config_file,
	                          .lock = -1,
	                          .state_lock = -1,
	                          .notify = -1,
	                          .queue_counters = -1,
	                          .listener = -1};
	char *error = NULL;
	int status = EXIT_FAILURE;

	clock_begin();
	signal(SIGPIPE, SIG_IGN);
	if (config_load(config_file, &gateway.config, &error) != 0) {
		fail(error);
	} else if (start(&gateway, user)) {
		run(&gateway);
		status = EXIT_SUCCESS;
	}
	end(&gateway);
	return status;
}
