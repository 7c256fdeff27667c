# Runs a module of Python's own tests and writes one line of what became of them: how many there are, how many of each
# outcome, a sum of each test's, and who failed.
import collections
import hashlib
import importlib
import sys
import traceback
import unittest

from test import support


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.all = {}

    # The worst is a test's: parts of it may fail before the whole ends.
    def note(self, test, outcome, error=None):
        self.all[test.id()] = outcome
        if error:
            traceback.print_exception(*error)

    def addSuccess(self, test):
        self.all.setdefault(test.id(), 'ok')

    def addSkip(self, test, reason):
        self.note(test, 'skipped')

    def addExpectedFailure(self, test, error):
        self.note(test, 'expected')

    def addUnexpectedSuccess(self, test):
        self.note(test, 'unexpected')

    def addFailure(self, test, error):
        self.note(test, 'failed', error)

    def addError(self, test, error):
        self.note(test, 'failed', error)

    def addSubTest(self, test, part, error):
        if error:
            self.note(test, 'failed', error)


def main(name, result):
    # As `python -m test` without -u has it.
    support.use_resources = []
    outcomes = Outcomes()
    try:
        module = importlib.import_module('test.' + name)
        unittest.defaultTestLoader.loadTestsFromModule(module).run(outcomes)
        support.reap_children()
    except unittest.SkipTest as reason:
        outcomes.all[name] = 'skipped'
    lines = sorted(f'{test} {outcome}' for test, outcome in outcomes.all.items())
    counts = collections.Counter(outcomes.all.values())
    digest = hashlib.md5('\n'.join(lines).encode()).hexdigest()[:12]
    words = [name, str(len(lines))] + [f'{outcome} {count}' for outcome, count in sorted(counts.items())] + [digest]
    words += [line.split()[0] for line in lines if line.endswith((' failed', ' unexpected'))]
    with open(result, 'w') as file:
        print(*words, file=file)


if __name__ == '__main__':
    main(*sys.argv[1:])
