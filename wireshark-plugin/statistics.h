/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables in the Statistics menu and at `tshark -q -z asaphase,tunnels` / `-z asaphase,sas`, made of the frames'
 * records alone: so a display filter holds for them, and they are the same after one pass and after two.
 */
#ifndef ASAPHASE_WIRESHARK_STATISTICS_H
#define ASAPHASE_WIRESHARK_STATISTICS_H

/* The tap that hands each frame's struct frame_record to whoever listens. */
#define ASAPHASE_TAP "asaphase"

void tunnels_table_register(void);
void sas_table_register(void);

#endif
