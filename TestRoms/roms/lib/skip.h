/* A vector that counts an exception by its code in 'skipped', and skips what raised it; the exception with the code EXC goes on at another vector. */
	.macro	skip_all_but exc, vector
	mfc0	$k0, C0_CAUSE
	andi	$k0, $k0, 0x7c
	xori	$k1, $k0, (\exc) << 2
	beqz	$k1, 1f
	lui	$k1, %hi(skipped)
	addiu	$k1, $k1, %lo(skipped)
	addu	$k1, $k1, $k0
	lw	$k0, 0($k1)
	addiu	$k0, $k0, 1
	sw	$k0, 0($k1)
	mfc0	$k0, C0_EPC
	addiu	$k0, $k0, 4
	mtc0	$k0, C0_EPC
	ehb
	eret
1:	lui	$k0, %hi(\vector)
	addiu	$k0, $k0, %lo(\vector)
	jr	$k0
	nop
	.endm
