/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limit of whatever reads a capture: its bytes once, where the page cache has them, and nothing done with them but
 * to add up the file's 64-bit words. The sum is printed, as a compiler could leave out the reading otherwise.
 *
 * usage: read_once FILE
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUMS 4 /* side by side, so that no addition waits for the one before */

static uint64_t sum_of(const uint64_t *words, size_t count)
{
	uint64_t sums[SUMS] = {0};
	size_t whole = count / SUMS * SUMS;

	for (size_t i = 0; i < whole; i += SUMS)
		for (size_t j = 0; j < SUMS; j++)
			sums[j] += words[i + j];
	for (size_t i = whole; i < count; i++)
		sums[0] += words[i];
	return sums[0] + sums[1] + sums[2] + sums[3];
}

int main(int argument_count, char **arguments)
{
	struct stat status;

	if (argument_count != 2) {
		fprintf(stderr, "usage: read_once FILE\n");
		return 2;
	}
	int file = open(arguments[1], O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) != 0) {
		perror(arguments[1]);
		return 2;
	}
	size_t size = (size_t)status.st_size;
	void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
	if (bytes == MAP_FAILED) {
		perror(arguments[1]);
		return 2;
	}
	printf("%" PRIu64 "\n", sum_of(bytes, size / sizeof(uint64_t)));
	munmap(bytes, size);
	close(file);
	return 0;
}
