/* User code that calls through a register again and again. */
	.set	noreorder
	.set	noat
	.text

	.globl	call_one, call_two, calls_end
call_one:				/* a3: callee, which leaves its result in t0; v1: rounds */
	li	$9, 0
1:	move	$25, $7
	jalr	$25
	addiu	$3, $3, -1
	bnez	$3, 1b
	addu	$9, $9, $8
	move	$2, $9
	syscall

call_two:				/* the same, but every other time the one 64 bytes behind it */
	li	$9, 0
1:	move	$25, $7
	jalr	$25
	xori	$7, $7, 64
	addiu	$3, $3, -1
	bnez	$3, 1b
	addu	$9, $9, $8
	move	$2, $9
	syscall
calls_end:
