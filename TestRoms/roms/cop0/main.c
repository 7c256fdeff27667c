/* COP0 of a 24Kf: the values the boot loader hands over and the bits that software can change. */
#include "test.h"
#include "board.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define CONFIG_AT_ENTRY	0x80008482
#else
#define CONFIG_AT_ENTRY	0x80000482
#endif

/* name, register, select, value at entry, writable bits. */
#define REGISTERS(X) \
	X(Index, 0, 0, 0x00000000, 0x0000000f) \
	X(EntryLo0, 2, 0, 0x00000000, 0x03ffffff) \
	X(EntryLo1, 3, 0, 0x00000000, 0x03ffffff) \
	X(Context, 4, 0, 0x00000000, 0xff800000) \
	X(PageMask, 5, 0, 0x00000000, 0x1fffe000) \
	X(Wired, 6, 0, 0x00000000, 0x0000000f) \
	X(HWREna, 7, 0, 0x00000000, 0x0000000f) \
	X(EntryHi, 10, 0, 0x00000000, 0xffffe0ff) \
	X(IntCtl, 12, 1, 0xe0000000, 0x000003e0) \
	X(SRSCtl, 12, 2, 0x00000000, 0x0000f3c0) \
	X(EPC, 14, 0, 0x00000000, 0xffffffff) \
	X(PRId, 15, 0, 0x00019300, 0x00000000) \
	X(EBase, 15, 1, 0x80000000, 0x3ffff000) \
	X(Config, 16, 0, CONFIG_AT_ENTRY, 0x00000007) \
	X(Config1, 16, 1, 0x9e190c8f, 0x00000000) \
	X(Config2, 16, 2, 0x80000000, 0x00000000) \
	X(Config3, 16, 3, 0x00000000, 0x00000000) \
	X(ErrorEPC, 30, 0, 0x00000000, 0xffffffff)

struct reg {
	const char *name;
	u32 entry, mask;
	u32 (*read)(void);
	void (*write)(u32);
};

#define ACCESS(name, number, select, entry, mask) \
	static u32 read_##name(void) { return mfc0(C0(number, select)); } \
	static void write_##name(u32 value) { mtc0(C0(number, select), value); }
REGISTERS(ACCESS)

#define ROW(name, number, select, entry, mask) { #name, entry, mask, read_##name, write_##name },
static const struct reg registers[] = { REGISTERS(ROW) };

#define COUNT_OF(array)	(sizeof (array) / sizeof *(array))

static void entry_values(void)
{
	for (u32 i = 0; i < COUNT_OF(registers); i++) {
		const struct reg *r = &registers[i];
		check_of(r->name, "value at entry", r->entry, r->read());
	}
}

static void write_masks(void)
{
	for (u32 i = 0; i < COUNT_OF(registers); i++) {
		const struct reg *r = &registers[i];
		u32 before = r->read();
		r->write(0xffffffff);
		u32 ones = r->read();
		r->write(0);
		u32 zeros = r->read();
		r->write(before);
		check_of(r->name, "writable bits", r->mask, ones ^ zeros);
		check_of(r->name, "other bits keep their value", before & ~r->mask, ones & zeros);
	}
}

/* Status and Cause change the machine under our feet: written, read and put back in one breath. */
static void status_and_cause(void)
{
	u32 status = mfc0(C0_STATUS), ones, zeros;
	asm volatile("mtc0 %2, $12\n\tehb\n\tmfc0 %0, $12\n\tmtc0 $zero, $12\n\tehb\n\tmfc0 %1, $12\n\tmtc0 %3, $12\n\tehb"
		: "=&r"(ones), "=&r"(zeros) : "r"(0xffffffff), "r"(status));
	check("Status writable bits", 0x3678ff1f, ones ^ zeros);
	check("Status other bits are zero", 0, ones & zeros);
	asm volatile("mtc0 %2, $13\n\tehb\n\tmfc0 %0, $13\n\tmtc0 $zero, $13\n\tehb\n\tmfc0 %1, $13"
		: "=&r"(ones), "=&r"(zeros) : "r"(0xffffffff));
	check("Cause writable bits", 0x08c00300, ones ^ zeros);
}

static void di_and_ei(void)
{
	u32 before, between, after;
	mtc0(C0_STATUS, KERNEL);
	asm volatile("ei %0\n\tehb\n\tdi %1\n\tehb\n\tmfc0 %2, $12" : "=&r"(before), "=&r"(between), "=&r"(after));
	check("ei returns the old Status", KERNEL, before);
	check("di returns the Status that ei made", KERNEL | STATUS_IE, between);
	check("di clears IE alone", KERNEL, after);
}

static void floating_point(void)
{
	u32 fir, ones, zeros;
	asm volatile(".set push\n\t.set hardfloat\n\tcfc1 %0, $0\n\t.set pop" : "=r"(fir));
	check("FIR", 0x00739300, fir);
	/* Without its Cause bits: with Enables set those raise an exception. */
	asm volatile(".set push\n\t.set hardfloat\n\tctc1 %2, $31\n\tcfc1 %0, $31\n\tctc1 $zero, $31\n\tcfc1 %1, $31\n\t.set pop"
		: "=&r"(ones), "=&r"(zeros) : "r"(0xfffc0fff));
	check("FCSR without Cause: writable bits", 0xff800fff, (ones ^ zeros) & ~0x00600000);
	check("FCSR is zero after writing zero", 0, zeros);
}

/* RDHWR in kernel mode needs no HWREna: CPUNum, CC and CCRes (MD00086, RDHWR). */
static void hardware_registers(void)
{
	u32 number, before, after, resolution;
	asm volatile("rdhwr %0, $0\n\trdhwr %1, $2\n\trdhwr %2, $3" : "=&r"(number), "=&r"(before), "=&r"(resolution));
	check("rdhwr CPUNum", 0, number);
	check("rdhwr CCRes", 2, resolution);
	after = mfc0(C0_COUNT);
	check("rdhwr CC reads Count", 1, after - before < 0x10000000);
}

int main(void)
{
	check("Status at entry", 0x00400000, entry_status);
	entry_values();
	begin();
	write_masks();
	status_and_cause();
	di_and_ei();
	hardware_registers();
	floating_point();
	finish();
}
