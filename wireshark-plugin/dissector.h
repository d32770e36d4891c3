/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The post-dissector "asaphase": called for each frame after all other dissectors. */
#ifndef ASAPHASE_WIRESHARK_DISSECTOR_H
#define ASAPHASE_WIRESHARK_DISSECTOR_H

void dissector_register_protocol(void);
void dissector_register_handoff(void);

#endif
