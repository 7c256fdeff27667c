/* Runs a kernel; "n=COUNT" on the command line says how many rounds. */
#include "bench.h"
#include "print.h"

#define DEFAULT_ROUNDS	400

static u32 rounds_of(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		u32 count = 0;
		if (word[0] != 'n' || word[1] != '=')
			continue;
		for (word += 2; *word >= '0' && *word <= '9'; word++)
			count = count * 10 + (*word - '0');
		return count;
	}
	return DEFAULT_ROUNDS;
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
