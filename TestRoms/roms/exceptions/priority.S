/* What wins where two exceptions meet (MD00090, "Exception Priority"): interrupts, then the fetch, then the instruction. */
#include "case.h"

	.set	noreorder
	.set	noat
	.text

	/* ERET to a place with a software interrupt pending and enabled: what is there must not be reached. */
.macro RETURN_INTERRUPTED place
	la	$8, \place
	mtc0	$8, C0_EPC
	li	$8, CAUSE_IP0
	mtc0	$8, C0_CAUSE
	li	$8, CAUSE_IP0 | STATUS_CU1 | STATUS_EXL | STATUS_IE
	mtc0	$8, C0_STATUS
	ehb
	eret
.endm

.macro INTERRUPTED name, what:vararg
	CASE "interrupt before \name", EXC_INT
	RETURN_INTERRUPTED 1f
1:	\what
	END
.endm
	INTERRUPTED "a syscall", syscall
	INTERRUPTED "an unaligned load", lw $2, 1($7)
	INTERRUPTED "a reserved instruction", .word 0xffffffff
	INTERRUPTED "an overflow", sub $2, $5, $6

	CASE "interrupt before an exception of the fetch: unmapped", EXC_INT, 0, UNMAPPED_PAGE
	RETURN_INTERRUPTED UNMAPPED_PAGE

	CASE "interrupt before an exception of the fetch: unaligned", EXC_INT, 0, 0x80000002
	RETURN_INTERRUPTED 0x80000002

	CASE "fetch: unaligned before unmapped", EXC_ADEL + ADDRESS, UNMAPPED_PAGE + 2, UNMAPPED_PAGE + 2
	li	$8, UNMAPPED_PAGE + 2
	jr	$8
	nop

	CASE "load: unaligned before invalid", EXC_ADEL + ADDRESS, INVALID_PAGE + 2
	li	$8, INVALID_PAGE
1:	lw	$2, 2($8)
	END

	CASE "store: unaligned before modified", EXC_ADES + ADDRESS, READ_ONLY_PAGE + 1
	li	$8, READ_ONLY_PAGE
1:	sh	$2, 1($8)
	END

	CASE "user mode: a privileged segment, unaligned", EXC_ADEL + IN_USER + ADDRESS, 0x80000003
	lui	$8, 0x8000
1:	lw	$2, 3($8)
	END

	CASE "unusable before unmapped", EXC_CPU + NO_FPU + CE(1)
	li	$8, UNMAPPED_PAGE
1:	ldc1	$f2, 0($8)
	END

	CASE "unusable before reserved: coprocessor 1", EXC_CPU + NO_FPU + CE(1)
1:	.word	0x47e0003f
	END

	CASE "unusable before reserved: coprocessor 0 in user mode", EXC_CPU + IN_USER + CE(0)
1:	.word	0x4200003f
	END

	CASE "the slot before the target", EXC_SYS + BD
	li	$8, UNMAPPED_PAGE
1:	jr	$8
	syscall

	CASE "the slot sees the link of its branch", EXC_ADEL + ADDRESS + BD, 9f + 1
	move	$10, $31
1:	bal	8f
	lw	$2, 1($31)
9:	nop
8:	jr	$10
	nop

	QUIET "a nullified slot raises nothing"
	bnel	$0, $0, 1f
	syscall
	beql	$5, $0, 1f
	lw	$2, 1($7)
1:	END
