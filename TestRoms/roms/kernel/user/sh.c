/* A person at the console. */
#include "lib.h"

static const char help[] =
	"help, ps, ls, cat FILE, ticks, halt, or run PROGRAM ARGUMENT (run itself may be left out):\n"
	"demo, primes, fib, matrix, pages, tree, spin, crash HOW; with & behind it nobody waits\n";

/* Reads a line with echo; backspace works. */
static void read_line(char *line, unsigned size)
{
	unsigned length = 0;
	for (;;) {
		char c = getc();
		if (c == '\r' || c == '\n')
			break;
		if ((c == '\b' || c == 0x7f) && length) {
			length--;
			print("\b \b");
		} else if (c >= ' ' && c < 0x7f && length < size - 1) {
			line[length++] = c;
			put_char(c);
		}
		flush();
	}
	line[length] = 0;
	print("\n");
}

/* Cuts the first word off; the rest is returned. */
static char *next_word(char *line)
{
	while (*line && *line != ' ')
		line++;
	if (*line)
		*line++ = 0;
	return line;
}

static void ps(void)
{
	static const char *const states[] = { "", "ready", "sleeps", "blocked", "zombie" };
	struct process_info p;
	print("pid\tparent\tstate\tpages\tturns\tlost\tasid\tname\n");
	for (unsigned i = 1; info(i, &p) == 0; i++)
		if (p.state)
			print("%d\t%d\t%s\t%u\t%u\t%u\t%u\t%s\n", p.pid, p.parent, states[p.state], p.pages, p.switches, p.preemptions, p.asid, p.name);
}

static void ls(void)
{
	char name[NAME_SIZE];
	int size;
	for (unsigned i = 0; (size = file(i, name)) >= 0; i++)
		print("%d\t%s\n", size, name);
}

static void cat(const char *name)
{
	char buffer[READ_SIZE];
	int length;
	unsigned offset = 0;
	for (; (length = read(name, offset, buffer)) > 0; offset += length)
		write(buffer, length);
	if (length < 0)
		print("%s: no such file\n", name);
}

static int starts_with(const char *line, const char *word)
{
	while (*word && *line == *word)
		line++, word++;
	return !*word;
}

static int ends_with_ampersand(char *line)
{
	char *last = line;
	for (; *line; line++)
		if (*line != ' ')
			last = line;
	if (*last != '&')
		return 0;
	*last = 0;
	return 1;
}

static void run(char *line)
{
	int background = ends_with_ampersand(line), status;
	char *arguments = next_word(line);
	int pid = spawn(line, arguments);
	if (pid < 0) {
		print("%s: no such command; try help\n", line);
		return;
	}
	if (background) {
		print("[%d]\n", pid);
		return;
	}
	for (int ended; (ended = wait(&status)) != pid; )
		print("[%d] ended: %d\n", ended, status);
	if (status)
		print("status %d\n", status);
}

int main(const char *arguments)
{
	char line[LINE_SIZE];
	cat("motd");
	for (;;) {
		print("$ ");
		flush();
		read_line(line, sizeof line);
		if (equal(line, "halt"))
			return 0;
		if (equal(line, "help"))
			print("%s", help);
		else if (equal(line, "ps"))
			ps();
		else if (equal(line, "ls"))
			ls();
		else if (equal(line, "ticks"))
			print("%u\n", ticks());
		else if (starts_with(line, "cat "))
			cat(line + 4);
		else if (starts_with(line, "run "))
			run(line + 4);
		else if (*line)
			run(line);
	}
}
