/* How the module can be made, and what root can do with it beyond what every root needs. */
#include "root.h"

#define OWN_OF_ROOT	0x00a00000	/* what root has an entry of its own for, in its kuseg */

int has_ids, shares_tlb, has_gva;

/* The other side's index of a slot of the TLB. */
#define ACROSS(index)	(63 - (index))

void find_form(void)
{
	u32 before = mfgc0(C0_CONFIG1);
	has_ids = mfc0(C0_GUESTCTL0) >> 22 & 1;
	mtgc0(C0_CONFIG1, before ^ 0x02000000);
	shares_tlb = mfgc0(C0_CONFIG1) != before;
	mtgc0(C0_CONFIG1, before);
}

/* Nothing says beforehand which address root is told. */
void find_address(void)
{
	reset_guest();
	map_virtual(0, 0, 0x00400000, LO(FAR), 0);
	map_physical(1, 0, FAR, LO(0x00500000) & ~LO_D, 0);
	has_gva = GEXC(guest(g_store, 0x00400000, 0)->ctl0) == GEXC_GVA;
}

static u32 root_has(u32 index)
{
	mtc0(C0_INDEX, index);
	tlbr();
	u32 high = mfc0(C0_ENTRYHI);
	mtc0(C0_ENTRYHI, 0);
	/* TLBR has put the entry's owner into RID. */
	be_guest(1);
	return !(high & EHINV);
}

/* One TLB: what either side writes, the other has lost. */
void shared_tlb(void)
{
	if (!shares_tlb)
		return;
	reset_guest();
	be_guest(0);
	map_physical(10, 0, OWN_OF_ROOT, LO(0x00500000), LO(0x00501000));
	WORD(0x00500000) = 0x5a1;
	WORD(0x00600000) = 0x5a2;
	check("root has an entry", 0x5a1, *(volatile u32 *)OWN_OF_ROOT);
	be_guest(1);
	map_virtual(ACROSS(11), 0, 0x00400000, LO(0x00600000), LO(0x00601000));
	check("which an entry of the guest's beside it leaves alone", 1, root_has(10));
	map_virtual(ACROSS(10), 0, 0x00410000, LO(0x00600000), LO(0x00601000));
	check("and one in its place takes", 0, root_has(10));
	check("the guest's is there", 0x5a2, runs("load", guest(g_load, 0x00410000, 0)));
	be_guest(0);
	map_physical(10, 0, OWN_OF_ROOT, LO(0x00500000), LO(0x00501000));
	be_guest(1);
	check("until root writes it", EXC_TLBL, taken_by_guest("load", guest(g_load, 0x00410000, 0)));
	reset_guest();
	map_virtual(ACROSS(11), 0, 0x00400000, LO(0x00600000), LO(0x00601000));
	check("the guest's other one is there", 0x5a2, runs("load", guest(g_load, 0x00400000, 0)));

	/* What root keeps is out of the guest's reach, whatever it says. */
	reset_guest();
	check("the guest sees how many it has", OWN_ENTRIES - 1, mfgc0(C0_CONFIG1) >> 25 & 0x3f);
	map_virtual(ACROSS(0), 0, 0x00400000, LO(0x00600000), LO(0x00601000));
	tlbgr();
	check("what is beyond those cannot be written", EHINV, mfgc0(C0_ENTRYHI) & EHINV);
	check("root still has what it keeps", 1, root_has(0));
	for (u32 i = 0; i < 300; i++)
		guest(g_tlbwr, 0, 0);
	check("nor does the guest's TLBWR choose it", 1, root_has(0));
	runs("another TLBWR", guest(g_tlbwr, 0, 0));
}

/* Where root has an entry that refuses, the exception may be about the guest's virtual address; a refill is about the physical one. */
void virtual_addresses(void)
{
	if (!has_gva)
		return;
	reset_guest();
	map_virtual(1, 0, 0x00400000, LO(FAR), LO(FAR + 0x1000));
	map_physical(1, 0, FAR, LO(0x00500000) & ~LO_V, LO(0x00501000) & ~LO_D);
	static const struct { const char *name; const char *code; u32 address, exception; } refused[] = {
		{ "a load of what root has as not valid", g_load, 0x00400008, EXC_TLBL },
		{ "a store to it", g_store, 0x00400008, EXC_TLBS },
		{ "a store where root has no D", g_store, 0x00401008, EXC_MOD },
		{ "a load by kseg0", g_load, KSEG0(FAR) + 8, EXC_TLBL },
	};
	for (u32 i = 0; i < COUNT_OF(refused); i++) {
		const struct vmexit *e = guest(refused[i].code, refused[i].address, 0);
		check_of(refused[i].name, "is root's exception", refused[i].exception, CAUSE_CODE(e->cause));
		check_of(refused[i].name, "with GExcCode GVA", GEXC_GVA, GEXC(e->ctl0));
		check_of(refused[i].name, "at the general vector", 0x180, e->vector);
		check_of(refused[i].name, "BadVAddr is the guest's virtual address", refused[i].address, e->badvaddr);
		check_of(refused[i].name, "so are EntryHi", refused[i].address & ~0x1fff, e->entryhi);
		check_of(refused[i].name, "and Context", refused[i].address >> 13 << 4, e->context & 0x007fffff);
		check_of(refused[i].name, "EPC", (u32)refused[i].code, e->epc);
		check_of(refused[i].name, "BadInstr", *(const u32 *)refused[i].code, e->badinstr);
		check_of(refused[i].name, "the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	}
	/* A hypervisor asks the guest's TLB then. */
	mtgc0(C0_ENTRYHI, 0x00400000);
	tlbgp();
	tlbgr();
	check("TLBGP and TLBGR say which physical address that is", LO(FAR), mfgc0(C0_ENTRYLO0));
	mtgc0(C0_ENTRYHI, 0);
	map_virtual(1, 0, 0x00400000, LO(FAR + 0x8000), LO(FAR + 0x9000));
	const struct vmexit *e = guest(g_load, 0x00400008, 0);
	check("what root has no entry for has GExcCode GPA", GEXC_GPA << 12 | 0x000, GEXC(e->ctl0) << 12 | e->vector);
	check("and the physical address", FAR + 0x8008, e->badvaddr);
}

/* A HYPCALL of root's: it was root that ran. */
static u32 reached(const char *name, const struct vmexit *e)
{
	check_of(name, "is done by root", EXC_RI, CAUSE_CODE(e->cause));
	return e->v0;
}

/* DRG: root's loads and stores are as the guest's that RID names would be. */
void direct_access(void)
{
	reset_guest();
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS | CTL0_DRG);
	u32 has_drg = mfc0(C0_GUESTCTL0) & CTL0_DRG;
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS);
	check("DRG is there where GuestIDs are", has_ids ? CTL0_DRG : 0, has_drg);
	if (!has_drg)
		return;
	map_virtual(1, 0, 0x00400000 | 7, LO(FAR), LO(FAR + 0x1000));
	map_virtual(2, 0, 0x00600000 | 7, LO(FAR + 0x8000), LO(FAR + 0x9000));
	map_physical(1, 0, FAR, LO(0x00500000), LO(0x00501000));
	mtgc0(C0_ENTRYHI, 7);
	WORD(0x00500004) = 0xd1;
	WORD(0x00501004) = 0xd2;
	check("a load goes through the guest's TLB, and root's", 0xd1, reached("a load", reach(g_load, 0x00400004, 0)));
	reached("a store", reach(g_store, 0x00401004, 0xd3));
	check("and so does a store", 0xd3, WORD(0x00501004));
	check("kseg0 is the guest's", 0xd1, reached("a load by kseg0", reach(g_load, KSEG0(FAR) + 4, 0)));

	/* Who refuses is the guest's context or root's, but it is root's load. */
	const struct vmexit *e = reach(g_load, 0x00800004, 0);
	check("what the guest has no entry for is root's refill", EXC_TLBL << 12 | 0x000, CAUSE_CODE(e->cause) << 12 | e->vector);
	check("at the virtual address", 0x00800004, e->badvaddr);
	e = reach(g_load, 0x00600004, 0);
	check("what root has no entry for, too", EXC_TLBL << 12 | 0x000, CAUSE_CODE(e->cause) << 12 | e->vector);
	check("at the physical address", FAR + 0x8004, e->badvaddr);
	check("the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	mtgc0(C0_STATUS, STATUS_UM);
	e = reach(g_load, KSEG0(FAR) + 4, 0);
	check("what the guest's mode may not use is root's address error", EXC_ADEL, CAUSE_CODE(e->cause));
	check("its user space is reached", 0xd1, reached("a load", reach(g_load, 0x00400004, 0)));
	mtgc0(C0_STATUS, GUEST_STATUS);

	/* Of no guest, and in root's user mode, it means nothing. */
	be_guest(0);
	WORD(0x00a00004) = 0xd4;
	check("without RID a load is root's own", 0xd4, reached("a load", reach(g_load, KSEG0(0x00a00004), 0)));
	be_guest(1);
	map_physical(1, 0, FAR, LO(0x00501000), LO(0x00500000));
	check("root moves a page: the next load finds it", 0xd1, reached("a load", reach(g_load, 0x00401004, 0)));
}
