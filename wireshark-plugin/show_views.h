/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show crypto ikev2 sa` and its like would print of the capture, as text: at `tshark -q -z "asaphase,show crypto
 * ikev2 sa"`, and in a window from the Statistics menu.
 */
#ifndef ASAPHASE_WIRESHARK_SHOW_VIEWS_H
#define ASAPHASE_WIRESHARK_SHOW_VIEWS_H

void show_views_register(void);

#endif
