/* Runs a kernel; "n=ROUNDS" on the command line says how often. */
#include "bench.h"
#include "print.h"

#define DEFAULT_ROUNDS	400

/* The number behind "n=" at the beginning of a word; the board has one argument of many words, the host has many of one. */
static u32 rounds_of(int argc, char **argv)
{
	u32 rounds = DEFAULT_ROUNDS;
	for (int i = 1; i < argc; i++)
		for (const char *at = argv[i]; *at; at++) {
			if (at[0] != 'n' || at[1] != '=' || (at > argv[i] && at[-1] != ' '))
				continue;
			rounds = 0;
			for (at += 2; *at >= '0' && *at <= '9'; at++)
				rounds = rounds * 10 + (*at - '0');
			at--;
		}
	return rounds;
}

int main(int argc, char **argv)
{
	begin();
	u32 rounds = rounds_of(argc, argv);
	u32 got = checksum;
	prepare();
	for (u32 i = 0; i < rounds && got == checksum; i++)
		got = work();
	print("%s checksum 0x%08x\n", name, got);
	if (got != checksum)
		print("FAIL %s expected %08x got %08x\n", name, checksum, got);
	print(got == checksum ? "ROM-OK\n" : "ROM-FAIL\n");
	power_off();
}
