/*
 * A hostile guest of the virtualization module: it has two pages, and names every other by its own and by its physical addresses, from each mode; and says
 * that it is another guest. It reaches none but its own: root's memory, another guest's and what is nobody's are as before. With 'every' its kernel names
 * all of either kind, else one of 509.
 */
#include "../vz/vz.h"

extern const char skip_vector[], skip_vector_end[], hostile_vector[], hostile_vector_end[], hostile_sweep[], hostile_sweep_end[];
extern const char hostile_forgery[], hostile_forgery_end[], __bss_start[], __bss_end[];

#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D)
#define PAGES_64K	0x0001e000	/* PageMask */
#define PAGES_256M	0x1fffe000

#define OWN		0x00400000	/* where the guest's two pages are */
#define OWN_BYTES	0x2000
#define OTHER		0x00600000	/* the other guest's memory */
#define OTHER_FAR	0x00620000
#define OF_ROOT		0x00640000
#define SWEEP		0x400		/* where in its first page the guest has what it does */
#define FORGERY		0x800

#define HOSTILE		1
#define NEIGHBOUR	2
#define WHOLE		0x100000	/* pages of 4 GB */
#define HALF		0x80000
#define COARSE		509

u32 skipped[32];

static int has_ids;
static u32 stride = COARSE, memory_end;

static void be(u32 id)
{
	mtc0(C0_GUESTCTL1, id << 16 | id);
	if (!has_ids)
		mtc0(C0_ENTRYHI, id);
}

/* Root's entry for a guest's physical pages, or with no guest for its own. */
static void give(u32 index, u32 id, u32 mask, u32 gpa, u32 rpa)
{
	u32 bytes = ((mask | 0x1fff) + 1) >> 1;
	be(id);
	map(index, mask, gpa | (has_ids ? 0 : id), LO(rpa), LO(rpa + bytes));
}

static void put(u32 offset, const char *code, const char *end)
{
	u32 *to = (u32 *)KSEG0(OWN + offset);
	for (u32 i = 0; i < (u32)(end - code) / 4; i++)
		to[i] = ((const u32 *)code)[i];
	sync_code(to, end - code);
}

/* The guest's entries: half of its physical memory in its kuseg, or none. */
static void map_of_guest(u32 first, int any)
{
	be(HOSTILE);
	tlbginvf();
	for (u32 i = 0; any && i < 4; i++) {
		u32 gpa = first + (i << 29);
		mtgc0(C0_INDEX, i);
		mtgc0(C0_PAGEMASK, PAGES_256M);
		mtgc0(C0_ENTRYHI, i << 29);
		mtgc0(C0_ENTRYLO0, LO(gpa) | LO_G);
		mtgc0(C0_ENTRYLO1, LO(gpa + 0x10000000) | LO_G);
		tlbgwi();
	}
	mtgc0(C0_ENTRYHI, 0);
	mtgc0(C0_PAGEMASK, 0);
}

static int is_own(u32 gpa) { return gpa < OWN_BYTES; }

enum how { EMPTY, LOWER, UPPER, AT_USER, AT_ERROR };

/* What comes of an address: a page of the guest's own, another, which root is asked for, or an exception of the guest's. */
static enum { ITS_OWN, FOREIGN, NOT_ITS } fate(enum how how, u32 gva)
{
	u32 unmapped = gva >> 30 == 2;
	if (how == AT_USER)
		return gva >> 31 ? NOT_ITS : is_own(gva) ? ITS_OWN : FOREIGN;
	if (unmapped)
		return is_own(PHYSICAL(gva)) ? ITS_OWN : FOREIGN;
	if (how == EMPTY || gva >> 31)
		return NOT_ITS;
	return is_own(how == UPPER ? gva + 0x80000000 : gva) ? ITS_OWN : FOREIGN;
}

static void sweep(const char *name, enum how how, u32 pages, u32 stride)
{
	u32 count = (pages + stride - 1) / stride, counts[3] = { 0, 0, 0 }, others = 0;
	for (u32 i = 0; i < count; i++)
		counts[fate(how, i * stride << 12)]++;
	for (int code = 0; code < 32; code++)
		skipped[code] = 0;
	map_of_guest(how == UPPER ? 0x80000000 : 0, how != EMPTY && how != AT_ERROR);
	mtgc0(C0_STATUS, how == AT_USER ? STATUS_UM : how == AT_ERROR ? STATUS_ERL : 0);
	const struct vmexit *e = guest((const void *)(how == AT_USER ? SWEEP : KSEG0(SWEEP)), 0, stride << 21 | count);
	check_of(name, "it ends by itself", EXC_GE << 8 | GEXC_HC, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check_of(name, "loads that are not for it", counts[FOREIGN], skipped[EXC_TLBL]);
	check_of(name, "stores that are not for it", counts[FOREIGN], skipped[EXC_TLBS]);
	check_of(name, "what its own context refuses", 2 * counts[NOT_ITS], e->v0);
	for (int code = 0; code < 32; code++)
		others += skipped[code];
	check_of(name, "nothing else", 2 * counts[FOREIGN], others);
}

static void sweeps(void)
{
	sweep("kernel, empty TLB", EMPTY, WHOLE, stride);
	sweep("kernel, the lower 2 GB", LOWER, HALF, stride);
	sweep("kernel, the upper 2 GB", UPPER, HALF, stride);
	sweep("kernel at error level", AT_ERROR, HALF, COARSE);
	sweep("user", AT_USER, WHOLE, COARSE);
}

static void forgery(void)
{
	u32 ids = mfc0(C0_GUESTCTL1), ctl0 = mfc0(C0_GUESTCTL0), extension = mfc0(C0_GUESTCTL0EXT);
	map_of_guest(0, 0);
	mtgc0(C0_STATUS, 0);
	skipped[EXC_TLBL] = skipped[EXC_TLBS] = 0;
	const struct vmexit *e = guest((const void *)KSEG0(FORGERY), NEIGHBOUR, 0);
	check("forgery: it ends by itself", EXC_GE << 8 | GEXC_HC, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check("forgery: nine instructions are reserved, and the other's page is not mapped", 9 + 2, e->v0);
	check("forgery: of the other's entries it sees nothing", 0, e->v1);
	check("forgery: nothing comes to root's TLB", 0, skipped[EXC_TLBL] + skipped[EXC_TLBS]);
	check("forgery: GuestCtl1", ids, mfc0(C0_GUESTCTL1));
	check("forgery: GuestCtl0", ctl0 & ~0x7c, mfc0(C0_GUESTCTL0) & ~(CTL0_GM | 0x7c));
	check("forgery: GuestCtl0Ext", extension, mfc0(C0_GUESTCTL0EXT));
	check("forgery: GuestCtl2", 0, mfc0(C0_GUESTCTL2));
	check("forgery: GTOffset", 0, mfc0(C0_GTOFFSET));
	/* As the other it would now have reached these. */
	sweep("after the forgery", LOWER, HALF, COARSE);
}

/* All memory but the guest's pages, and but what root itself works with. */
static u32 digest(void)
{
	u32 sum = 0, step = stride == 1 ? 1 : 256;
	for (u32 at = 4 * (step - 1); at < memory_end; at += 4 * step) {
		u32 address = KSEG0(at);
		if (at - OWN < OWN_BYTES || address - (u32)__bss_start < (u32)(__bss_end - __bss_start))
			continue;
		sum = (sum << 5 | sum >> 27) + *(const u32 *)address;
	}
	return sum;
}

int main(int argc, char **argv, char **envp, u32 memory)
{
	begin();
	if (!(mfc0(C0_CONFIG1) & 0x80000000) || !(mfc0(C0(16, 2)) & 0x80000000) || !(mfc0(C0_CONFIG3) & CONFIG3_VZ)) {
		print("no virtualization module\n");
		finish();
	}
	memory_end = memory;
	stride = argc > 1 && argv[1][0] == 'e' ? 1 : stride;
	has_ids = mfc0(C0_GUESTCTL0) >> 22 & 1;
	for (u32 i = 0; i < 2; i++)
		for (u32 word = 0; word < (u32)(skip_vector_end - skip_vector) / 4; word++)
			((u32 *)(0x80000000 + 0x180 * i))[word] = ((const u32 *)skip_vector)[word];
	sync_code((void *)0x80000000, 0x200);
	tlbinvf();
	for (u32 at = 0; at < 0x60000; at += 4)
		*(volatile u32 *)KSEG0(OTHER + at) = at * 0x01234567 + 1;

	put(0, hostile_vector, hostile_vector_end);
	put(0x180, hostile_vector, hostile_vector_end);
	put(SWEEP, hostile_sweep, hostile_sweep_end);
	put(FORGERY, hostile_forgery, hostile_forgery_end);
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS);
	mtc0(C0_GUESTCTL0EXT, CTL0EXT_CGI);

	/* The neighbour has the same addresses and more, and an entry of the guests' TLB for each address space; so has root. */
	give(2, NEIGHBOUR, PAGES_64K, 0, OTHER);
	give(3, NEIGHBOUR, PAGES_64K, 0x40000000, OTHER_FAR);
	give(4, 0, PAGES_64K, 0, OF_ROOT);
	give(5, 0, PAGES_64K, 0x40000000, OF_ROOT + 0x20000);
	give(1, HOSTILE, 0, 0, OWN);
	if (has_ids) {
		be(NEIGHBOUR);
		mtgc0(C0_INDEX, 20);
		mtgc0(C0_ENTRYHI, 0x00400000);
		mtgc0(C0_ENTRYLO0, LO(0) | LO_G);
		mtgc0(C0_ENTRYLO1, LO(0x1000) | LO_G);
		tlbgwi();
	}
	be(HOSTILE);
	mtgc0(C0_EBASE, 0x80000000);
	u32 before = digest();
	sweeps();
	forgery();
	check("memory of root, of the other guest and of nobody is as it was", before, digest());
	if (has_ids) {
		be(NEIGHBOUR);
		mtgc0(C0_INDEX, 20);
		tlbgr();
		check("the other's entry is as it was", LO(0x1000) | LO_G, mfgc0(C0_ENTRYLO1));
	}
	finish();
}
