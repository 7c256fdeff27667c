/* Power-off through the power management function of the PIIX4 (PCI 0:10.3). */
#include "board.h"

#define PM_FUNCTION(reg)	(0x80000000 | 10 << 11 | 3 << 8 | (reg))
#define PM_BASE		0x1000
#define PM_SLEEP_ENABLE	0x2000	/* in PM1_CNT; sleep type 0 is soft off */

static void configure(unsigned reg, unsigned value)
{
	MMIO32(GT_CONFIG_ADDRESS) = LITTLE32(PM_FUNCTION(reg));
	MMIO32(GT_CONFIG_DATA) = value;
}

void power_off(void)
{
	configure(0x40, PM_BASE | 1);
	configure(0x80, 1);
	MMIO16(PORT(PM_BASE + 4)) = LITTLE16(PM_SLEEP_ENABLE);
	for (;;)
		;
}
