/* What a program can do. */
#pragma once
#include "print.h"
#include "syscalls.h"

void exit(int status) __attribute__((noreturn));
int write(const char *text, unsigned length);
int getc(void);
int fork(void);
int spawn(const char *file, const char *arguments);
int wait(int *status);
int yield(void);
int getpid(void);
void *sbrk(unsigned bytes);
int sleep(unsigned ticks);
unsigned ticks(void);
int info(unsigned index, struct process_info *result);
int read(const char *file, unsigned offset, char *buffer);
int file(unsigned index, char *name);

/* Sends what print has gathered; every line does that by itself. */
void flush(void);

int equal(const char *a, const char *b);

/* Programs that check themselves say nothing when started with "quiet": the status is all that is wanted. */
int verdict(const char *arguments, const char *what, unsigned result, unsigned expected);
