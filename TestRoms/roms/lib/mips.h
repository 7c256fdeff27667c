/* COP0 registers, Status and Cause fields, TLB fields (MD00090, "Coprocessor 0 Registers"): for C and for assembly alike. */
#pragma once

#ifdef __ASSEMBLER__
#define C0(number, select)	$number, select
#else
#define C0(number, select)	"$" #number ", " #select
#endif

#define C0_INDEX	C0(0, 0)
#define C0_RANDOM	C0(1, 0)
#define C0_ENTRYLO0	C0(2, 0)
#define C0_ENTRYLO1	C0(3, 0)
#define C0_CONTEXT	C0(4, 0)
#define C0_PAGEMASK	C0(5, 0)
#define C0_WIRED	C0(6, 0)
#define C0_HWRENA	C0(7, 0)
#define C0_BADVADDR	C0(8, 0)
#define C0_COUNT	C0(9, 0)
#define C0_ENTRYHI	C0(10, 0)
#define C0_COMPARE	C0(11, 0)
#define C0_STATUS	C0(12, 0)
#define C0_INTCTL	C0(12, 1)
#define C0_CAUSE	C0(13, 0)
#define C0_EPC		C0(14, 0)
#define C0_PRID		C0(15, 0)
#define C0_EBASE	C0(15, 1)
#define C0_CONFIG	C0(16, 0)
#define C0_CONFIG1	C0(16, 1)
#define C0_ERROREPC	C0(30, 0)

#define STATUS_IE	0x00000001
#define STATUS_EXL	0x00000002
#define STATUS_ERL	0x00000004
#define STATUS_UM	0x00000010
#define STATUS_IM0	0x00000100
#define STATUS_IM2	0x00000400
#define STATUS_IM7	0x00008000
#define STATUS_BEV	0x00400000
#define STATUS_CU0	0x10000000
#define STATUS_CU1	0x20000000

#define CAUSE_IP0	0x00000100
#define CAUSE_IP1	0x00000200
#define CAUSE_IP2	0x00000400
#define CAUSE_IP7	0x00008000
#define CAUSE_IV	0x00800000
#define CAUSE_DC	0x08000000
#define CAUSE_TI	0x40000000
#define CAUSE_BD	0x80000000
#define CAUSE_CODE(cause)	((cause) >> 2 & 31)
#define CAUSE_CE(cause)		((cause) >> 28 & 3)

/* Cause.ExcCode, MD00090, "Cause Register ExcCode Field". */
#define EXC_INT		0
#define EXC_MOD		1
#define EXC_TLBL	2
#define EXC_TLBS	3
#define EXC_ADEL	4
#define EXC_ADES	5
#define EXC_SYS		8
#define EXC_BP		9
#define EXC_RI		10
#define EXC_CPU		11
#define EXC_OV		12
#define EXC_TR		13
#define EXC_FPE		15

#define LO_G		0x01
#define LO_V		0x02
#define LO_D		0x04
#define LO_CACHED	0x18

#ifndef __ASSEMBLER__

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

/* Every write is followed by EHB: the hazards (MD00090, "CP0 Hazards") are none of the caller's business. */
#define mfc0(reg)		({ u32 value_; asm volatile("mfc0 %0, " reg : "=r"(value_) : : "memory"); value_; })
#define mtc0(reg, value)	asm volatile("mtc0 %z0, " reg "\n\tehb" : : "Jr"((u32)(value)) : "memory")

#define tlbwi()	asm volatile("tlbwi\n\tehb" : : : "memory")
#define tlbwr()	asm volatile("tlbwr\n\tehb" : : : "memory")
#define tlbp()	asm volatile("tlbp\n\tehb" : : : "memory")
#define tlbr()	asm volatile("tlbr\n\tehb" : : : "memory")

#define KSEG0(physical)		((u32)(physical) | 0x80000000)
#define PHYSICAL(kernel)	((u32)(kernel) & 0x1fffffff)

/* Makes stores visible to instruction fetch: SYNCI by line (16 bytes on this 24Kf), then the instruction hazard barrier. */
static inline void sync_code(void *start, u32 length)
{
	u32 at = (u32)start & ~15;
	for (; at < (u32)start + length; at += 16)
		asm volatile("synci 0(%0)" : : "r"(at) : "memory");
	u32 next;
	asm volatile(
		"sync\n\t"
		".set push\n\t"
		".set noreorder\n\t"
		"lui %0, %%hi(1f)\n\t"
		"addiu %0, %0, %%lo(1f)\n\t"
		"jr.hb %0\n\t"
		"nop\n"
		"1:\t.set pop" : "=&r"(next) : : "memory");
}

#endif
