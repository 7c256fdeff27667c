/* Configuration space: words of function 0 of the device in a slot, through the GT-64120. */
#pragma once

#include "board.h"
#include "mips.h"

static inline u32 configuration(u32 slot, u32 reg)
{
	MMIO32(GT_CONFIG_ADDRESS) = LITTLE32(0x80000000 | slot << 11 | reg);
	return MMIO32(GT_CONFIG_DATA);
}

static inline void configure(u32 slot, u32 reg, u32 value)
{
	MMIO32(GT_CONFIG_ADDRESS) = LITTLE32(0x80000000 | slot << 11 | reg);
	MMIO32(GT_CONFIG_DATA) = value;
}
