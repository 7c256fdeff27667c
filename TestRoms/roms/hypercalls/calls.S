/* HYPCALL in places where only run() can look at what becomes of it. */
	.set	noreorder
	.text
	.globl	call_unknown
call_unknown:				/* returns with the answer in v0 */
	li	$2, 0x7fffffff
	.word	0x42000028
	jr	$31
	nop

	.globl	call_in_slot
call_in_slot:
	li	$2, 0x7fffffff
	jr	$31
	.word	0x42000028

	.globl	call_with_code
call_with_code:				/* the code field means nothing to us */
	li	$2, 0x7fffffff
	.word	0x42000028 | 0x3ff << 11
	jr	$31
	nop
