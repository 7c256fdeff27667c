/* Marks two updates of Linux's real-time clock, which are a second apart, with "<" and ">". */
#include "linux.h"

#define RTC_UIE_ON	0x20007003			/* _IO('p', 3), uapi/linux/rtc.h */

int main(void)
{
	static const char marks[] = "<>";
	long clock = call2(SYS_open, "/dev/rtc0", 0), update;
	if (clock < 0 || call3(SYS_ioctl, clock, RTC_UIE_ON, 0) < 0)
		return 1;
	for (int i = 0; i < 2; i++) {
		if (call3(SYS_read, clock, &update, sizeof update) != sizeof update)
			return 1;
		call3(SYS_write, 1, marks + i, 1);
	}
	return 0;
}
