/* The Malta board as seen after the boot loader: kseg1 addresses of what the guests touch. */
#pragma once

#define PORT(number)	(0xb8000000 + (number))	/* PCI I/O window of the GT-64120 */
#define COM1		PORT(0x3f8)
#define GT_CONFIG_ADDRESS	0xbbe00cf8
#define GT_CONFIG_DATA		0xbbe00cfc
#define GT_INTERRUPT_ACKNOWLEDGE	0xbbe00c34

/* PCI and the system controller are little-endian, whatever the processor is. GT_CONFIG_DATA is a number to either: the controller turns it around. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE16(value)	__builtin_bswap16(value)
#define LITTLE32(value)	__builtin_bswap32(value)
#else
#define LITTLE16(value)	(value)
#define LITTLE32(value)	(value)
#endif

#define MMIO8(address)	(*(volatile unsigned char *)(address))
#define MMIO16(address)	(*(volatile unsigned short *)(address))
#define MMIO32(address)	(*(volatile unsigned int *)(address))

void power_off(void) __attribute__((noreturn));
