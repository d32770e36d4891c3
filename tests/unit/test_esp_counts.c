/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of ESP per SPI and per direction of a tunnel. */
#include <glib.h>

#include "scene.h"

static void losses_of_many_spis_add_up(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	for (uint32_t spi = 1; spi <= 1000; spi++) {
		scene.sequence[0] = 0;
		scene_esp(&scene, 0, 0x1000 + spi, 2, 0.001);
		scene.sequence[0] += 3;
		scene_esp(&scene, 0, 0x1000 + spi, 1, 0.001);
	}
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 3000);
	scene.sequence[0] = 3; /* the last SPI's 4 comes late */
	scene_esp(&scene, 0, 0x1000 + 1000, 1, 0.001);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 2999);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[1].lost, ==, 0);
	scene_end(&scene);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/esp-counts/losses-of-many-spis-add-up", losses_of_many_spis_add_up);
	return g_test_run();
}
