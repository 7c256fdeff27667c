/* Exceptions in straight code, each with its code, EPC and address; v0 is always the register that must stay untouched. */
#include "case.h"

	.set	noreorder
	.set	noat
	.set	nomacro
	.text

	CASE "syscall", EXC_SYS
	nop
1:	syscall
	END
	CASE "break", EXC_BP
	nop
1:	break	7
	END
	CASE "syscall in user mode", EXC_SYS + IN_USER
1:	syscall	5
	END

	/* Traps, taken. a0 = 0, a1 = 1, a2 = -1. */
.macro TRAP text:vararg
	CASE "\text", EXC_TR
1:	\text
	END
.endm
	TRAP tge	$5, $4
	TRAP tge	$4, $4
	TRAP tgeu	$6, $5
	TRAP tlt	$6, $4
	TRAP tltu	$5, $6
	TRAP teq	$5, $5
	TRAP tne	$5, $4
	TRAP tgei	$5, 1
	TRAP tgeiu	$6, -1
	TRAP tlti	$6, 0
	TRAP tltiu	$5, -1
	TRAP teqi	$6, -1
	TRAP tnei	$6, 1

	QUIET "traps not taken"
	tge	$6, $4
	tgeu	$4, $5
	tlt	$4, $6
	tltu	$6, $5
	teq	$5, $6
	tne	$4, $0
	tgei	$6, 0
	tgeiu	$5, -1
	tlti	$5, 1
	tltiu	$6, -1
	teqi	$5, -1
	tnei	$6, -1
	END

	CASE "add overflows", EXC_OV
	lui	$8, 0x7fff
	ori	$8, $8, 0xffff
1:	add	$v0, $8, $5
	END
	CASE "addi overflows", EXC_OV
	lui	$8, 0x8000
1:	addi	$v0, $8, -1
	END
	CASE "sub overflows", EXC_OV
	lui	$8, 0x8000
1:	sub	$v0, $8, $5
	END
	CASE "sub overflows to positive", EXC_OV
	lui	$8, 0x8000
1:	sub	$v0, $4, $8
	END
	QUIET "add, addi, sub within range"
	lui	$8, 0x7fff
	ori	$8, $8, 0xffff
	add	$9, $8, $6
	addi	$9, $8, -1
	sub	$9, $8, $8
	lui	$8, 0x8000
	addu	$9, $8, $8
	addiu	$9, $8, -1
	END

	/* Address errors on data: alignment. */
.macro UNALIGNED code, offset, text:vararg
	CASE "\text", \code + ADDRESS, BUFFER + \offset
1:	\text
	END
.endm
	UNALIGNED EXC_ADEL, 1, lh	$v0, 1($7)
	UNALIGNED EXC_ADEL, 3, lhu	$v0, 3($7)
	UNALIGNED EXC_ADEL, 1, lw	$v0, 1($7)
	UNALIGNED EXC_ADEL, 2, lw	$v0, 2($7)
	UNALIGNED EXC_ADEL, 2, ll	$v0, 2($7)
	UNALIGNED EXC_ADEL, 2, lwc1	$f0, 2($7)
	UNALIGNED EXC_ADEL, 4, ldc1	$f0, 4($7)
	UNALIGNED EXC_ADES, 1, sh	$v0, 1($7)
	UNALIGNED EXC_ADES, 3, sw	$v0, 3($7)
	UNALIGNED EXC_ADES, 2, sc	$v0, 2($7)	/* QEMU 7.2 fails the SC without looking at the alignment */
	UNALIGNED EXC_ADES, 1, swc1	$f0, 1($7)
	UNALIGNED EXC_ADES, 4, sdc1	$f0, 4($7)
	QUIET "lwl, lwr, swl, swr have no alignment"
	lwl	$8, 1($7)
	lwr	$8, 2($7)
	swl	$8, 3($7)
	swr	$8, 1($7)
	END

	/* Address errors on data: segments. */
.macro FROM_USER segment, address
	CASE "user load from \segment", EXC_ADEL + IN_USER + ADDRESS, \address
	lui	$8, \address >> 16
1:	lw	$v0, 0($8)
	END
	CASE "user store to \segment", EXC_ADES + IN_USER + ADDRESS, \address
	lui	$8, \address >> 16
1:	sw	$v0, 0($8)
	END
.endm
	FROM_USER kseg0, 0x80000000
	FROM_USER kseg1, 0xa0000000
	FROM_USER kseg2, 0xc0000000
	FROM_USER kseg3, 0xe0000000

	/* Faults of instruction fetch: EPC and BadVAddr both name the target. */
	CASE "jr to an unaligned address", EXC_ADEL + ADDRESS, 0x80000002, 0x80000002
	lui	$8, 0x8000
	ori	$8, $8, 2
	jr	$8
	nop
	CASE "jr to kseg0 in user mode", EXC_ADEL + IN_USER + ADDRESS, 0x80000000, 0x80000000
	lui	$8, 0x8000
	jr	$8
	nop
	CASE "fetch from an unmapped page", EXC_TLBL + REFILL + ADDRESS, UNMAPPED_PAGE, UNMAPPED_PAGE
	lui	$8, UNMAPPED_PAGE >> 16
	jr	$8
	nop
	CASE "fetch from an invalid page", EXC_TLBL + ADDRESS, INVALID_PAGE, INVALID_PAGE
	lui	$8, INVALID_PAGE >> 16
	jr	$8
	nop

	/* TLB faults of data, and their vectors. */
	CASE "load from an unmapped page", EXC_TLBL + REFILL + ADDRESS, UNMAPPED_PAGE + 4
	lui	$8, UNMAPPED_PAGE >> 16
1:	lw	$v0, 4($8)
	END
	CASE "store to an unmapped page", EXC_TLBS + REFILL + ADDRESS, UNMAPPED_PAGE + 0x1ffc
	lui	$8, UNMAPPED_PAGE >> 16
1:	sw	$v0, 0x1ffc($8)
	END
	CASE "load from an unmapped page in user mode", EXC_TLBL + REFILL + IN_USER + ADDRESS, UNMAPPED_PAGE + 1
	lui	$8, UNMAPPED_PAGE >> 16
1:	lbu	$v0, 1($8)
	END
	CASE "load from unmapped kseg2", EXC_TLBL + REFILL + ADDRESS, 0xc0000000
	lui	$8, 0xc000
1:	lw	$v0, 0($8)
	END
	CASE "load from an invalid page", EXC_TLBL + ADDRESS, INVALID_PAGE + 8
	lui	$8, INVALID_PAGE >> 16
1:	lw	$v0, 8($8)
	END
	CASE "store to an invalid page", EXC_TLBS + ADDRESS, INVALID_PAGE
	lui	$8, INVALID_PAGE >> 16
1:	sw	$v0, 0($8)
	END
	CASE "store to a read-only page", EXC_MOD + ADDRESS, READ_ONLY_PAGE + 16
	lui	$8, READ_ONLY_PAGE >> 16
	lw	$9, 16($8)
1:	sw	$v0, 16($8)
	END
	CASE "unaligned before unmapped", EXC_ADEL + ADDRESS, UNMAPPED_PAGE + 2
	lui	$8, UNMAPPED_PAGE >> 16
1:	lw	$v0, 2($8)
	END

	/* With EXL set everything goes to the general vector, and EPC and BD keep what they had (MD00090, "General Exception Processing"). */
.macro NESTED name, code, badvaddr=0, text:vararg
	CASE "\name with EXL set", \code, \badvaddr, 0x80abcde0
	lui	$8, 0x80ab
	ori	$8, $8, 0xcde0
	mtc0	$8, C0_EPC
	li	$8, STATUS_EXL
	mtc0	$8, C0_STATUS
	ehb
	lui	$8, UNMAPPED_PAGE >> 16
	\text
	END
.endm
	NESTED "load from an unmapped page", EXC_TLBL + ADDRESS, UNMAPPED_PAGE, lw	$v0, 0($8)
	NESTED "store to an unmapped page", EXC_TLBS + ADDRESS, UNMAPPED_PAGE + 4, sw	$v0, 4($8)
	NESTED "syscall", EXC_SYS, 0, syscall
	CASE "fault in a delay slot with EXL set", EXC_SYS, 0, 0x80abcde0
	lui	$8, 0x80ab
	ori	$8, $8, 0xcde0
	mtc0	$8, C0_EPC
	li	$8, STATUS_EXL
	mtc0	$8, C0_STATUS
	ehb
	b	2f
	syscall
2:	END

	/* Reserved instructions. */
.macro RESERVED name, word
	CASE "reserved: \name", EXC_RI
1:	.word	\word
	END
.endm
	RESERVED "dmult (MIPS64)", 0x0000001c
	RESERVED "daddu (MIPS64)", 0x0085102d
	RESERVED "SPECIAL2 function 0x3e", 0x7000003e
	RESERVED "SPECIAL3 function 0x3f", 0x7c00003f
	RESERVED "REGIMM 0x1d", 0x049d0000
	RESERVED "ld (MIPS64)", 0xdce20000
	RESERVED "sd (MIPS64)", 0xfce20000
	/* QEMU 7.2 executes these: LSA and MDMX as nops, rdhwr $29 in kernel mode though Config3.ULRI = 0. */
	RESERVED "SPECIAL function 5 (LSA of release 6)", 0x00000005
	RESERVED "opcode 0x1e (MDMX)", 0x78000000
	RESERVED "rdhwr $29, absent on a 24Kf", 0x7c02e83b
	CASE "reserved: rdhwr $29 in user mode", EXC_RI + IN_USER
1:	.word	0x7c02e83b
	END
	CASE "rdhwr in user mode without HWREna", EXC_RI + IN_USER
1:	rdhwr	$v0, $2
	END
	QUIET "rdhwr in kernel mode without HWREna"
	rdhwr	$8, $2
	END

	/* Coprocessor unusable; CE names the unit. */
.macro UNUSABLE unit, mode, text:vararg
	CASE "unusable: \text", EXC_CPU + \mode + CE(\unit)
1:	\text
	END
.endm
	UNUSABLE 1, NO_FPU, add.s	$f0, $f2, $f4
	UNUSABLE 1, NO_FPU, mfc1	$v0, $f0
	UNUSABLE 1, NO_FPU, cfc1	$v0, $31
	UNUSABLE 1, NO_FPU, lwc1	$f0, 0($7)
	UNUSABLE 1, NO_FPU, sdc1	$f0, 0($7)
	UNUSABLE 1, NO_FPU, bc1t	.
	nop
	UNUSABLE 1, NO_FPU, movf	$v0, $4, $fcc0
	UNUSABLE 1, NO_FPU, madd.s	$f0, $f2, $f4, $f6
	UNUSABLE 1, NO_FPU, lwxc1	$f0, $4($7)
	UNUSABLE 1, IN_USER + NO_FPU, mul.d	$f0, $f2, $f4
	UNUSABLE 2, 0, mfc2	$v0, $0			/* QEMU 7.2: reserved instruction */
	UNUSABLE 2, 0, lwc2	$0, 0($7)
	UNUSABLE 0, IN_USER, mfc0	$v0, $12
	UNUSABLE 0, IN_USER, mtc0	$v0, $12
	UNUSABLE 0, IN_USER, tlbwr
	UNUSABLE 0, IN_USER, tlbp
	UNUSABLE 0, IN_USER, eret
	UNUSABLE 0, IN_USER, wait
	UNUSABLE 0, IN_USER, di	$v0
	UNUSABLE 0, IN_USER, ei	$v0
	UNUSABLE 0, IN_USER, cache	0, 0($7)
	CASE "unaligned lwc1 without FPU is unusable first", EXC_CPU + NO_FPU + CE(1)
1:	lwc1	$f0, 1($7)
	END

	/* Floating point: an enabled exception, and one written into FCSR. */
	CASE "division by zero, enabled", EXC_FPE
	li	$8, 1 << 10
	ctc1	$8, $31
	lui	$9, 0x3f80
	mtc1	$9, $f2
	mtc1	$0, $f4
	nop
1:	div.s	$f0, $f2, $f4
	END
	CASE "ctc1 of cause and enable", EXC_FPE
	li	$8, 1 << 15 | 1 << 10
1:	ctc1	$8, $31
	nop
	END
	QUIET "division by zero, not enabled"
	ctc1	$0, $31
	lui	$9, 0x3f80
	mtc1	$9, $f2
	mtc1	$0, $f4
	nop
	div.s	$f0, $f2, $f4
	ctc1	$0, $31
	END
