/* The Malta board as seen after the boot loader: kseg1 addresses of what the guests touch. */
#pragma once

#define PORT(number)	(0xb8000000 + (number))	/* PCI I/O window of the GT-64120 */
#define COM1		PORT(0x3f8)
#define GT_CONFIG_ADDRESS	0xbbe00cf8
#define GT_CONFIG_DATA		0xbbe00cfc
#define GT_INTERRUPT_ACKNOWLEDGE	0xbbe00c34

#define MMIO8(address)	(*(volatile unsigned char *)(address))
#define MMIO16(address)	(*(volatile unsigned short *)(address))
#define MMIO32(address)	(*(volatile unsigned int *)(address))

void power_off(void) __attribute__((noreturn));
