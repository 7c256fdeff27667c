/* ERET, its two return addresses, and interrupts. */
#include "case.h"

	.set	noreorder
	.set	noat
	.text

	CASE "eret with ERL takes ErrorEPC", EXC_SYS
	la	$8, 1f
	mtc0	$8, C0_ERROREPC
	mtc0	$0, C0_EPC
	li	$8, STATUS_ERL
	mtc0	$8, C0_STATUS
	ehb
	eret
	break
1:	syscall
	END

	/* ERL wins and only ERL is cleared: EXL is still set, so the syscall leaves EPC alone. */
	CASE "eret with ERL and EXL clears ERL only", EXC_SYS, 0, 0x80abcde0
	li	$8, 0x80abcde0
	mtc0	$8, C0_EPC
	la	$8, 1f
	mtc0	$8, C0_ERROREPC
	li	$8, STATUS_ERL | STATUS_EXL
	mtc0	$8, C0_STATUS
	ehb
	eret
	break
1:	syscall
	END

	/* ERET has no delay slot. */
	CASE "eret does not execute what follows", EXC_SYS
	la	$8, 1f
	mtc0	$8, C0_EPC
	li	$8, STATUS_EXL
	mtc0	$8, C0_STATUS
	ehb
	eret
	move	$v0, $0
1:	syscall
	END

	QUIET "eret makes sc fail"
	la	$8, 1f
	mtc0	$8, C0_EPC
	li	$8, STATUS_EXL
	ll	$9, 0($7)
	mtc0	$8, C0_STATUS
	ehb
	eret
1:	sc	$9, 0($7)
	tne	$9, $0
	END

	QUIET "sc succeeds without eret"
	ll	$9, 0($7)
	li	$9, 5
	sc	$9, 0($7)
	teqi	$9, 0
	lw	$9, 0($7)
	tnei	$9, 5
	END

	/* A pending interrupt is taken in front of the branch that follows, never in front of its slot. */
.macro PENDING name, cause, branch:vararg
	CASE "software interrupt in front of \name", EXC_INT
	li	$8, \cause
	mtc0	$8, C0_CAUSE
	li	$8, \cause | STATUS_IE
	mtc0	$8, C0_STATUS
1:	\branch
	nop
	END
.endm
	PENDING "b", CAUSE_IP0, b 1b
	PENDING "j", CAUSE_IP1, j 1b
	PENDING "beql", CAUSE_IP0, beql $0, $0, 1b
	PENDING "jal", CAUSE_IP0, jal 1b

	CASE "software interrupt enabled by ei", EXC_INT
	li	$8, CAUSE_IP1
	mtc0	$8, C0_CAUSE
	mtc0	$8, C0_STATUS
	ehb
	ei
1:	b	1b
	nop

	QUIET "masked software interrupts stay pending"
	li	$8, CAUSE_IP0 | CAUSE_IP1
	mtc0	$8, C0_CAUSE
	li	$8, STATUS_IE
	mtc0	$8, C0_STATUS
	ehb
	nop
	li	$8, CAUSE_IP0 | STATUS_IE | STATUS_EXL
	mtc0	$8, C0_STATUS
	ehb
	nop
	li	$8, CAUSE_IP0 | STATUS_IE | STATUS_ERL
	mtc0	$8, C0_STATUS
	ehb
	nop
	mtc0	$0, C0_STATUS
	mtc0	$0, C0_CAUSE
	ehb
	END

/* Raises a software interrupt and waits for it. */
	.globl	raise_interrupt
raise_interrupt:
	mfc0	$8, C0_CAUSE
	ori	$8, $8, CAUSE_IP0
	mtc0	$8, C0_CAUSE
	li	$8, CAUSE_IP0 | STATUS_IE
	mtc0	$8, C0_STATUS
	ehb
1:	b	1b
	nop
