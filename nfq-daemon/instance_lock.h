/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One daemon per control socket. */
#ifndef ASAPHASE_DAEMON_INSTANCE_LOCK_H
#define ASAPHASE_DAEMON_INSTANCE_LOCK_H

/*
 * Takes the lock "PATH.lock", which is held until the process ends however it does. Returns its descriptor; or -EBUSY
 * where another process has it, or another negative errno, with a sentence in *error (to be freed).
 */
int instance_lock_take(const char *path, char **error);

#endif
