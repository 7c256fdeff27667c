#include "test.h"
#include "board.h"

static int failures;

extern const u32 vector_stub[4];

void install_vectors(u32 base)
{
	static const u16 offsets[] = { 0x000, 0x100, 0x180, 0x200 };
	for (int i = 0; i < 4; i++) {
		u32 *vector = (u32 *)(base + offsets[i]);
		for (int word = 0; word < 4; word++)
			vector[word] = vector_stub[word];
		sync_code(vector, 16);
	}
}

void begin(void)
{
	install_vectors(0x80000000);
	mtc0(C0_STATUS, KERNEL);
	mtc0(C0_CAUSE, 0);
	clear_tlb();
}

void check_of(const char *subject, const char *name, u32 expected, u32 got)
{
	int ok = expected == got;
	print(*subject ? "%s %s: %s" : "%s %s%s", ok ? "ok" : "FAIL", subject, name);
	if (!ok)
		print(" expected %08x got %08x", expected, got);
	print("\n");
	failures += !ok;
}

void check(const char *name, u32 expected, u32 got)
{
	check_of("", name, expected, got);
}

void finish(void)
{
	print(failures ? "ROM-FAIL\n" : "ROM-OK\n");
	power_off();
}

void unexpected(const struct trap *trap)
{
	print("FAIL unexpected exception: cause %08x epc %08x badvaddr %08x status %08x\n", trap->cause, trap->epc, trap->badvaddr, trap->status);
	failures++;
	finish();
}

void map(u32 index, u32 mask, u32 entryhi, u32 lo0, u32 lo1)
{
	mtc0(C0_INDEX, index);
	mtc0(C0_PAGEMASK, mask);
	mtc0(C0_ENTRYHI, entryhi);
	mtc0(C0_ENTRYLO0, lo0);
	mtc0(C0_ENTRYLO1, lo1);
	tlbwi();
}

void clear_tlb(void)
{
	for (u32 i = 0; i < 16; i++)
		map(i, 0, 0x80000000 + (i << 13), 0, 0);
	mtc0(C0_ENTRYHI, 0);
}
