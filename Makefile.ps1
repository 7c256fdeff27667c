#!/usr/bin/env pwsh
# A list of targets, each the one dotnet command that the README and CI use too. PowerShell is needed for none of them.
#   ./Makefile.ps1 test            ./Makefile.ps1 run debian --exec 'uname -a'
param([string] $Target = 'help')

switch ($Target) {
    'build' { dotnet build -c Release @args }
    'test' { dotnet test -c Release @args }
    'run' { dotnet run -c Release --project tools/dbt -- run @args }
    'bench' { dotnet run -c Release --project perf -- compare @args }
    'lint' { dotnet format --verify-no-changes @args }
    'roms' { sh TestRoms/roms/build.sh @args }
    default { 'targets: build, test, run, bench, lint, roms'; exit [int]($Target -ne 'help') }
}
exit $LASTEXITCODE
