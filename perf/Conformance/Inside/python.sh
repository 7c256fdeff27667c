# Modules of Python's own tests, each in a process of its own; what they print themselves goes to the console.
export LC_ALL=C.UTF-8
ln -sf python3.11 /usr/bin/python3
for module in $modules; do
	rm -rf /tmp/w /tmp/result
	mkdir -p /tmp/w
	cd /tmp/w
	timeout 3600 python3.11 /python-tests.py test_$module /tmp/result < /dev/null > /dev/console 2>&1
	status=$?
	[ -s /tmp/result ] && cat /tmp/result || echo "test_$module ended with $status"
done
