/* The virtualization module (MD00846): registers, instructions, and a root that looks at how its guest exits. */
#pragma once
#ifdef __ASSEMBLER__
#include "mips.h"
#else
#include "test.h"
#endif

#define C0_BADINSTR	C0(8, 1)
#define C0_BADINSTRP	C0(8, 2)
#define C0_GUESTCTL1	C0(10, 4)
#define C0_GUESTCTL2	C0(10, 5)
#define C0_GUESTCTL0EXT	C0(11, 4)
#define C0_GUESTCTL0	C0(12, 6)
#define C0_GTOFFSET	C0(12, 7)
#define C0_CONFIG1	C0(16, 1)
#define C0_CONFIG3	C0(16, 3)
#define C0_CONFIG4	C0(16, 4)
#define C0_KSCRATCH1	C0(31, 2)

#define CONFIG3_VZ	0x00800000
#define CONFIG1_FP	0x00000001
#define CONFIG1_WR	0x00000008
#define CONFIG1_MMUSIZE	0x7e000000

#define CTL0_GM		0x80000000
#define CTL0_RI		0x40000000
#define CTL0_MC		0x20000000
#define CTL0_CP0	0x10000000
#define CTL0_AT_ROOT	0x04000000
#define CTL0_AT_GUEST	0x0c000000
#define CTL0_GT		0x02000000
#define CTL0_CG		0x01000000
#define CTL0_CF		0x00800000
#define CTL0_DRG	0x00000100
#define CTL0_SFC1	0x00000001
#define CTL0_FIXED	0x00480080	/* G1, G0E, G2 */
#define CTL0EXT_CGI	0x10
#define CTL0EXT_FCD	0x08

/* As a hypervisor leaves it that gives its guest all it can. */
#define CTL0_GENEROUS	(CTL0_CP0 | CTL0_AT_GUEST | CTL0_GT | CTL0_CG | CTL0_CF)

#define GEXC(ctl0)	((ctl0) >> 2 & 31)
#define GEXC_GPSI	0
#define GEXC_GSFC	1
#define GEXC_HC		2
#define GEXC_GRR	3
#define GEXC_GVA	8
#define GEXC_GHFC	9
#define GEXC_GPA	10
#define EXC_GE		27

#define EHINV		0x400
#define STATUS_FR	0x04000000
#define STATUS_IM0	0x00000100

#ifndef __ASSEMBLER__

#define VZ_(text)	".set push\n\t.set mips32r5\n\t.set virt\n\t" text "\n\t.set pop\n\tehb"
#define mfgc0(reg)	({ u32 value_; asm volatile(VZ_("mfgc0 %0, " reg) : "=r"(value_) : : "memory"); value_; })
#define mtgc0(reg, value)	asm volatile(VZ_("mtgc0 %z0, " reg) : : "Jr"((u32)(value)) : "memory")
#define tlbgwi()	asm volatile(VZ_("tlbgwi") : : : "memory")
#define tlbgwr()	asm volatile(VZ_("tlbgwr") : : : "memory")
#define tlbgr()		asm volatile(VZ_("tlbgr") : : : "memory")
#define tlbgp()		asm volatile(VZ_("tlbgp") : : : "memory")
#define tlbginv()	asm volatile(VZ_("tlbginv") : : : "memory")
#define tlbginvf()	asm volatile(VZ_("tlbginvf") : : : "memory")
#define tlbinv()	asm volatile(VZ_(".set eva\n\ttlbinv") : : : "memory")
#define tlbinvf()	asm volatile(VZ_(".set eva\n\ttlbinvf") : : : "memory")

/* How the guest exited, as root finds it. */
struct vmexit {
	u32 vector;		/* offset from EBase */
	u32 epc, cause, status, badvaddr, entryhi, context, badinstr, badinstrp, ctl0;
	u32 v0, v1;
};

/* Root's Status when the guest is entered: EXL comes on top. */
extern u32 root_status;

/* Enters the guest at code with a0 and a1; v0 is UNTOUCHED. Returns when it exits. */
const struct vmexit *guest(const void *code, u32 a0, u32 a1);

/* The same from where it exited last, or elsewhere, with all registers as they were. */
const struct vmexit *guest_again(const void *code);

/* Runs code as root's, with DRG: a HYPCALL is reserved there, and ends it. */
const struct vmexit *reach(const void *code, u32 a0, u32 a1);

/* How many entries root leaves a guest of a TLB that they share: of the 64, what root maps for it is in the first four. */
#define OWN_ENTRIES	60

#define GUEST_EBASE	0x80300000

#endif
